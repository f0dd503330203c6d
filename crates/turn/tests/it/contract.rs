//! The rules of every machine.

use std::time::Duration;

use stonechat_turn::Event;

use crate::world::{World, config, peer};

#[test]
fn time_that_goes_back_does_nothing() {
    let mut world = World::bound();
    let next = world.client.poll_timeout();
    let sent = world.sent.len();
    let (now, start) = (world.now, world.start);
    world.now = start;
    world.client.handle_timeout(start);
    world.run(0);
    assert_eq!(
        (world.client.poll_timeout(), world.sent.len()),
        (next, sent)
    );
    assert!(world.client.is_permitted(peer()));
    world.now = now;
}

#[test]
fn early_and_repeated_timeouts_do_nothing() {
    let mut world = World::bound();
    let next = world.client.poll_timeout();
    for _ in 0..10 {
        world.client.handle_timeout(world.now);
        world
            .client
            .handle_timeout(world.now + Duration::from_millis(5));
    }
    assert_eq!(world.client.poll_timeout(), next);
}

#[test]
fn every_timeout_makes_progress() {
    let mut world = World::new(config());
    world.server.silent = true;
    let mut last = None;
    while let Some(next) = world.client.poll_timeout() {
        assert!(
            last.is_none_or(|last| next > last),
            "the same timeout twice"
        );
        world.client.handle_timeout(next);
        let mut buffer = Vec::new();
        let mut batch = stonechat_sansio::Batch::new(&mut buffer, 8, 65_535);
        let transmit = world.client.poll_transmit(next, &mut batch);
        let again = world.client.poll_timeout();
        assert!(transmit.is_some() || again.is_none_or(|again| again > next));
        last = Some(next);
    }
    assert!(matches!(
        world.client.poll_event(),
        Some(Event::Failed { .. })
    ));
}

#[test]
fn the_same_seed_gives_the_same_octets() {
    let run = |seed| {
        let mut world = World::seeded(config(), seed);
        world.client.permit(world.now, peer()).unwrap();
        world.loss = 10;
        world.run(1_000);
        world.sent
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}

#[test]
fn a_closed_client_is_inert() {
    let mut world = World::bound();
    world.client.close(world.now);
    world.run(1);
    let sent = world.sent.len();
    let stats = *world.client.stats();
    world.client.close(world.now);
    world.client.forget(world.now, peer());
    assert!(world.client.permit(world.now, peer()).is_err());
    world.give(b"\x40\x00\x00\x01x");
    world.run(10_000);
    assert_eq!(world.client.poll_timeout(), None);
    assert_eq!(world.sent.len(), sent);
    assert!(world.received.is_empty());
    assert_eq!(world.events, [Event::Closed]);
    assert_eq!(*world.client.stats(), stats);
}

#[test]
fn a_late_owner_loses_nothing_but_time() {
    let mut world = World::new(config());
    // The machine sleeps for an hour before its first packet leaves.
    world.now += Duration::from_secs(3_600);
    world.run(1);
    assert!(matches!(world.events.as_slice(), [Event::Allocated { .. }]));
}

#[test]
fn a_batch_without_room_changes_nothing() {
    let mut world = World::new(config());
    let mut buffer = Vec::new();
    let mut batch = stonechat_sansio::Batch::new(&mut buffer, 1, 10);
    assert!(world.client.poll_transmit(world.now, &mut batch).is_none());
    assert!(buffer.is_empty());
    assert_eq!(world.client.stats().requests, 0);
    world.run(1);
    assert!(matches!(world.events.as_slice(), [Event::Allocated { .. }]));
}
