//! A client and a server over a network that the script is: it delivers, loses, repeats, reorders
//! and changes datagrams, lets time pass, sends data and closes.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use stonechat_crypto::{Certificate, CertificateParams, Fingerprint, HashAlgorithm};
use stonechat_dtls::{Config, Event, Role, Session, State};
use stonechat_sansio::Frame;
use stonechat_testkit::clock;
use stonechat_testkit::corpus::Script;

pub(crate) fn run(octets: &[u8]) {
    let mut script = Script::new(octets);
    let mut world = World::new();
    let mut steps = 0;
    while !script.is_empty() && steps < 400 {
        steps += 1;
        world.step(&mut script);
        world.settle();
    }
    world.check();
}

struct World {
    now: Instant,
    ends: [Session; 2],
    /// Datagrams under way to each end.
    wire: [Vec<Vec<u8>>; 2],
    /// What each end sent as data.
    sent: [Vec<Vec<u8>>; 2],
    keys: [Option<Vec<u8>>; 2],
}

impl World {
    fn new() -> Self {
        let mut this = Self {
            now: clock::start(),
            ends: sessions(),
            wire: [Vec::new(), Vec::new()],
            sent: [Vec::new(), Vec::new()],
            keys: [None, None],
        };
        this.settle();
        this
    }

    fn step(&mut self, script: &mut Script<'_>) {
        let choice = script.octet();
        let to = usize::from(choice >> 7);
        let now = self.now;
        match choice & 15 {
            0..=3 => {
                if !self.wire[to].is_empty() {
                    let packet = self.wire[to].remove(0);
                    self.give(to, &packet);
                }
            }
            4 => {
                if !self.wire[to].is_empty() {
                    self.wire[to].remove(0);
                }
            }
            5 => {
                if let Some(packet) = self.wire[to].first().cloned() {
                    self.give(to, &packet);
                }
            }
            6 => {
                if !self.wire[to].is_empty() {
                    self.wire[to].rotate_left(1);
                }
            }
            7 | 8 => {
                // A datagram with octets changed, in place of the true one or before it.
                if let Some(mut packet) = self.wire[to].first().cloned() {
                    for _ in 0..=script.below(4) {
                        let at = usize::from(script.u16()) % packet.len();
                        packet[at] ^= script.octet();
                    }
                    if choice & 16 == 0 {
                        self.wire[to].remove(0);
                    }
                    self.give(to, &packet);
                }
            }
            9 => {
                if let Some(packet) = self.wire[to].first().cloned() {
                    let len = usize::from(script.u16()) % (packet.len() + 1);
                    self.give(to, &packet[..len]);
                }
            }
            10 => self.give(to, script.octets()),
            11 => self.now += Duration::from_millis(u64::from(script.u16())),
            12 | 13 => self.send(1 - to, script.octets()),
            14 => {
                if script.octet() == 0xff {
                    self.ends[to].close(now);
                }
            }
            _ => {
                let before = now.checked_sub(Duration::from_secs(1)).unwrap_or(now);
                self.ends[to].handle_timeout(before);
            }
        }
    }

    fn give(&mut self, to: usize, packet: &[u8]) {
        self.ends[to].handle_packet(self.now, BytesMut::from(packet));
        while let Some(data) = self.ends[to].poll_data() {
            assert!(
                self.sent[1 - to].iter().any(|sent| data == sent[..]),
                "forged data"
            );
        }
    }

    fn send(&mut self, from: usize, data: &[u8]) {
        let session = &mut self.ends[from];
        let Some(overhead) = session.overhead() else {
            return;
        };
        let mut buffer = Vec::new();
        let mut frame = Frame::new(&mut buffer, 1_500);
        let Some(mut body) = frame.reserve(overhead) else {
            return;
        };
        if body.put_slice(data).is_err() {
            return;
        }
        session.seal(&mut body);
        body.commit();
        frame.commit();
        self.sent[from].push(data.to_vec());
        self.wire[1 - from].push(buffer);
    }

    /// Polls both until there is nothing to do.
    fn settle(&mut self) {
        for end in 0..2 {
            let session = &mut self.ends[end];
            let mut turns = 0;
            loop {
                turns += 1;
                assert!(turns < 1_000, "a session does not come to rest");
                let mut busy = false;
                let mut buffer = Vec::new();
                let mut frame = Frame::new(&mut buffer, 1_200);
                if session.poll_transmit(self.now, &mut frame).is_some() {
                    frame.commit();
                    assert!(buffer.len() <= 1_200);
                    self.wire[1 - end].push(buffer);
                    busy = true;
                }
                if let Some(event) = session.poll_event() {
                    if let Event::Connected(_) = event {
                        assert!(self.keys[end].is_none(), "connected twice");
                        let mut key = vec![0; 32];
                        session.export("EXTRACTOR-fuzz", None, &mut key).unwrap();
                        self.keys[end] = Some(key);
                    }
                    busy = true;
                }
                if session.poll_timeout().is_some_and(|at| at <= self.now) {
                    session.handle_timeout(self.now);
                    busy = true;
                }
                if !busy {
                    break;
                }
            }
        }
    }

    /// Whoever is connected is so with the true peer.
    fn check(&self) {
        if let [Some(a), Some(b)] = &self.keys {
            assert_eq!(a, b);
        }
        for end in 0..2 {
            assert!(self.ends[end].state() != State::Connected || self.keys[end].is_some());
        }
    }
}

fn sessions() -> [Session; 2] {
    static CERTIFICATES: OnceLock<[(Certificate, Fingerprint); 2]> = OnceLock::new();
    let certificates = CERTIFICATES.get_or_init(|| ["client", "server"].map(certified));
    let [(client, of_client), (server, of_server)] = certificates.clone();
    let configs = [
        Config::new(Role::Client, client).remote_fingerprints(vec![of_server]),
        Config::new(Role::Server, server).remote_fingerprints(vec![of_client]),
    ];
    let mut names = ["client", "server"].into_iter();
    configs.map(|config| {
        let env = clock::env(1).child(names.next().unwrap_or_default());
        Session::new(config, env, clock::start())
    })
}

fn certified(name: &str) -> (Certificate, Fingerprint) {
    let env = clock::env(1).child(name);
    let mut rng = env.seed().rng();
    let params = CertificateParams::default();
    let certificate =
        Certificate::self_signed(env.crypto(), &mut rng, clock::wall(), params).unwrap();
    let fingerprint = certificate
        .fingerprint(env.crypto(), HashAlgorithm::Sha256)
        .unwrap();
    (certificate, fingerprint)
}
