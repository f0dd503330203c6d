use std::time::Duration;

use bytes::BytesMut;
use serde_json::Value;
use stonechat_sctp::{CloseReason, Config, Event, State, StreamId, Violation};

use crate::driver::{Pair, message, repaired};

/// A pair with its first end in each state, with the tag that this end expects.
fn states() -> Vec<(Pair, State)> {
    let mut all = Vec::new();
    for wanted in [
        State::New,
        State::CookieWait,
        State::CookieEchoed,
        State::Established,
        State::ShutdownPending,
        State::ShutdownSent,
        State::ShutdownReceived,
        State::ShutdownAckSent,
    ] {
        let mut pair = match wanted {
            State::New | State::CookieWait | State::CookieEchoed => {
                Pair::new(3, &Config::default())
            }
            _ => Pair::connected(3, &Config::default()),
        };
        match wanted {
            State::CookieWait | State::CookieEchoed => {
                pair.ends[0].connect(pair.now);
                let init = pair.packet(0).unwrap();
                if wanted == State::CookieEchoed {
                    pair.deliver(1, &init);
                    let ack = pair.packet(1).unwrap();
                    pair.deliver(0, &ack);
                }
            }
            State::ShutdownPending => {
                pair.send(0, 0, message(b"x"));
                pair.ends[0].shutdown(pair.now);
            }
            State::ShutdownSent => pair.ends[0].shutdown(pair.now),
            State::ShutdownReceived | State::ShutdownAckSent => {
                if wanted == State::ShutdownReceived {
                    pair.send(0, 0, message(b"x"));
                }
                pair.ends[1].shutdown(pair.now);
                let shutdown = pair.packet(1).unwrap();
                pair.deliver(0, &shutdown);
            }
            _ => {}
        }
        // Reaching some states takes the packet that is due.
        if pair.ends[0].state() != wanted {
            let _ = pair.packet(0);
        }
        assert_eq!(pair.ends[0].state(), wanted);
        all.push((pair, wanted));
    }
    all
}

/// The tag that packets to the first end carry.
fn tag(pair: &mut Pair) -> u32 {
    pair.send(1, 9, message(b"tag"));
    let packet = pair.packet(1).unwrap();
    u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]])
}

fn torture() -> Vec<(String, Vec<u8>)> {
    let file: Value = serde_json::from_str(include_str!("../data/torture.json")).unwrap();
    let entry = |entry: &Value| {
        let hex = entry["hex"].as_str().unwrap();
        (
            entry["name"].as_str().unwrap().to_owned(),
            hex::decode(hex).unwrap(),
        )
    };
    file.as_array().unwrap().iter().map(entry).collect()
}

/// Runs on for a while; whatever happens, it comes to an end.
fn survives(pair: &mut Pair) {
    pair.run(Duration::from_secs(5));
}

#[test]
fn torture_packets_never_break_an_association_in_any_state() {
    for (name, packet) in torture() {
        for index in 0..states().len() {
            let (mut pair, state) = states().swap_remove(index);
            let expects = if state == State::Established {
                tag(&mut pair)
            } else {
                0x1122_3344
            };
            pair.deliver(0, &packet);
            if packet.len() >= 12 {
                let zero_tag = packet[4..8] == [0; 4];
                pair.deliver(0, &repaired(&packet, if zero_tag { 0 } else { expects }));
            }
            let held = pair.ends[0].stats().receive_buffered;
            assert!(held < 400_000, "{name} in {state:?}: {held}");
            survives(&mut pair);
        }
    }
}

