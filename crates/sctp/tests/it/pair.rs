use std::time::Duration;

use stonechat_sctp::{CloseReason, Config, Event, SendError, State, StreamId};
use stonechat_testkit::seeds;

use crate::driver::{Link, Pair, message};

fn pattern(seed: u64, len: usize) -> Vec<u8> {
    (0..len)
        .map(|index| (index as u64).wrapping_mul(31).wrapping_add(seed) as u8)
        .collect()
}

#[test]
fn messages_of_all_sizes_arrive_whole_and_in_order() {
    let mut pair = Pair::connected(1, &Config::default());
    let sizes = [1, 2, 1159, 1160, 1161, 1200, 5000, 65_536, 262_144];
    for size in sizes {
        pair.send(0, 3, message(&pattern(size as u64, size)));
    }
    pair.run(Duration::from_secs(20));
    let read = pair.read(1, 3);
    let expected: Vec<_> = sizes.map(|size| pattern(size as u64, size)).into();
    assert_eq!(read, expected);
    assert_eq!(pair.ends[1].stats().receive_buffered, 0);
    assert_eq!(pair.ends[1].stats().pinned_bytes, 0);
    assert_eq!(pair.ends[0].stats().send_buffered, 0);
}

#[test]
fn everything_arrives_whatever_the_network_does() {
    seeds(60, |seed| {
        let mut pair = Pair::new(seed, &Config::default());
        pair.link = Link {
            loss: [0.0, 0.05, 0.2][seed as usize % 3],
            duplicate: 0.1,
            jitter: Duration::from_millis([0, 5, 40][seed as usize / 3 % 3]),
            ..Link::default()
        };
        pair.ends[0].connect(pair.now);
        if seed % 2 == 0 {
            pair.ends[1].connect(pair.now);
        }
        let mut expected: [Vec<Vec<u8>>; 4] = Default::default();
        for index in 0..40 {
            let len = 1 + pair.rng.below(6000) as usize;
            let text = pattern(index, len);
            let stream = (index % 4) as u16;
            let mut sent = message(&text);
            sent.ordered = stream != 3;
            pair.send(0, stream, sent);
            expected[usize::from(stream)].push(text);
        }
        for _ in 0..600 {
            pair.run(Duration::from_secs(1));
            if pair.ends[0].stats().send_buffered == 0 {
                break;
            }
            pair.link.mtu = 1191 + pair.rng.below(400) as usize;
        }
        for (stream, mut expected) in expected.into_iter().enumerate() {
            let mut read = pair.read(1, stream as u16);
            if stream == 3 {
                read.sort();
                expected.sort();
            }
            assert_eq!(read.len(), expected.len(), "seed {seed} stream {stream}");
            assert!(read == expected, "seed {seed} stream {stream}");
        }
        assert_eq!(pair.ends[1].stats().receive_buffered, 0, "seed {seed}");
    });
}

#[test]
fn both_sides_may_connect_at_once() {
    seeds(40, |seed| {
        let mut pair = Pair::new(seed, &Config::default());
        pair.link.loss = 0.2;
        pair.link.jitter = Duration::from_millis(30);
        for end in 0..2 {
            pair.ends[end].connect(pair.now);
        }
        pair.run(Duration::from_secs(600));
        for end in 0..2 {
            assert_eq!(pair.ends[end].state(), State::Established, "seed {seed}");
            let connected = pair
                .take(end)
                .into_iter()
                .filter(|event| *event == Event::Connected);
            assert_eq!(connected.count(), 1, "seed {seed}");
            pair.send(end, 0, message(b"hello"));
        }
        pair.run(Duration::from_secs(30));
        assert_eq!(
            (pair.read(0, 0).len(), pair.read(1, 0).len()),
            (1, 1),
            "seed {seed}"
        );
    });
}

