//! The client against the server of the tests.

use std::time::Duration;

use stonechat_stun::{AddressFamily, Message, Method, Schedule};
use stonechat_turn::{Event, PermitError};

use crate::server::USER;
use crate::world::{World, config, config_of, peer};

#[test]
fn an_allocation_is_made_after_a_challenge() {
    let mut world = World::new(config().software("test").lifetime(Duration::from_secs(300)));
    world.run(1);
    let relayed = "198.51.100.9:50000".parse().unwrap();
    let mapped = "198.51.100.1:7000".parse().unwrap();
    assert_eq!(world.events, [Event::Allocated { relayed, mapped }]);
    assert_eq!(world.client.relayed(), Some(relayed));
    assert_eq!(world.sent.len(), 2);
    let request = Message::parse(&world.sent[1]).unwrap();
    assert_eq!(
        (request.software(), request.lifetime()),
        (Some("test"), Some(300))
    );
    assert_eq!(request.requested_address_family(), None);
}

#[test]
fn a_modern_server_gets_sha_256_and_a_hashed_name() {
    let mut world = World::new(config());
    world.server.modern = true;
    world.run(1);
    assert!(matches!(world.events.as_slice(), [Event::Allocated { .. }]));
    let request = Message::parse(&world.server.last_request).unwrap();
    assert!(request.has_integrity_sha256());
    assert_eq!(request.username(), None);
    world.client.permit(world.now, peer()).unwrap();
    world.run(1);
    assert!(world.client.channel(peer()).is_some());
}

#[test]
fn an_ipv6_address_is_asked_for_by_family() {
    let mut world = World::new(config().family(AddressFamily::V6));
    world.run(1);
    assert!(world.client.relayed().unwrap().is_ipv6());
    assert_eq!(
        world.client.permit(world.now, peer()),
        Err(PermitError::AddressFamily)
    );
    let peer = "[2001:db8::5]:6000".parse().unwrap();
    world.client.permit(world.now, peer).unwrap();
    world.run(1);
    world.send(peer, b"six").unwrap();
    world.run(1);
    assert_eq!(world.at_peers, [(peer, b"six".to_vec())]);
}

#[test]
fn a_wrong_password_fails_after_one_try() {
    let mut world = World::new(config_of(USER, "wrong"));
    world.run(60);
    assert_eq!(world.failure(), Some(Some(401)));
    assert_eq!(world.sent.len(), 2);
    assert!(world.client.is_closed());
}

#[test]
fn an_error_of_the_server_is_reported_with_its_code() {
    for code in [400, 403, 420, 437, 440, 441, 442, 486, 500, 508] {
        let mut world = World::new(config());
        world.server.refuse = Some((Method::ALLOCATE, code));
        world.run(60);
        assert_eq!(world.failure(), Some(Some(code)));
        assert_eq!(world.events.len(), 1);
    }
}

#[test]
fn silence_fails_after_seven_requests() {
    let mut world = World::new(config());
    world.server.silent = true;
    world.run(39);
    assert_eq!((world.sent.len(), world.failure()), (7, None));
    world.run(1);
    assert_eq!(world.failure(), Some(None));
    assert_eq!(world.client.poll_timeout(), None);
}

#[test]
fn a_server_that_sends_us_on_is_followed_once() {
    let mut world = World::new(config());
    let other = "192.0.2.2:3478".parse().unwrap();
    world.server.alternate = Some(other);
    world.run(1);
    assert_eq!(world.client.server_path().remote(), other);
    world.server.address = other;
    world.server.alternate = None;
    world.run(1);
    assert!(matches!(world.events.as_slice(), [Event::Allocated { .. }]));

    let mut world = World::new(config());
    world.server.alternate = Some(other);
    world.run(1);
    world.server.address = other;
    world.server.alternate = Some("192.0.2.3:3478".parse().unwrap());
    world.run(1);
    assert_eq!(world.failure(), Some(Some(300)));
}

#[test]
fn a_server_that_sends_us_nowhere_is_not_followed() {
    for address in [
        "192.0.2.1:3478",
        "[2001:db8::1]:3478",
        "0.0.0.0:1",
        "224.0.0.1:1",
        "192.0.2.9:0",
    ] {
        let mut world = World::new(config());
        world.server.alternate = Some(address.parse().unwrap());
        world.run(1);
        assert_eq!(world.failure(), Some(Some(300)), "{address}");
    }
}

