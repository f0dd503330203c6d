use std::time::Duration;

use stonechat_testkit::{Link, Pair, Side, clock, in_path, seeds};

use crate::courier::{Courier, Event, Vice};

in_path! {
    struct Peer(Courier), event = Event, closed = |inner| inner.is_closed()
}

fn couriers(seed: u64, messages: u8) -> Pair<Peer, Peer> {
    let new = |total| Peer(Courier::new(clock::start(), seed, total, Vice::None));
    Pair::new(seed, new(messages), new(0))
}

#[test]
fn messages_arrive_once_and_in_order_over_a_rough_link() {
    seeds(20, |seed| {
        let mut pair = couriers(seed, 30).with_link(Link::rough());
        assert!(pair.run_until(Duration::from_secs(60), |pair| pair.a.is_done()));
        let expected: Vec<_> = (0..30).map(Event::Received).collect();
        assert_eq!(pair.take_events_b(), expected);
        assert!(pair.events_a().is_empty());
    });
}

#[test]
fn time_goes_by_as_the_links_say() {
    let mut pair = couriers(0, 3).with_link(Link::delay(Duration::from_millis(40)));
    assert!(pair.run_until(Duration::from_secs(1), |pair| pair.a.is_done()));
    assert_eq!(pair.now() - clock::start(), Duration::from_millis(240));
    pair.run_for(Duration::from_secs(5));
    assert_eq!(pair.now() - clock::start(), Duration::from_millis(5240));
    assert_eq!(pair.packets_sent(Side::A), 3);
    assert_eq!(pair.octets_sent(Side::B), 33);
    assert!(pair.run_to_rest(Duration::from_secs(1)));
}

#[test]
fn tampering_sees_each_packet_and_may_drop_it() {
    let mut pair = couriers(0, 1).recorded();
    let mut seen = 0;
    pair.set_tamper(move |side, _, packet| {
        seen += usize::from(side == Side::A);
        assert_eq!(packet.len(), 11);
        side == Side::B || seen > 3
    });
    assert!(pair.run_until(Duration::from_secs(10), |pair| pair.a.is_done()));
    assert_eq!(pair.packets_sent(Side::A), 4);
    let transcript = pair.take_transcript().unwrap();
    assert_eq!(transcript.packets(Side::A).count(), 4);
    assert_eq!(transcript.entries().len(), 6);
    assert!(transcript.to_string().contains("event Received(0)"));
}

#[test]
fn a_limit_ends_a_run() {
    let mut pair = couriers(0, 1);
    pair.set_tamper(|_, _, _| false);
    assert!(!pair.run_until(Duration::from_secs(2), |pair| pair.a.is_done()));
    assert_eq!(pair.now() - clock::start(), Duration::from_secs(2));
    pair.clear_tamper();
    assert!(pair.run_until(Duration::from_secs(2), |pair| pair.a.is_done()));
}