#[test]
fn an_unanswered_connection_ends_in_time() {
    let mut pair = Pair::new(1, &Config::default());
    pair.link.loss = 1.0;
    pair.ends[0].connect(pair.now);
    pair.run(Duration::from_secs(600));
    assert_eq!(pair.take(0), [Event::Closed(CloseReason::ConnectTimeout)]);
    assert_eq!(pair.ends[0].poll_timeout(), None);
}

#[test]
fn a_peer_that_is_gone_is_noticed() {
    for queued in [true, false] {
        let mut pair = Pair::connected(1, &Config::default());
        pair.link.loss = 1.0;
        if queued {
            pair.send(0, 0, message(b"anyone?"));
        }
        pair.run(Duration::from_secs(1200));
        assert_eq!(
            pair.take(0),
            [Event::Closed(CloseReason::TooManyRetransmissions)]
        );
    }
}

#[test]
fn a_shutdown_delivers_what_was_queued() {
    seeds(20, |seed| {
        let mut pair = Pair::connected(seed, &Config::default());
        pair.link.loss = 0.1;
        for _ in 0..10 {
            pair.send(0, 1, message(&[7; 3000]));
        }
        pair.ends[0].shutdown(pair.now);
        let refused = pair.ends[0].send(pair.now, StreamId(1), message(b"late"));
        assert_eq!(refused, Err(SendError::Closed));
        pair.run(Duration::from_secs(400));
        assert_eq!(pair.read(1, 1).len(), 10, "seed {seed}");
        let closed = Event::Closed(CloseReason::Shutdown);
        assert!(pair.take(0).contains(&closed), "seed {seed}");
        // Where SHUTDOWN COMPLETE is lost the other side gives up by itself.
        assert_eq!(pair.ends[1].state(), State::Closed, "seed {seed}");
    });
}

#[test]
fn an_abort_tells_the_reason() {
    let mut pair = Pair::connected(1, &Config::default());
    pair.ends[0].abort(pair.now, "enough");
    pair.run(Duration::from_secs(1));
    assert_eq!(pair.take(0), [Event::Closed(CloseReason::Aborted)]);
    let reason = CloseReason::AbortedByPeer {
        cause: Some(12),
        reason: "enough".into(),
    };
    assert_eq!(pair.take(1), [Event::Closed(reason)]);
    assert!(pair.packet(0).is_none() && pair.packet(1).is_none());
}

#[test]
fn a_restarted_peer_begins_anew() {
    let mut pair = Pair::connected(1, &Config::default());
    pair.send(0, 1, message(b"old"));
    pair.send(1, 1, message(b"old"));
    pair.run(Duration::from_secs(1));
    pair.ends[0] = Pair::new(99, &Config::default())
        .ends
        .into_iter()
        .next()
        .unwrap();
    pair.ends[0].connect(pair.now);
    pair.run(Duration::from_secs(2));
    assert!(pair.take(1).contains(&Event::Restarted));
    assert_eq!(pair.take(0).last(), Some(&Event::Connected));
    pair.send(0, 1, message(b"new"));
    pair.send(1, 1, message(b"newer"));
    pair.run(Duration::from_secs(2));
    assert_eq!(pair.read(1, 1), [b"new"]);
    assert_eq!(pair.read(0, 1), [b"newer"]);
}

