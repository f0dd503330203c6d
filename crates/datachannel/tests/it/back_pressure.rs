use std::time::Duration;

use bytes::Bytes;
use stonechat_datachannel::{Config, Event, Parameters, Payload, SendError};

use crate::driver::Pair;

fn kilobyte() -> Payload {
    Payload::Binary(Bytes::from(vec![1; 1000]))
}

#[test]
fn a_full_send_buffer_blocks_and_wakes_once() {
    let mut pair = Pair::connected(1, &Config::default());
    let (ours, theirs) = pair.opened(Parameters::labelled("x"));
    let mut sent = 0;
    while pair.ends[0].send(pair.now, ours, kilobyte()).is_ok() {
        sent += 1;
    }
    assert_eq!(
        pair.ends[0].send(pair.now, ours, kilobyte()),
        Err(SendError::Blocked)
    );
    assert_eq!(sent, 2_000_000 / 1064);
    let mut read = 0;
    let mut woken = 0;
    for _ in 0..400 {
        pair.run(Duration::from_millis(50));
        read += pair.read(1, theirs).len();
        let events = pair.take(0);
        woken += events
            .iter()
            .filter(|event| **event == Event::Writable(ours))
            .count();
    }
    assert_eq!((read, woken), (sent, 1));
}

#[test]
fn unread_messages_keep_the_window_closed() {
    let mut pair = Pair::connected(1, &Config::default());
    let (ours, theirs) = pair.opened(Parameters::labelled("x"));
    while pair.ends[0].send(pair.now, ours, kilobyte()).is_ok() {}
    pair.run(Duration::from_secs(30));
    let held = pair.ends[1].association().stats().receive_buffered;
    assert!(held <= (1 << 20) + 2000 && held > 900_000, "{held}");
    assert!(pair.ends[0].buffered_amount(ours) > 800_000);
    let events = pair.take(1);
    assert_eq!(events, [Event::Readable(theirs)]);
}

#[test]
fn the_low_threshold_is_reported_once_when_it_is_passed() {
    let mut pair = Pair::connected(1, &Config::default());
    let (ours, theirs) = pair.opened(Parameters::labelled("x"));
    pair.ends[0].set_buffered_amount_low_threshold(ours, 50_000);
    for round in 0..3 {
        for _ in 0..100 {
            pair.send(0, ours, kilobyte());
        }
        assert_eq!(pair.ends[0].buffered_amount(ours), 100_000);
        pair.run(Duration::from_secs(10));
        assert_eq!(
            pair.take(0),
            [Event::BufferedAmountLow(ours)],
            "round {round}"
        );
        assert_eq!(pair.read(1, theirs).len(), 100);
    }
    pair.send(0, ours, kilobyte());
    pair.run(Duration::from_secs(1));
    assert_eq!(pair.take(0), [], "never was above");
}

#[test]
fn a_channel_opens_although_the_send_buffer_is_full() {
    let mut pair = Pair::connected(1, &Config::default());
    let (ours, theirs) = pair.opened(Parameters::labelled("x"));
    while pair.ends[0].send(pair.now, ours, kilobyte()).is_ok() {}
    let second = pair.ends[0]
        .open(pair.now, Parameters::labelled("second"))
        .unwrap();
    for _ in 0..200 {
        pair.run(Duration::from_millis(100));
        let _ = pair.read(1, theirs);
    }
    assert!(pair.take(0).contains(&Event::Open(second)));
}
