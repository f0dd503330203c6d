use std::time::Duration;

use stonechat_datachannel::{Config, Event, OpenError, Parameters, State};

use crate::driver::{Pair, text};

fn negotiated(id: u16) -> Parameters {
    Parameters {
        negotiated: Some(id),
        ..Parameters::labelled("agreed")
    }
}

#[test]
fn a_negotiated_channel_opens_with_the_association_and_needs_no_handshake() {
    let mut pair = Pair::new(1, &Config::default());
    let now = pair.now;
    let ids = [0, 1].map(|end: usize| pair.ends[end].open(now, negotiated(7)).unwrap());
    pair.start();
    pair.run(Duration::from_secs(1));
    for (end, id) in ids.into_iter().enumerate() {
        assert_eq!(pair.take(end), [Event::Connected, Event::Open(id)]);
        pair.send(end, id, text("x"));
    }
    pair.run(Duration::from_secs(1));
    for (end, id) in ids.into_iter().enumerate() {
        assert_eq!(pair.read(end, id), [b"x"]);
    }
    pair.ends[0].close(pair.now, ids[0]);
    pair.run(Duration::from_secs(2));
    for (end, id) in ids.into_iter().enumerate() {
        let _ = pair.take(end);
        assert_eq!(pair.ends[end].state(id), State::Closed);
    }
}

#[test]
fn an_id_in_use_or_out_of_range_is_refused() {
    let mut pair = Pair::connected(1, &Config::default());
    let now = pair.now;
    let end = &mut pair.ends[0];
    end.open(now, negotiated(4)).unwrap();
    assert_eq!(end.open(now, negotiated(4)), Err(OpenError::IdInUse));
    assert_eq!(end.open(now, negotiated(65_535)), Err(OpenError::InvalidId));
    let first = end.open(now, Parameters::labelled("a")).unwrap();
    assert_eq!(end.stream_id(first), Some(0));
    end.open(now, Parameters::labelled("b")).unwrap();
    let third = end.open(now, Parameters::labelled("c")).unwrap();
    assert_eq!(end.stream_id(third), Some(6), "4 is taken");
}

#[test]
fn the_limit_of_channels_holds_and_can_be_raised() {
    for limit in [1, 1024, 5000] {
        let mut config = Config::default();
        config.max_channels = limit;
        let mut pair = Pair::connected(1, &config);
        for _ in 0..limit {
            pair.ends[0]
                .open(pair.now, Parameters::labelled(""))
                .unwrap();
        }
        let refused = pair.ends[0].open(pair.now, Parameters::labelled(""));
        assert_eq!(refused, Err(OpenError::TooMany));
        pair.run(Duration::from_secs(30));
        let opened = pair
            .take(0)
            .iter()
            .filter(|event| matches!(event, Event::Open(_)))
            .count();
        assert_eq!(opened, limit);
    }
}