#[test]
fn data_goes_both_ways_for_six_hours_while_nonces_change() {
    let mut world = World::bound();
    world.server.nonce_lifetime = Duration::from_secs(420);
    for minute in 0..360_u32 {
        let data = minute.to_be_bytes();
        let octets = world.send(peer(), &data).unwrap();
        assert_eq!(octets.len(), 8, "the channel is gone in minute {minute}");
        assert!(world.send_from(peer(), &data));
        world.run(60);
        assert_eq!(world.at_peers.pop(), Some((peer(), data.to_vec())));
        assert_eq!(world.received.pop().unwrap().1, data);
    }
    assert_eq!(world.events, []);
    let count = |method| {
        world
            .server
            .log
            .iter()
            .filter(|(_, other)| *other == method)
            .count()
    };
    assert_eq!(count(Method::REFRESH), 40);
    // A ChannelBind renews the permission too.
    assert_eq!(count(Method::CREATE_PERMISSION), 81);
    assert_eq!(count(Method::CHANNEL_BIND), 40);
    assert!(world.client.stats().stale_nonces > 40);
}

#[test]
fn an_allocation_of_a_short_life_is_refreshed_in_time() {
    let mut world = World::new(config());
    world.server.lifetime = 30;
    world.run(600);
    assert_eq!(world.events.len(), 1);
    assert!(world.server.allocation.is_some());
}

#[test]
fn everything_works_over_a_network_that_loses_repeats_and_reorders() {
    for seed in 0..40 {
        let mut world = World::seeded(config(), seed);
        world.loss = 15;
        world.server.nonce_lifetime = Duration::from_secs(200);
        for port in 0..5 {
            let peer = format!("203.0.113.{port}:700{port}").parse().unwrap();
            world.client.permit(world.now, peer).unwrap();
        }
        world.run(3_600);
        assert_eq!(world.failure(), None, "seed {seed}");
        assert!(
            matches!(world.events[0], Event::Allocated { .. }),
            "seed {seed}"
        );
        world.loss = 0;
        for port in 0..5 {
            let peer = format!("203.0.113.{port}:700{port}").parse().unwrap();
            assert!(world.send(peer, b"x").is_some(), "seed {seed}");
        }
        world.run(1);
        assert!(world.at_peers.len() >= 5, "seed {seed}");
    }
}

#[test]
fn a_refused_permission_is_reported_and_can_be_asked_for_again() {
    let mut world = World::allocated();
    world.server.refuse = Some((Method::CREATE_PERMISSION, 403));
    world.client.permit(world.now, peer()).unwrap();
    world.run(600);
    assert_eq!(world.events, [Event::PermissionDenied(peer().ip())]);
    assert!(!world.client.is_permitted(peer()));
    assert_eq!(world.send(peer(), b"x"), None);
    world.server.refuse = None;
    world.events.clear();
    world.client.permit(world.now, peer()).unwrap();
    world.run(1);
    assert_eq!(world.events, [Event::Permitted(peer().ip())]);
    assert!(world.send(peer(), b"x").is_some());
}

#[test]
fn a_refused_channel_leaves_indications() {
    let mut world = World::allocated();
    world.server.refuse = Some((Method::CHANNEL_BIND, 400));
    world.client.permit(world.now, peer()).unwrap();
    world.run(600);
    assert_eq!(world.client.channel(peer()), None);
    assert_eq!(world.send(peer(), b"x").unwrap().len(), 36 + 4);
    assert!(world.send_from(peer(), b"y"));
    world.run(1);
    assert_eq!(world.at_peers, [(peer(), b"x".to_vec())]);
    assert_eq!(world.received.len(), 1);
}

#[test]
fn an_allocation_that_the_server_has_lost_is_reported() {
    let mut world = World::bound();
    world.server.allocation = None;
    world.run(300);
    assert_eq!(world.failure(), Some(Some(437)));
    assert_eq!(world.client.relayed(), None);
    assert_eq!(world.send(peer(), b"x"), None);
}

#[test]
fn a_server_that_falls_silent_ends_the_allocation_when_its_time_is_over() {
    let mut world = World::allocated();
    world.server.silent = true;
    world.run(590);
    assert_eq!(world.failure(), None);
    world.run(20);
    assert_eq!(world.failure(), Some(None));
}

