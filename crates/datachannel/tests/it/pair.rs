use std::time::Duration;

use bytes::Bytes;
use stonechat_datachannel::{
    CloseReason, Config, Event, Kind, Parameters, Payload, SendError, State,
};
use stonechat_sctp::Reliability;

use crate::driver::{Pair, text};

#[test]
fn a_channel_opens_with_its_parameters_and_carries_messages_both_ways() {
    for (ordered, reliability) in [
        (true, Reliability::Reliable),
        (false, Reliability::Reliable),
        (true, Reliability::MaxRetransmits(3)),
        (false, Reliability::MaxLifetime(Duration::from_millis(1500))),
    ] {
        let mut pair = Pair::connected(1, &Config::default());
        let parameters = Parameters {
            protocol: "soap".into(),
            ordered,
            reliability,
            priority: 1024,
            ..Parameters::labelled("chat ☎")
        };
        let (ours, theirs) = pair.opened(parameters.clone());
        assert_eq!(pair.ends[1].parameters(theirs), Some(&parameters));
        assert_eq!(pair.ends[0].stream_id(ours), Some(0));
        pair.send(0, ours, text("hello"));
        pair.send(1, theirs, Payload::Binary(Bytes::from_static(&[1, 2, 3])));
        pair.run(Duration::from_secs(1));
        let got = pair.recv(1, theirs).unwrap();
        assert_eq!(
            (got.kind, &got.data.into_bytes()[..]),
            (Kind::Text, &b"hello"[..])
        );
        let got = pair.recv(0, ours).unwrap();
        assert_eq!(
            (got.kind, &got.data.into_bytes()[..]),
            (Kind::Binary, &[1, 2, 3][..])
        );
        let stats = pair.ends[0].channel_stats(ours).unwrap();
        assert_eq!(
            (stats.messages_sent, stats.bytes_sent, stats.bytes_received),
            (1, 5, 3)
        );
    }
}

#[test]
fn empty_messages_stay_empty() {
    let mut pair = Pair::connected(1, &Config::default());
    let (ours, theirs) = pair.opened(Parameters::labelled(""));
    pair.send(0, ours, text(""));
    pair.send(0, ours, Payload::Binary(Bytes::new()));
    pair.run(Duration::from_secs(1));
    for kind in [Kind::Text, Kind::Binary] {
        let got = pair.recv(1, theirs).unwrap();
        assert_eq!((got.kind, got.data.len()), (kind, 0));
    }
}

#[test]
fn channels_opened_before_the_role_is_known_get_ids_by_it() {
    let mut pair = Pair::new(1, &Config::default());
    let opened: Vec<_> = (0..6)
        .map(|index| {
            let now = pair.now;
            let end = &mut pair.ends[index % 2];
            end.open(now, Parameters::labelled(&format!("{index}")))
                .unwrap()
        })
        .collect();
    pair.start();
    pair.run(Duration::from_secs(2));
    for (index, id) in opened.iter().enumerate() {
        assert_eq!(
            pair.ends[index % 2].stream_id(*id),
            Some(index as u16),
            "{index}"
        );
        assert_eq!(pair.ends[index % 2].state(*id), State::Open);
    }
    for end in 0..2 {
        let events = pair.take(end);
        let announced = events
            .iter()
            .filter(|event| matches!(event, Event::Announced(_)));
        assert_eq!(announced.count(), 3);
    }
}

#[test]
fn messages_may_follow_an_open_at_once_and_keep_their_order() {
    let mut pair = Pair::connected(1, &Config::default());
    let unordered = Parameters {
        ordered: false,
        ..Parameters::labelled("x")
    };
    let ours = pair.ends[0].open(pair.now, unordered).unwrap();
    for index in 0..20 {
        pair.send(0, ours, text(&format!("{index}")));
    }
    pair.jitter = Duration::from_millis(50);
    pair.run(Duration::from_secs(5));
    let theirs = pair
        .take(1)
        .into_iter()
        .find_map(|event| {
            if let Event::Announced(id) = event {
                Some(id)
            } else {
                None
            }
        })
        .unwrap();
    let expected: Vec<_> = (0..20)
        .map(|index| format!("{index}").into_bytes())
        .collect();
    assert_eq!(pair.read(1, theirs), expected);
}

