use std::time::Duration;

use stonechat_sctp::{Config, Event, ResetError, SendError, StreamId};
use stonechat_testkit::seeds;

use crate::driver::{Pair, message};

const STREAM: StreamId = StreamId(5);
/// Long enough for a packet that is lost many times in a row: its timeout doubles each time.
const LONG: Duration = Duration::from_secs(600);

#[test]
fn a_reset_waits_for_what_was_sent_before_and_begins_anew() {
    seeds(40, |seed| {
        let mut pair = Pair::connected(seed, &Config::default());
        pair.link.loss = 0.2;
        pair.link.jitter = Duration::from_millis(20);
        for round in 0..3_u8 {
            for _ in 0..5 {
                pair.send(0, 5, message(&[round; 3000]));
            }
            let now = pair.now;
            assert_eq!(pair.ends[0].reset_stream(now, STREAM), Ok(()));
            assert_eq!(
                pair.ends[0].reset_stream(now, STREAM),
                Err(ResetError::InProgress)
            );
            let refused = pair.ends[0].send(now, STREAM, message(b"no"));
            assert_eq!(refused, Err(SendError::Resetting));
            pair.run(LONG);
            let ours = pair.take(0);
            assert!(
                ours.contains(&Event::OutgoingResetDone(STREAM)),
                "seed {seed} {ours:?}"
            );
            let theirs = pair.take(1);
            assert!(
                theirs.contains(&Event::IncomingReset(STREAM)),
                "seed {seed}"
            );
            assert!(!theirs.contains(&Event::Drained(STREAM)), "seed {seed}");
            // The next life of the stream does not mix with the unread rest of this one.
            pair.send(0, 5, message(b"next"));
            pair.run(LONG);
            for _ in 0..5 {
                let got = pair.ends[1].recv(pair.now, STREAM).unwrap();
                assert_eq!(got.data.into_bytes(), vec![round; 3000]);
            }
            let events = pair.take(1);
            let last = [Event::Drained(STREAM), Event::Readable(STREAM)];
            assert!(events.ends_with(&last), "seed {seed} {events:?}");
            assert_eq!(pair.read(1, 5), [b"next"]);
        }
    });
}

#[test]
fn both_sides_may_reset_at_once() {
    seeds(40, |seed| {
        let mut pair = Pair::connected(seed, &Config::default());
        pair.link.loss = 0.15;
        for end in 0..2 {
            pair.send(end, 5, message(b"x"));
            pair.ends[end].reset_stream(pair.now, STREAM).unwrap();
        }
        pair.run(LONG);
        for end in 0..2 {
            assert_eq!(pair.read(end, 5).len(), 1);
            let events = pair.take(end);
            for wanted in [
                Event::OutgoingResetDone(STREAM),
                Event::IncomingReset(STREAM),
                Event::Drained(STREAM),
            ] {
                assert!(
                    events.contains(&wanted),
                    "seed {seed} {wanted:?} {events:?}"
                );
            }
        }
    });
}

#[test]
fn a_thousand_resets_take_one_request_at_a_time() {
    let mut pair = Pair::connected(1, &Config::default());
    for stream in 0..2000 {
        pair.send(0, stream, message(b"x"));
        pair.ends[0]
            .reset_stream(pair.now, StreamId(stream))
            .unwrap();
    }
    pair.run(Duration::from_secs(60));
    let done = pair.take(0);
    assert_eq!(
        done.iter()
            .filter(|event| matches!(event, Event::OutgoingResetDone(_)))
            .count(),
        2000
    );
}
