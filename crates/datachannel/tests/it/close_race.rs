use std::time::Duration;

use stonechat_datachannel::{CloseReason, Config, Event, Parameters, SendError, State};

use crate::driver::{Pair, text};

#[test]
fn a_close_delivers_what_was_sent_and_closes_both_sides() {
    for seed in 0..30 {
        let mut pair = Pair::connected(seed, &Config::default());
        let (ours, theirs) = pair.opened(Parameters::labelled("x"));
        pair.loss = 0.2;
        for _ in 0..20 {
            pair.send(0, ours, text(&"y".repeat(1000)));
        }
        pair.ends[0].close(pair.now, ours);
        assert_eq!(pair.ends[0].state(ours), State::Closing);
        assert_eq!(
            pair.ends[0].send(pair.now, ours, text("z")),
            Err(SendError::NotOpen)
        );
        pair.run(Duration::from_secs(90));
        assert_eq!(
            pair.take_others(0),
            [Event::Closed(ours, CloseReason::Local)],
            "seed {seed}"
        );
        let events = pair.take(1);
        assert_eq!(
            events.last(),
            Some(&Event::Closing(theirs)),
            "seed {seed} {events:?}"
        );
        assert_eq!(pair.read(1, theirs).len(), 20, "seed {seed}");
        assert_eq!(
            pair.take(1),
            [Event::Closed(theirs, CloseReason::Remote)],
            "seed {seed}"
        );
    }
}

#[test]
fn both_sides_may_close_at_once() {
    for seed in 0..30 {
        let mut pair = Pair::connected(seed, &Config::default());
        let (ours, theirs) = pair.opened(Parameters::labelled("x"));
        pair.loss = 0.2;
        pair.send(0, ours, text("never read"));
        pair.send(1, theirs, text("never read"));
        pair.ends[0].close(pair.now, ours);
        pair.ends[1].close(pair.now, theirs);
        pair.run(Duration::from_secs(90));
        for (end, id) in [(0, ours), (1, theirs)] {
            let events = pair.take_others(end);
            assert_eq!(
                events,
                [Event::Closed(id, CloseReason::Local)],
                "seed {seed}"
            );
        }
    }
}

#[test]
fn ids_are_used_again_without_mixing_channels() {
    for seed in 0..30 {
        let mut pair = Pair::connected(seed, &Config::default());
        pair.loss = [0.0, 0.2][seed as usize % 2];
        pair.jitter = Duration::from_millis(20);
        let mut theirs = Vec::new();
        for round in 0..6 {
            let ours = pair.ends[0]
                .open(pair.now, Parameters::labelled(&round.to_string()))
                .unwrap();
            assert_eq!(pair.ends[0].stream_id(ours), Some(0), "seed {seed}");
            pair.send(0, ours, text(&format!("{round} a")));
            pair.send(0, ours, text(&format!("{round} b")));
            pair.ends[0].close(pair.now, ours);
            // The other side reads late: what is unread is never taken for the next channel's.
            for _ in 0..100 {
                pair.run(Duration::from_secs(1));
                for event in pair.take(1) {
                    match event {
                        Event::Announced(id) => {
                            let label = pair.ends[1].parameters(id).unwrap().label.clone();
                            theirs.push((id, label));
                        }
                        Event::Closing(id) => {
                            let label = &theirs.iter().find(|(other, _)| *other == id).unwrap().1;
                            let expected = [format!("{label} a"), format!("{label} b")];
                            let read = pair.read(1, id);
                            assert_eq!(read, expected.map(String::into_bytes), "seed {seed}");
                        }
                        _ => {}
                    }
                }
                if pair
                    .take(0)
                    .contains(&Event::Closed(ours, CloseReason::Local))
                {
                    break;
                }
            }
            assert_eq!(
                pair.ends[0].state(ours),
                State::Closed,
                "seed {seed} round {round}"
            );
        }
        assert_eq!(theirs.len(), 6, "seed {seed}");
    }
}

#[test]
fn a_close_before_the_association_leaves_no_trace() {
    let mut pair = Pair::new(1, &Config::default());
    let ours = pair.ends[0]
        .open(pair.now, Parameters::labelled("x"))
        .unwrap();
    pair.ends[0].close(pair.now, ours);
    pair.start();
    pair.run(Duration::from_secs(2));
    assert_eq!(
        pair.take(0),
        [Event::Closed(ours, CloseReason::Local), Event::Connected]
    );
    assert_eq!(pair.take(1), [Event::Connected]);
}

#[test]
fn a_close_right_after_an_open_closes_the_channel_of_the_peer() {
    let mut pair = Pair::connected(1, &Config::default());
    let ours = pair.ends[0]
        .open(pair.now, Parameters::labelled("x"))
        .unwrap();
    pair.ends[0].close(pair.now, ours);
    pair.run(Duration::from_secs(5));
    assert_eq!(pair.take(0), [Event::Closed(ours, CloseReason::Local)]);
    let events = pair.take(1);
    assert!(matches!(
        events[..],
        [
            Event::Announced(_),
            Event::Closing(_),
            Event::Closed(_, CloseReason::Remote)
        ]
    ));
}