#[test]
fn nothing_can_be_sent_before_the_association() {
    let mut pair = Pair::new(1, &Config::default());
    let ours = pair.ends[0]
        .open(pair.now, Parameters::labelled("x"))
        .unwrap();
    assert_eq!(
        pair.ends[0].send(pair.now, ours, text("x")),
        Err(SendError::NotOpen)
    );
}

#[test]
fn both_limits_of_message_size_hold() {
    let mut pair = Pair::connected(1, &Config::default());
    let (ours, theirs) = pair.opened(Parameters::labelled("x"));
    pair.ends[0].set_max_message_size(1000);
    let now = pair.now;
    let mut send =
        |len: usize| pair.ends[0].send(now, ours, Payload::Binary(Bytes::from(vec![1; len])));
    assert_eq!(send(1001), Err(SendError::TooLarge { max: 1000 }));
    assert_eq!(send(1000), Ok(()));
    pair.ends[0].set_max_message_size(0);
    let whole = Payload::Binary(Bytes::from(vec![1; 262_144]));
    pair.send(0, ours, whole);
    let more = Payload::Binary(Bytes::from(vec![1; 262_145]));
    let refused = pair.ends[0].send(now, ours, more);
    assert_eq!(refused, Err(SendError::TooLarge { max: 262_144 }));
    pair.run(Duration::from_secs(20));
    let lens: Vec<_> = pair.read(1, theirs).iter().map(Vec::len).collect();
    assert_eq!(lens, [1000, 262_144]);
}

#[test]
fn everything_arrives_under_loss() {
    for seed in 0..30 {
        let mut pair = Pair::new(seed, &Config::default());
        pair.loss = 0.2;
        pair.jitter = Duration::from_millis(15);
        pair.start();
        let channels: Vec<_> = (0..5)
            .map(|index| {
                let parameters = Parameters {
                    ordered: index % 2 == 0,
                    ..Parameters::labelled(&index.to_string())
                };
                pair.ends[0].open(pair.now, parameters).unwrap()
            })
            .collect();
        pair.run(Duration::from_secs(60));
        for id in &channels {
            assert_eq!(pair.ends[0].state(*id), State::Open, "seed {seed}");
            for _ in 0..10 {
                pair.send(0, *id, Payload::Binary(Bytes::from(vec![3; 2000])));
            }
        }
        pair.run(Duration::from_secs(120));
        let announced: Vec<_> = pair
            .take(1)
            .into_iter()
            .filter_map(|event| {
                if let Event::Announced(id) = event {
                    Some(id)
                } else {
                    None
                }
            })
            .collect();
        assert_eq!(announced.len(), 5, "seed {seed}");
        for id in announced {
            assert_eq!(pair.read(1, id).len(), 10, "seed {seed}");
        }
    }
}

#[test]
fn the_end_of_the_association_closes_every_channel_after_its_messages() {
    let mut pair = Pair::connected(1, &Config::default());
    let (ours, theirs) = pair.opened(Parameters::labelled("x"));
    pair.send(0, ours, text("last words"));
    pair.ends[0].shutdown(pair.now);
    pair.run(Duration::from_secs(5));
    assert_eq!(pair.read(1, theirs), [b"last words"]);
    let shutdown = CloseReason::AssociationShutdown;
    let events = pair.take(1);
    assert!(events.contains(&Event::Closed(theirs, shutdown)));
    assert!(matches!(events.last(), Some(Event::AssociationClosed(_))));
    assert_eq!(pair.take_others(0)[0], Event::Closed(ours, shutdown));
    assert_eq!(pair.ends[0].poll_timeout(), None);
}