#[test]
fn torture_packets_do_what_is_expected_of_them() {
    for (name, packet) in torture() {
        let mut pair = Pair::connected(3, &Config::default());
        let tag = tag(&mut pair);
        pair.run(Duration::from_millis(100));
        pair.take(0);
        let before = pair.ends[0].stats();
        let counted = |stats: stonechat_sctp::Stats| stats.dropped.total() + stats.duplicates;
        let init = packet.get(12) == Some(&1);
        let wrong = name.contains("CRC") || name == "ABORT wrong tag" || packet.len() < 12;
        let own = if init && packet[4..8] == [0; 4] {
            0
        } else {
            tag
        };
        let packet = if wrong || name.contains("ports 0") || name.contains("nonzero tag") {
            packet
        } else {
            repaired(&packet, own)
        };
        pair.deliver(0, &packet);
        let dropped = counted(pair.ends[0].stats()) > counted(before);
        pair.run(Duration::from_millis(200));
        let events = pair.take(0);
        let closed = events.iter().any(|event| matches!(event, Event::Closed(_)));
        match name.as_str() {
            "DATA without payload" | "DATA B without E, 4000 streams" => {
                let violation = CloseReason::ProtocolViolation(Violation::NoUserData);
                assert_eq!(events, [Event::Closed(violation)], "{name}");
            }
            "I-DATA when not negotiated" | "FSN 2^32-1" => assert!(closed, "{name}"),
            // With repaired tag and TSN far off these are lawful and ignored or answered.
            "INIT 1000 address parameters"
            | "INIT CHUNKS without RANDOM"
            | "SACK a_rwnd 0 forever"
            | "DATA tsn behind" => assert!(!closed, "{name}"),
            _ => {
                assert!(!closed, "{name}: {events:?}");
                assert!(dropped, "{name} was not counted");
            }
        }
        if !closed {
            pair.send(1, 0, message(b"still here"));
            pair.run(Duration::from_secs(20));
            assert_eq!(pair.read(0, 0), [b"still here"], "{name}");
        }
    }
}

#[test]
fn every_prefix_and_single_change_of_every_packet_is_harmless() {
    let mut pair = Pair::connected(4, &Config::default());
    pair.send(1, 0, message(&[1; 3000]));
    pair.run(Duration::from_secs(1));
    pair.ends[1].reset_stream(pair.now, StreamId(0)).unwrap();
    pair.run(Duration::from_secs(1));
    let packets: Vec<_> = pair.sent[1].iter().chain(&pair.sent[0]).cloned().collect();
    for packet in packets {
        let packet = &packet[..packet.len().min(140)];
        let tag = u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]);
        for at in 0..packet.len() {
            let mut pair = Pair::connected(4, &Config::default());
            pair.deliver(0, &packet[..at]);
            if at >= 12 {
                pair.deliver(0, &repaired(&packet[..at], tag));
            }
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut changed = packet.to_vec();
                changed[at] = value;
                pair.deliver(0, &repaired(&changed, tag));
            }
            let _ = pair.packet(0);
        }
    }
}

#[test]
fn foreign_fuzzer_inputs_are_harmless() {
    let corpora = [
        include_str!("../data/usrsctp-fragment.hex"),
        include_str!("../data/usrsctp-listen.hex"),
    ];
    for line in corpora.iter().flat_map(|corpus| corpus.lines()) {
        let chunks = hex::decode(line.split(' ').nth(1).unwrap()).unwrap();
        let mut pair = Pair::connected(3, &Config::default());
        let tag = tag(&mut pair);
        for tag in [tag, 0] {
            let mut packet = vec![0x13, 0x88, 0x13, 0x88, 0, 0, 0, 0, 0, 0, 0, 0];
            packet.extend_from_slice(&chunks);
            pair.deliver(0, &repaired(&packet, tag));
            pair.deliver(0, &chunks);
        }
        survives(&mut pair);
    }
}

/// A DATA chunk as a packet to the first end.
fn data(tag: u32, flags: u8, tsn: u32, stream: u16, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x13, 0x88, 0x13, 0x88, 0, 0, 0, 0, 0, 0, 0, 0];
    packet.extend_from_slice(&[0, flags]);
    packet.extend_from_slice(&(16 + payload.len() as u16).to_be_bytes());
    packet.extend_from_slice(&tsn.to_be_bytes());
    packet.extend_from_slice(&stream.to_be_bytes());
    packet.extend_from_slice(&[0, 0, 0, 0, 0, 53]);
    packet.extend_from_slice(payload);
    packet.resize(packet.len().next_multiple_of(4), 0);
    repaired(&packet, tag)
}

