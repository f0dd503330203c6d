//! Channels whose peer is a bare association that sends what the script says: any payload under
//! any identifier on any stream, and resets.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use stonechat_datachannel::{ChannelId, Channels, Config, Event, Parameters, Payload, Role};
use stonechat_sansio::Frame;
use stonechat_sctp::{Association, Message, Ppid, StreamId};
use stonechat_testkit::clock;
use stonechat_testkit::corpus::Script;

const MAX_CHANNELS: usize = 32;

pub(crate) fn run(octets: &[u8]) {
    let mut script = Script::new(octets);
    let mut world = World::new(script.octet());
    let mut steps = 0;
    while !script.is_empty() && steps < 300 {
        steps += 1;
        world.step(&mut script);
        world.settle();
    }
    world.channels.shutdown(world.now);
    world.settle();
}

struct World {
    now: Instant,
    channels: Channels,
    peer: Association,
    known: Vec<ChannelId>,
}

impl World {
    fn new(choices: u8) -> Self {
        let now = clock::start();
        let mut config = Config::default();
        config.max_channels = MAX_CHANNELS;
        let peer = Association::new(config.sctp.clone(), &clock::env(2), now);
        let mut this = Self {
            now,
            channels: Channels::new(config, &clock::env(1), now),
            peer,
            known: Vec::new(),
        };
        if choices & 1 != 0 {
            let id = this.channels.open(now, Parameters::labelled("early"));
            this.known.extend(id);
        }
        let role = if choices & 2 == 0 {
            Role::DtlsClient
        } else {
            Role::DtlsServer
        };
        this.channels.start(now, role);
        this.settle();
        this
    }

    fn step(&mut self, script: &mut Script<'_>) {
        let now = self.now;
        match script.below(12) {
            0..=3 => {
                let stream = StreamId(script.u16() & 0x3f);
                let ppid = Ppid(50 + u32::from(script.octet() & 7));
                let payload = Bytes::copy_from_slice(script.octets());
                let _ = self.peer.send(now, stream, Message::new(ppid, payload));
            }
            4 => {
                // An OPEN that is well-formed, on any stream.
                let stream = StreamId(script.u16() & 0x3f);
                let label = script.octets();
                let mut open = vec![3, script.octet(), 0, 0, 0, 0, 0, 0];
                open.extend_from_slice(&u16::try_from(label.len()).unwrap().to_be_bytes());
                open.extend_from_slice(&[0, 0]);
                open.extend_from_slice(label);
                let _ = self
                    .peer
                    .send(now, stream, Message::new(Ppid(50), open.into()));
            }
            5 => {
                let _ = self.peer.reset_stream(now, StreamId(script.u16() & 0x3f));
            }
            6 => {
                let negotiated = script.flag().then(|| script.u16() & 0x3f);
                let parameters = Parameters {
                    negotiated,
                    ..Parameters::labelled("ours")
                };
                self.known.extend(self.channels.open(now, parameters));
            }
            7 => {
                if let Some(id) = self.pick(script) {
                    let data = Bytes::copy_from_slice(script.octets());
                    let payload = if script.flag() {
                        Payload::Text(data)
                    } else {
                        Payload::Binary(data)
                    };
                    let _ = self.channels.send(now, id, payload);
                }
            }
            8 => {
                if let Some(id) = self.pick(script) {
                    self.channels.close(now, id);
                }
            }
            9 => {
                if let Some(id) = self.pick(script) {
                    while self.channels.recv(now, id).is_some() {}
                }
            }
            10 => self.now += Duration::from_millis(u64::from(script.u16())),
            _ => match script.octet() {
                0xff => self.peer.shutdown(now),
                0xfe => self.peer.abort(now, "over"),
                _ => self.channels.set_max_message_size(u64::from(script.u32())),
            },
        }
    }

    fn pick(&self, script: &mut Script<'_>) -> Option<ChannelId> {
        let at = script.below(self.known.len());
        self.known.get(at).copied()
    }

    /// Hands packets to and fro until there is nothing to do.
    fn settle(&mut self) {
        for _ in 0..5_000 {
            let mut busy = false;
            let mut buffer = Vec::new();
            let mut frame = Frame::new(&mut buffer, 1_191);
            if self.channels.poll_transmit(self.now, &mut frame).is_some() {
                frame.commit();
                self.peer
                    .handle_packet(self.now, BytesMut::from(&buffer[..]));
                busy = true;
            }
            let mut buffer = Vec::new();
            let mut frame = Frame::new(&mut buffer, 1_191);
            if self.peer.poll_transmit(self.now, &mut frame).is_some() {
                frame.commit();
                self.channels
                    .handle_packet(self.now, BytesMut::from(&buffer[..]));
                busy = true;
            }
            while let Some(event) = self.channels.poll_event() {
                busy = true;
                match event {
                    Event::Announced(id) => self.known.push(id),
                    Event::Closed(id, _) => self.known.retain(|known| *known != id),
                    _ => {}
                }
            }
            while let Some(event) = self.peer.poll_event() {
                busy = true;
                if let stonechat_sctp::Event::Readable(stream) = event {
                    while self.peer.recv(self.now, stream).is_some() {}
                }
            }
            if self
                .channels
                .poll_timeout()
                .is_some_and(|at| at <= self.now)
            {
                self.channels.handle_timeout(self.now);
                busy = true;
            }
            if self.peer.poll_timeout().is_some_and(|at| at <= self.now) {
                self.peer.handle_timeout(self.now);
                busy = true;
            }
            assert!(self.known.len() <= MAX_CHANNELS);
            if !busy {
                return;
            }
        }
        panic!("channels do not come to rest");
    }
}