#[test]
fn an_unread_stream_closes_the_window_and_reading_opens_it() {
    let mut config = Config::default();
    config.receive_window = 40_000;
    config.send_buffer = 200_000;
    let mut pair = Pair::connected(1, &config);
    let mut sent = 0;
    let blocked = loop {
        match pair.ends[0].send(pair.now, StreamId(0), message(&[1; 1000])) {
            Ok(()) => sent += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(blocked, SendError::Blocked);
    pair.run(Duration::from_secs(300));
    assert!(pair.ends[1].stats().receive_buffered <= 40_000 + 1160 + 64);
    assert_eq!(pair.ends[0].state(), State::Established);
    let mut read = 0;
    let mut writable = 0;
    for _ in 0..200 {
        read += pair.read(1, 0).len();
        pair.run(Duration::from_secs(2));
        let events = pair.take(0);
        writable += events
            .iter()
            .filter(|event| **event == Event::Writable(StreamId(0)))
            .count();
    }
    assert_eq!((read, writable), (sent, 1));
}

#[test]
fn a_window_closed_for_ever_ends_the_association_in_time() {
    let mut config = Config::default();
    config.receive_window = 10_000;
    let mut pair = Pair::connected(1, &config);
    for _ in 0..100 {
        pair.send(0, 0, message(&[1; 1000]));
    }
    pair.run(Duration::from_secs(29 * 60));
    assert_eq!(pair.ends[0].state(), State::Established);
    pair.run(Duration::from_secs(2 * 60));
    assert!(
        pair.take(0)
            .contains(&Event::Closed(CloseReason::ZeroWindow))
    );
}

#[test]
fn streams_take_turns() {
    let mut pair = Pair::connected(1, &Config::default());
    for _ in 0..50 {
        for stream in 0..4 {
            pair.send(0, stream, message(&[1; 5000]));
        }
    }
    pair.run(Duration::from_millis(60));
    let counts: Vec<_> = (0..4).map(|stream| pair.read(1, stream).len()).collect();
    let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
    assert!(*least > 0 && most - least <= 1, "{counts:?}");
}

#[test]
fn one_sack_answers_a_burst() {
    let mut pair = Pair::connected(1, &Config::default());
    pair.send(0, 0, message(&[1; 10_000]));
    let burst: Vec<_> = std::iter::from_fn(|| pair.packet(0)).collect();
    assert!(burst.len() > 5);
    for packet in burst {
        pair.deliver(1, &packet);
    }
    assert!(pair.packet(1).is_some());
    assert!(pair.packet(1).is_none());
    assert_eq!(pair.ends[1].stats().sacks_sent, 1);
}

#[test]
fn small_messages_do_not_pin_large_buffers() {
    let mut config = Config::default();
    config.assumed_allocation = 65_536;
    let mut pair = Pair::connected(1, &config);
    for _ in 0..500 {
        pair.send(0, 0, message(b"x"));
    }
    pair.run(Duration::from_secs(2));
    let stats = pair.ends[1].stats();
    assert_eq!((stats.pinned_bytes, stats.receive_buffered), (0, 500 * 65));
    assert_eq!(pair.read(1, 0).len(), 500);
}

#[test]
fn the_same_seed_gives_the_same_octets() {
    let run = || {
        let mut pair = Pair::connected(5, &Config::default());
        pair.link.loss = 0.1;
        pair.send(0, 0, message(&[1; 50_000]));
        pair.run(Duration::from_secs(1));
        pair.sent
    };
    assert_eq!(run(), run());
}

#[test]
fn zero_checksums_are_used_only_if_both_say_so() {
    let mut on = Config::default();
    on.zero_checksum = true;
    for (configs, zero) in [
        ([on.clone(), on.clone()], true),
        ([on, Config::default()], false),
    ] {
        let mut pair = Pair::with(1, configs);
        pair.ends[1].connect(pair.now);
        pair.run(Duration::from_secs(1));
        pair.send(0, 0, message(b"x"));
        pair.send(1, 0, message(b"x"));
        pair.run(Duration::from_secs(1));
        assert_eq!((pair.read(0, 0).len(), pair.read(1, 0).len()), (1, 1));
        assert_eq!(pair.sent[0].back().unwrap()[8..12] == [0; 4], zero);
    }
}

#[test]
fn a_rate_limit_holds() {
    let mut pair = Pair::connected(1, &Config::default());
    pair.ends[0].set_send_limit(pair.now, Some(800_000));
    for _ in 0..10 {
        pair.send(0, 0, message(&[1; 100_000]));
    }
    pair.run(Duration::from_secs(5));
    let sent = pair.ends[0].stats().payload_sent;
    assert!((400_000..520_000).contains(&sent), "{sent}");
}