/// The tag and the next TSN of packets to the first end.
fn next(pair: &mut Pair) -> (u32, u32) {
    pair.send(1, 9, message(b"tag!"));
    let packet = pair.packet(1).unwrap();
    pair.deliver(0, &packet);
    let word = |at: usize| u32::from_be_bytes(packet[at..at + 4].try_into().unwrap());
    let chunk = 12 + if packet[12] == 3 { 16 } else { 0 };
    let _ = pair.read(0, 9);
    (word(4), word(chunk + 4).wrapping_add(1))
}

#[test]
fn messages_that_are_never_ended_are_bounded_and_end_the_association() {
    let mut pair = Pair::connected(1, &Config::default());
    let (tag, tsn) = next(&mut pair);
    let window = pair.ends[0].config().receive_window as usize;
    for index in 0..20_000_u32 {
        let packet = data(
            tag,
            2,
            tsn.wrapping_add(index),
            (index % 65_000) as u16,
            &[1; 100],
        );
        pair.ends[0].handle_packet(pair.now, BytesMut::from(&packet[..]));
        assert!(pair.ends[0].stats().receive_buffered <= window + window / 8 + 2000);
    }
    let violation = CloseReason::ProtocolViolation(Violation::OutOfResource);
    pair.run(Duration::from_secs(1));
    assert!(pair.take(0).contains(&Event::Closed(violation)));
}

#[test]
fn holes_over_the_whole_window_are_bounded() {
    let mut pair = Pair::connected(1, &Config::default());
    let (tag, tsn) = next(&mut pair);
    for index in 1..40_000_u32 {
        pair.deliver(0, &data(tag, 3, tsn.wrapping_add(index * 2), 0, &[1; 100]));
    }
    let stats = pair.ends[0].stats();
    assert!(stats.receive_buffered <= (1 << 20) + (1 << 17) + 200);
    assert!(stats.dropped.outside_window + stats.dropped.no_room > 20_000);
    let _ = pair.packet(0);
}

#[test]
fn a_message_too_large_is_dropped_without_being_kept() {
    let mut big = Config::default();
    big.max_message_size = 1 << 20;
    let mut small = Config::default();
    small.max_message_size = 100_000;
    for ordered in [true, false] {
        let mut pair = Pair::with(1, [big.clone(), small.clone()]);
        pair.link.loss = 0.02;
        pair.ends[0].connect(pair.now);
        let mut sent = message(&[1; 600_000]);
        sent.ordered = ordered;
        pair.send(0, 1, sent);
        pair.send(0, 1, message(b"after"));
        for _ in 0..200 {
            pair.run(Duration::from_millis(200));
            assert!(pair.ends[1].stats().receive_buffered < 120_000);
        }
        let events = pair.take(1);
        let count = events
            .iter()
            .filter(|event| **event == Event::MessageTooLarge(StreamId(1)))
            .count();
        assert!(count >= 1, "{events:?}");
        assert_eq!(pair.read(1, 1), [b"after"]);
        assert_eq!(pair.ends[1].stats().receive_buffered, 0);
    }
}

#[test]
fn nobody_who_does_not_poll_makes_memory_grow() {
    let mut pair = Pair::connected(1, &Config::default());
    let (tag, tsn) = next(&mut pair);
    for index in 0..50_000_u32 {
        pair.deliver(0, &data(tag, 3, tsn.wrapping_add(index), 1, b"x"));
    }
    assert!(pair.ends[0].stats().receive_buffered <= (1 << 20) + 100);
    assert!(pair.take(0).len() <= 2);
}
