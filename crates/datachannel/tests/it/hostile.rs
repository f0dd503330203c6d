use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use serde_json::Value;
use stonechat_datachannel::{Channels, CloseReason, Config, Event, Parameters, Role};
use stonechat_sansio::Frame;
use stonechat_sctp::{Association, Event as SctpEvent, Message, Ppid, StreamId};

use crate::driver::{env, start};

/// Channels against a bare association that says whatever it likes. The peer is the DTLS client.
struct Bare {
    channels: Channels,
    peer: Association,
    now: Instant,
    events: Vec<SctpEvent>,
}

impl Bare {
    fn new(config: Config) -> Self {
        let mut sctp = stonechat_sctp::Config::default();
        sctp.zero_checksum = true;
        sctp.send_buffer = 20_000_000;
        let now = start();
        let mut bare = Self {
            channels: Channels::new(config, &env(1), now),
            peer: Association::new(sctp, &env(2), now),
            now,
            events: Vec::new(),
        };
        bare.channels.start(now, Role::DtlsServer);
        bare.peer.connect(now);
        bare.run();
        assert_eq!(bare.take(), [Event::Connected]);
        bare
    }

    fn run(&mut self) {
        let mut buffer = Vec::new();
        let until = self.now + Duration::from_secs(20);
        while self.now < until {
            let mut quiet = true;
            loop {
                buffer.clear();
                let mut frame = Frame::new(&mut buffer, 1191);
                if self.peer.poll_transmit(self.now, &mut frame).is_none() {
                    break;
                }
                frame.commit();
                self.channels
                    .handle_packet(self.now, BytesMut::from(&buffer[..]));
                quiet = false;
            }
            loop {
                buffer.clear();
                let mut frame = Frame::new(&mut buffer, 1191);
                if self.channels.poll_transmit(self.now, &mut frame).is_none() {
                    break;
                }
                frame.commit();
                self.peer
                    .handle_packet(self.now, BytesMut::from(&buffer[..]));
                quiet = false;
            }
            self.events
                .extend(std::iter::from_fn(|| self.peer.poll_event()));
            if quiet {
                self.now += Duration::from_millis(200);
                self.channels.handle_timeout(self.now);
                self.peer.handle_timeout(self.now);
            }
        }
    }

    fn say(&mut self, stream: u16, ppid: u32, octets: &[u8]) {
        let message = Message::new(Ppid(ppid), Bytes::copy_from_slice(octets));
        self.peer.send(self.now, StreamId(stream), message).unwrap();
    }

    fn take(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.channels.poll_event()).collect()
    }

    fn was_reset(&self, stream: u16) -> bool {
        self.events
            .contains(&SctpEvent::IncomingReset(StreamId(stream)))
    }
}

const OPEN: [u8; 12] = [3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

#[test]
fn torture_messages_open_no_channel() {
    let file: Value = serde_json::from_str(include_str!("../data/torture.json")).unwrap();
    let mut seen = BTreeMap::new();
    for entry in file.as_array().unwrap() {
        let name = entry["name"].as_str().unwrap().to_owned();
        let octets = hex::decode(entry["hex"].as_str().unwrap()).unwrap();
        if octets.is_empty() || name.contains("flood") {
            // SCTP has no empty messages; the flood has a test of its own.
            continue;
        }
        let mut bare = Bare::new(Config::default());
        let stream = if name.contains("own parity") { 1 } else { 0 };
        bare.say(stream, 50, &octets);
        bare.run();
        let events = bare.take();
        let announced = events
            .iter()
            .any(|event| matches!(event, Event::Announced(_)));
        seen.insert(name.clone(), announced);
        if !announced {
            assert!(bare.was_reset(stream), "{name}");
        }
    }
    for name in [
        "OPEN label length past end",
        "OPEN channel type 0x7f",
        "OPEN on own parity stream",
    ] {
        assert_eq!(seen.get(name), Some(&false), "{name}");
    }
}

#[test]
fn a_flood_of_opens_is_capped() {
    let mut bare = Bare::new(Config::default());
    for index in 0..5000_u16 {
        bare.say(index * 2, 50, &OPEN);
    }
    bare.run();
    bare.run();
    let announced = bare
        .take()
        .iter()
        .filter(|e| matches!(e, Event::Announced(_)))
        .count();
    assert_eq!(announced, 1024);
    assert_eq!(bare.channels.stats().refused_limit, 5000 - 1024);
    assert!(bare.was_reset(9998) && !bare.was_reset(0));
}

#[test]
fn a_second_open_closes_the_channel() {
    let mut bare = Bare::new(Config::default());
    bare.say(0, 50, &OPEN);
    bare.say(0, 50, &OPEN);
    bare.run();
    assert!(bare.was_reset(0));
    assert_eq!(bare.channels.stats().double_open, 1);
    bare.peer.reset_stream(bare.now, StreamId(0)).unwrap();
    bare.run();
    assert!(matches!(
        bare.take().last(),
        Some(Event::Closed(_, CloseReason::Protocol))
    ));
}

#[test]
fn data_without_a_channel_resets_the_stream() {
    let mut bare = Bare::new(Config::default());
    for _ in 0..100 {
        bare.say(4, 51, b"hello?");
    }
    bare.run();
    assert!(bare.was_reset(4));
    assert_eq!(bare.take(), []);
    assert_eq!(bare.channels.stats().dropped_no_channel, 100);
    assert_eq!(bare.channels.association().stats().receive_buffered, 0);
}

#[test]
fn unsupported_kinds_and_large_messages_close_the_channel() {
    for (ppid, len, reason) in [
        (52, 10, CloseReason::Protocol),
        (54, 10, CloseReason::Protocol),
        (99, 10, CloseReason::Protocol),
        (53, 200_000, CloseReason::MessageTooLarge),
    ] {
        let mut config = Config::default();
        config.sctp.max_message_size = 100_000;
        let mut bare = Bare::new(config);
        bare.say(0, 50, &OPEN);
        bare.say(0, ppid, &vec![1; len]);
        bare.run();
        let Event::Announced(id) = bare.take()[0] else {
            panic!()
        };
        assert!(bare.channels.recv(bare.now, id).is_none());
        bare.run();
        assert!(bare.was_reset(0), "{ppid}");
        bare.peer.reset_stream(bare.now, StreamId(0)).unwrap();
        bare.run();
        assert_eq!(
            bare.take().last(),
            Some(&Event::Closed(id, reason)),
            "{ppid}"
        );
    }
}

#[test]
fn a_refused_open_of_ours_is_a_closed_channel() {
    let mut bare = Bare::new(Config::default());
    let id = bare
        .channels
        .open(bare.now, Parameters::labelled("no"))
        .unwrap();
    bare.run();
    bare.peer.reset_stream(bare.now, StreamId(1)).unwrap();
    bare.run();
    assert!(bare.was_reset(1));
    let events = bare.take();
    assert_eq!(
        events,
        [Event::Closing(id), Event::Closed(id, CloseReason::Remote)]
    );
}

#[test]
fn an_ack_that_nothing_waits_for_is_counted() {
    let mut bare = Bare::new(Config::default());
    bare.say(0, 50, &OPEN);
    bare.say(0, 50, &[2]);
    bare.say(0, 50, &[9, 9]);
    bare.run();
    assert_eq!(bare.channels.stats().dropped_control, 2);
    assert!(matches!(bare.take()[..], [Event::Announced(_)]));
}
