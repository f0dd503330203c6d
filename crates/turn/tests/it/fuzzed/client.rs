//! A client whose server says what the script says: answers with the right or a wrong integrity,
//! errors of every kind, data, and octets that are nothing at all.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use stonechat_sansio::{Batch, Datagram, Ecn, Frame, SocketId};
use stonechat_stun::{Attribute, Builder, Class, IntegrityKey, Message, Method, PasswordAlgorithm};
use stonechat_testkit::clock;
use stonechat_testkit::corpus::Script;
use stonechat_turn::{ChannelData, ChannelNumber, Client, Config};

const CODES: [u16; 16] = [
    300, 400, 401, 403, 405, 420, 437, 438, 440, 441, 442, 443, 446, 486, 508, 699,
];

pub(crate) fn run(octets: &[u8]) {
    let mut script = Script::new(octets);
    let mut world = World::new();
    world.settle();
    let mut steps = 0;
    while !script.is_empty() && steps < 300 {
        steps += 1;
        world.step(&mut script);
        world.settle();
    }
    world.client.close(world.now);
    world.settle();
}

struct World {
    now: Instant,
    client: Client,
    requests: Vec<Vec<u8>>,
}

impl World {
    fn new() -> Self {
        let now = clock::start();
        let config = Config::new(
            SocketId(1),
            [10, 0, 0, 1].into(),
            SocketId(0x8000_0001),
            ([192, 0, 2, 1], 3478).into(),
            "user",
            "password",
        );
        Self {
            now,
            client: Client::new(config, clock::env(1), now),
            requests: Vec::new(),
        }
    }

    fn step(&mut self, script: &mut Script<'_>) {
        let now = self.now;
        match script.below(10) {
            0 => self.give(script.octets()),
            1..=4 => {
                let late = script.below(3);
                let Some(at) = self.requests.len().checked_sub(late + 1) else {
                    return;
                };
                let request = self.requests[at].clone();
                if let Some(answer) = answer(&request, script) {
                    self.give(&answer);
                }
            }
            5 => self.now += Duration::from_millis(u64::from(script.u16()) * 10),
            6 => {
                let _ = self.client.permit(now, peer(script));
            }
            7 => self.client.forget(now, peer(script)),
            8 => {
                let from = peer(script);
                let data = script.octets();
                let message = match ChannelNumber::new(0x4000 + u16::from(script.octet())) {
                    Some(number) if script.flag() => {
                        let mut message = ChannelData::header(number, data.len()).unwrap().to_vec();
                        message.extend_from_slice(data);
                        message
                    }
                    _ => encode(
                        &Builder::new(
                            Class::Indication,
                            Method::DATA,
                            stonechat_stun::TransactionId::from_bytes([7; 12]),
                        )
                        .attribute(Attribute::XorPeerAddress(from))
                        .attribute(Attribute::Data(data)),
                    ),
                };
                self.give(&message);
            }
            _ => {
                let to = peer(script);
                let mut buffer = Vec::new();
                let mut frame = Frame::new(&mut buffer, 1_500);
                let overhead = self.client.overhead(to);
                if let Some(mut body) = frame.reserve(overhead) {
                    let _ = body.put_slice(script.octets());
                    if self.client.wrap(to, &mut body).is_some() {
                        assert!(self.client.is_permitted(to) || !self.client.is_closed());
                    }
                }
            }
        }
    }

    fn give(&mut self, octets: &[u8]) {
        let path = self.client.server_path();
        let datagram = Datagram::new(path, Ecn::NotEct, self.now, BytesMut::from(octets));
        if let Some(peeled) = self.client.handle_datagram(self.now, datagram) {
            assert!(peeled.payload().len() <= octets.len());
            assert_eq!(peeled.path().socket(), SocketId(0x8000_0001));
        }
    }

    /// Sends, reports and lets due time pass until there is nothing to do.
    fn settle(&mut self) {
        let mut turns = 0;
        loop {
            turns += 1;
            assert!(turns < 1_000, "a client does not come to rest");
            let mut busy = false;
            let mut buffer = Vec::new();
            let mut batch = Batch::new(&mut buffer, 1, 1_500);
            if self.client.poll_transmit(self.now, &mut batch).is_some() {
                self.requests.push(buffer);
                busy = true;
            }
            busy |= self.client.poll_event().is_some();
            if self.client.poll_timeout().is_some_and(|at| at <= self.now) {
                self.client.handle_timeout(self.now);
                busy = true;
            }
            if !busy {
                return;
            }
        }
    }
}

fn peer(script: &mut Script<'_>) -> SocketAddr {
    let host = script.octet();
    match script.below(4) {
        0..=2 => ([203, 0, 113, host], 6_000).into(),
        _ => ([0x2001, 0xdb8, 0, 0, 0, 0, 0, u16::from(host)], 6_000).into(),
    }
}

fn encode(builder: &Builder<'_>) -> Vec<u8> {
    let mut out = vec![0; builder.encoded_len()];
    let len = builder.encode(&mut out).unwrap_or(0);
    out.truncate(len);
    out
}

/// A response to `request` with the attributes that the script says.
fn answer(request: &[u8], script: &mut Script<'_>) -> Option<Vec<u8>> {
    let request = Message::parse(request).ok()?;
    let crypto = clock::env(0);
    let key = IntegrityKey::long_term(crypto.crypto(), "user", "realm", "password")?;
    let sha256 = IntegrityKey::long_term_with(
        crypto.crypto(),
        PasswordAlgorithm::Sha256,
        "user",
        "realm",
        "password",
    )?;
    let class = if script.flag() {
        Class::Success
    } else {
        Class::Error
    };
    let mut builder = Builder::new(class, request.method(), request.transaction_id());
    if class == Class::Error {
        builder = builder.attribute(Attribute::ErrorCode {
            code: CODES[script.below(CODES.len())],
            reason: "why",
        });
    }
    let offered = [PasswordAlgorithm::Md5, PasswordAlgorithm::Sha256];
    for _ in 0..script.below(8) {
        let attribute = match script.below(12) {
            0 => Attribute::Realm("realm"),
            1 => Attribute::Realm("other"),
            2 => Attribute::Nonce("nonce"),
            3 => Attribute::Nonce("obMatJos2AAAAnonce"),
            4 => Attribute::Nonce("obMatJos2wAAAnonce"),
            5 => Attribute::XorRelayedAddress(peer(script)),
            6 => Attribute::XorMappedAddress(peer(script)),
            7 => Attribute::Lifetime(script.u32()),
            8 => Attribute::AlternateServer(peer(script)),
            9 => Attribute::PasswordAlgorithms(&offered[..script.below(3)]),
            10 => Attribute::UnknownAttributes(&[0x7fff]),
            _ => Attribute::Raw {
                kind: stonechat_stun::AttributeType::new(script.u16()),
                value: script.octets(),
            },
        };
        builder = builder.attribute(attribute);
    }
    builder = match script.below(4) {
        0 => builder,
        1 => builder.integrity(&sha256),
        _ => builder.integrity(&key),
    };
    Some(encode(&builder))
}