#[test]
fn permissions_asked_for_early_follow_the_allocation() {
    let mut world = World::new(config());
    world.client.permit(world.now, peer()).unwrap();
    world.run(1);
    assert!(matches!(
        world.events.as_slice(),
        [Event::Allocated { .. }, Event::Permitted(ip)] if *ip == peer().ip()
    ));
    assert!(world.client.channel(peer()).is_some());
}

#[test]
fn many_permissions_wait_for_few_requests() {
    let mut world = World::new(config().max_outstanding(4));
    for port in 0..100 {
        let peer = format!("203.0.113.{port}:7000").parse().unwrap();
        world.client.permit(world.now, peer).unwrap();
    }
    world.run(10);
    assert_eq!(world.events.len(), 101);
    assert_eq!(world.sent.len(), 2 + 100 + 100);
}

#[test]
fn closing_gives_the_allocation_back() {
    let mut world = World::bound();
    world.client.close(world.now);
    assert_eq!(world.send(peer(), b"x"), None);
    assert_eq!(
        world.client.permit(world.now, peer()),
        Err(PermitError::Closed)
    );
    world.run(1);
    assert!(world.server.allocation.is_none());
    assert_eq!(world.events, [Event::Closed]);
    assert_eq!(world.client.poll_timeout(), None);
}

#[test]
fn closing_survives_a_stale_nonce() {
    let mut world = World::bound();
    world.server.nonce_lifetime = Duration::from_millis(700);
    world.client.close(world.now);
    world.run(1);
    assert!(world.server.allocation.is_none());
    assert_eq!(world.events, [Event::Closed]);
}

#[test]
fn closing_ends_although_the_server_is_silent() {
    let mut world = World::bound();
    world.server.silent = true;
    world.client.close(world.now);
    let before = world.sent.len();
    world.run(5);
    assert_eq!(world.events, [Event::Closed]);
    assert_eq!(world.sent.len() - before, 3);
}

#[test]
fn closing_before_the_challenge_sends_nothing_more() {
    let mut world = World::new(config());
    world.client.close(world.now);
    world.run(60);
    assert_eq!(world.events, [Event::Closed]);
    assert_eq!(world.sent.len(), 0);
}

#[test]
fn a_forgotten_peer_is_renewed_no_more() {
    let mut world = World::bound();
    world.client.forget(world.now, peer());
    world.run(200);
    assert!(world.send(peer(), b"x").is_some());
    world.run(200);
    assert_eq!(world.send(peer(), b"x"), None);
    world.client.permit(world.now, peer()).unwrap();
    world.run(1);
    assert_eq!(world.send(peer(), b"x").unwrap().len(), 5);
}

#[test]
fn the_number_of_a_forgotten_channel_rests_before_its_reuse() {
    let mut world = World::new(config().max_channels(1));
    world.client.permit(world.now, peer()).unwrap();
    world.run(1);
    world.client.forget(world.now, peer());
    let other = "203.0.113.6:6000".parse().unwrap();
    world.client.permit(world.now, other).unwrap();
    world.run(880);
    assert_eq!(world.client.channel(other), None);
    world.client.permit(world.now, other).unwrap();
    world.run(30);
    world.client.permit(world.now, other).unwrap();
    world.run(1);
    assert_eq!(world.client.channel(other).unwrap().number(), 0x4000);
}

#[test]
fn permissions_and_channels_are_bounded() {
    let mut world = World::new(config().max_permissions(3).max_channels(2));
    let peers: Vec<_> = (0..4)
        .map(|n| format!("203.0.113.{n}:1").parse().unwrap())
        .collect();
    for peer in &peers[..3] {
        world.client.permit(world.now, *peer).unwrap();
    }
    assert_eq!(
        world.client.permit(world.now, peers[3]),
        Err(PermitError::TooMany)
    );
    world.run(1);
    assert!(world.client.channel(peers[1]).is_some());
    assert_eq!(world.client.channel(peers[2]), None);
    assert_eq!(world.send(peers[2], b"abcd").unwrap().len(), 40);
    // Another port of a permitted address needs no further permission.
    world
        .client
        .permit(world.now, "203.0.113.0:2".parse().unwrap())
        .unwrap();
}

#[test]
fn a_schedule_of_the_owner_is_used() {
    let schedule = Schedule::new(Duration::from_millis(100))
        .requests(2)
        .last_wait(2);
    let mut world = World::new(config().schedule(schedule));
    world.server.silent = true;
    world.run(1);
    assert_eq!((world.sent.len(), world.failure()), (2, Some(None)));
}
