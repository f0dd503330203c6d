use std::time::Duration;

use stonechat_sctp::{Config, Reliability};
use stonechat_testkit::seeds;

use crate::driver::{Pair, message, unreliable};

#[test]
fn a_message_without_retransmissions_is_lost_and_others_go_on() {
    for ordered in [true, false] {
        for size in [10, 5000] {
            let mut pair = Pair::connected(1, &Config::default());
            pair.link.loss = 1.0;
            let reliability = Reliability::MaxRetransmits(0);
            pair.send(0, 1, unreliable(&vec![1; size], ordered, reliability));
            pair.run(Duration::from_millis(50));
            pair.link.loss = 0.0;
            pair.send(0, 1, unreliable(b"second", ordered, Reliability::Reliable));
            pair.run(Duration::from_secs(10));
            assert_eq!(
                pair.read(1, 1),
                [b"second"],
                "ordered {ordered} size {size}"
            );
            assert_eq!(pair.ends[0].stats().messages_abandoned, 1);
            assert_eq!(pair.ends[0].stats().retransmissions, 0);
            assert_eq!(pair.ends[0].stats().send_buffered, 0);
            assert_eq!(pair.ends[1].stats().receive_buffered, 0);
        }
    }
}

#[test]
fn retransmissions_are_counted_and_limited() {
    let mut pair = Pair::connected(1, &Config::default());
    pair.link.loss = 1.0;
    pair.send(0, 1, unreliable(b"x", true, Reliability::MaxRetransmits(3)));
    pair.run(Duration::from_secs(20));
    assert_eq!(pair.ends[0].stats().retransmissions, 3);
    assert_eq!(pair.ends[0].stats().messages_abandoned, 1);
}

#[test]
fn a_message_past_its_lifetime_is_not_sent() {
    let mut pair = Pair::connected(1, &Config::default());
    pair.ends[0].set_send_limit(pair.now, Some(80_000));
    let lifetime = Reliability::MaxLifetime(Duration::from_millis(500));
    for _ in 0..100 {
        pair.send(0, 1, unreliable(&[1; 1000], true, lifetime));
    }
    pair.send(0, 1, message(b"last"));
    pair.run(Duration::from_secs(20));
    let read = pair.read(1, 1);
    assert!(read.len() < 30, "{}", read.len());
    assert_eq!(read.last().unwrap(), b"last");
    assert_eq!(
        pair.ends[0].stats().messages_abandoned as usize + read.len(),
        101
    );
    assert_eq!(pair.ends[0].stats().send_buffered, 0);
}

#[test]
fn all_kinds_mixed_under_loss_leave_nothing_behind() {
    seeds(60, |seed| {
        let mut pair = Pair::connected(seed, &Config::default());
        pair.link.loss = 0.2;
        pair.link.duplicate = 0.05;
        pair.link.jitter = Duration::from_millis(20);
        let mut reliable = 0;
        for index in 0..120_u16 {
            let reliability = match index % 3 {
                0 => Reliability::Reliable,
                1 => Reliability::MaxRetransmits(index % 2),
                _ => Reliability::MaxLifetime(Duration::from_millis(u64::from(index) * 10)),
            };
            reliable += u16::from(index % 3 == 0);
            let len = 2 + pair.rng.below(4000) as usize;
            let mut text = vec![0; len];
            text[..2].copy_from_slice(&index.to_be_bytes());
            pair.send(0, index % 4, unreliable(&text, index % 8 < 4, reliability));
        }
        for _ in 0..300 {
            pair.run(Duration::from_secs(1));
            if pair.ends[0].stats().send_buffered == 0 {
                break;
            }
        }
        let mut whole = 0;
        for stream in 0..4 {
            let read = pair.read(1, stream);
            let mut ordered: Vec<u16> = Vec::new();
            for text in read {
                let index = u16::from_be_bytes([text[0], text[1]]);
                whole += u16::from(index % 3 == 0);
                if index % 8 < 4 {
                    ordered.push(index);
                }
            }
            assert!(ordered.is_sorted(), "seed {seed}");
        }
        assert_eq!(whole, reliable, "seed {seed}");
        assert_eq!(pair.ends[0].stats().send_buffered, 0, "seed {seed}");
        assert_eq!(pair.ends[1].stats().receive_buffered, 0, "seed {seed}");
    });
}
