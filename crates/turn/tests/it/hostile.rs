//! A server, or somebody in its place, that misbehaves.

use serde_json::Value;
use stonechat_stun::{Attribute, Builder, Class, Message, Method, TransactionId};
use stonechat_turn::{ChannelData, DropReason, Event, stream_frame_len};

use crate::server::{data_indication, encode};
use crate::vectors::lines;
use crate::world::{World, config, peer};

fn torture() -> Vec<(String, Vec<u8>)> {
    let file: Vec<Value> = serde_json::from_str(include_str!("../data/torture.json")).unwrap();
    file.iter()
        .map(|entry| {
            let name = entry["name"].as_str().unwrap().to_owned();
            (name, hex::decode(entry["hex"].as_str().unwrap()).unwrap())
        })
        .collect()
}

#[test]
fn torture_inputs_reach_nobody_and_change_nothing() {
    let mut world = World::bound();
    let next = world.client.poll_timeout();
    for (name, octets) in torture() {
        world.give(&octets);
        assert!(world.received.is_empty(), "{name}");
        assert_eq!(world.client.poll_timeout(), next, "{name}");
        assert_eq!(world.client.poll_event(), None, "{name}");
    }
    let stats = world.client.stats();
    let dropped = [
        DropReason::Malformed,
        DropReason::UnboundChannel,
        DropReason::Unexpected,
    ];
    let sum: u64 = dropped
        .into_iter()
        .map(|reason| stats.dropped(reason))
        .sum();
    assert_eq!(sum, torture().len() as u64);
}

#[test]
fn the_corpus_of_others_does_no_harm() {
    let mut world = World::bound();
    let all = lines(include_str!("../data/pion-turn-channeldata.hex"))
        .chain(lines(include_str!("../data/captured.hex")));
    for octets in all {
        for len in 0..octets.len() {
            let _ = ChannelData::parse(&octets[..len]);
            let _ = stream_frame_len(&octets[..len]);
            world.give(&octets[..len]);
        }
        world.give(&octets);
    }
    assert_eq!(world.client.poll_event(), None);
}

#[test]
fn cut_and_changed_responses_never_harm_and_never_grant() {
    let mut world = World::new(config());
    world.run(1);
    // The response to a request that waits, made by the server and changed on the way.
    world.client.permit(world.now, peer()).unwrap();
    let request = poll(&mut world);
    let client = "198.51.100.1:7000".parse().unwrap();
    let Some(crate::server::Out::Client(response)) =
        world.server.handle(world.now, client, &request)
    else {
        panic!("no response");
    };
    // What is behind the integrity, the fingerprint, may change into something to be skipped.
    for at in 0..response.len() - 8 {
        world.give(&response[..at]);
        for bit in 0..8 {
            let mut changed = response.clone();
            changed[at] ^= 1 << bit;
            world.give(&changed);
            assert!(!world.client.is_permitted(peer()), "octet {at}, bit {bit}");
        }
    }
    world.give(&response);
    assert!(world.client.is_permitted(peer()));
}

/// The next request of the client.
fn poll(world: &mut World) -> Vec<u8> {
    let mut buffer = Vec::new();
    let mut batch = stonechat_sansio::Batch::new(&mut buffer, 1, 65_535);
    world.client.poll_transmit(world.now, &mut batch).unwrap();
    buffer
}

#[test]
fn a_grant_without_integrity_is_not_believed() {
    let mut world = World::allocated();
    world.client.permit(world.now, peer()).unwrap();
    let request = poll(&mut world);
    let id = Message::parse(&request).unwrap().transaction_id();
    world.give(&encode(&Builder::new(
        Class::Success,
        Method::CREATE_PERMISSION,
        id,
    )));
    assert!(!world.client.is_permitted(peer()));
    assert_eq!(world.client.stats().dropped(DropReason::WrongIntegrity), 1);
}

#[test]
fn responses_to_nothing_are_dropped() {
    let mut world = World::allocated();
    let id = TransactionId::from_bytes([0; 12]);
    for class in [Class::Success, Class::Error] {
        for method in [Method::ALLOCATE, Method::REFRESH, Method::CREATE_PERMISSION] {
            world.give(&encode(
                &Builder::new(class, method, id)
                    .attribute(Attribute::ErrorCode {
                        code: 437,
                        reason: "",
                    })
                    .attribute(Attribute::Lifetime(0)),
            ));
        }
    }
    assert_eq!(
        world.client.stats().dropped(DropReason::UnknownTransaction),
        6
    );
    assert_eq!(world.client.poll_event(), None);
}

#[test]
fn an_offer_that_somebody_took_out_ends_the_attempt() {
    let mut world = World::new(config());
    let request = poll(&mut world);
    let id = Message::parse(&request).unwrap().transaction_id();
    world.give(&encode(
        &Builder::new(Class::Error, Method::ALLOCATE, id)
            .attribute(Attribute::ErrorCode {
                code: 401,
                reason: "",
            })
            .attribute(Attribute::Realm("example.org"))
            .attribute(Attribute::Nonce("obMatJos2gAAAnonce")),
    ));
    world.run(60);
    assert_eq!(world.failure(), Some(Some(401)));
    assert_eq!(world.client.stats().dropped(DropReason::BidDown), 1);
    assert!(world.sent.is_empty());
}

#[test]
fn a_challenge_without_realm_or_nonce_fails() {
    for attributes in [
        vec![Attribute::Realm("r")],
        vec![Attribute::Nonce("n")],
        vec![],
        vec![
            Attribute::Realm("r"),
            Attribute::Nonce("n"),
            Attribute::Raw {
                kind: stonechat_stun::AttributeType::PASSWORD_ALGORITHMS,
                value: &[0, 99, 0, 0],
            },
        ],
    ] {
        let mut world = World::new(config());
        let request = poll(&mut world);
        let id = Message::parse(&request).unwrap().transaction_id();
        let mut response =
            Builder::new(Class::Error, Method::ALLOCATE, id).attribute(Attribute::ErrorCode {
                code: 401,
                reason: "",
            });
        for attribute in attributes {
            response.push(attribute);
        }
        world.give(&encode(&response));
        world.run(1);
        assert_eq!(world.failure(), Some(Some(401)));
    }
}

#[test]
fn a_nonce_that_is_always_stale_ends_the_attempt() {
    let mut world = World::new(config());
    world.server.nonce_lifetime = std::time::Duration::from_millis(1);
    world.run(60);
    assert_eq!(world.failure(), Some(Some(438)));
    assert!(world.sent.len() < 10);
}

#[test]
fn datagrams_from_elsewhere_are_dropped() {
    let mut world = World::bound();
    let octets = data_indication(peer(), b"x");
    assert!(
        world
            .give_from("192.0.2.9:3478".parse().unwrap(), &octets)
            .is_none()
    );
    assert!(
        world
            .give_from("192.0.2.1:3479".parse().unwrap(), &octets)
            .is_none()
    );
    assert_eq!(world.client.stats().dropped(DropReason::WrongPath), 2);
}

#[test]
fn requests_and_foreign_indications_are_dropped() {
    let mut world = World::bound();
    let id = TransactionId::from_bytes([0; 12]);
    for (class, method) in [
        (Class::Request, Method::BINDING),
        (Class::Request, Method::ALLOCATE),
        (Class::Indication, Method::SEND),
        (Class::Indication, Method::BINDING),
    ] {
        world.give(&encode(&Builder::new(class, method, id)));
    }
    assert_eq!(world.client.stats().dropped(DropReason::Unexpected), 4);
    // An indication of an ICMP message has no data.
    let icmp = Builder::new(Class::Indication, Method::DATA, id)
        .attribute(Attribute::XorPeerAddress(peer()));
    world.give(&encode(&icmp));
    assert_eq!(world.client.stats().icmp, 1);
}

#[test]
fn a_grant_without_addresses_or_of_another_family_fails() {
    let relayed = "[2001:db8::99]:50000".parse().unwrap();
    let mapped = "198.51.100.1:7000".parse().unwrap();
    for attributes in [
        vec![],
        vec![Attribute::XorMappedAddress(mapped)],
        vec![
            Attribute::XorRelayedAddress(relayed),
            Attribute::XorMappedAddress(mapped),
        ],
    ] {
        let mut world = World::new(config());
        let request = poll(&mut world);
        let id = Message::parse(&request).unwrap().transaction_id();
        let mut response = Builder::new(Class::Success, Method::ALLOCATE, id);
        for attribute in attributes {
            response.push(attribute);
        }
        world.give(&encode(&response));
        assert!(matches!(
            world.client.poll_event(),
            Some(Event::Failed { code: None, .. })
        ));
    }
}

#[test]
fn events_that_nobody_polls_are_bounded() {
    let mut world = World::allocated();
    for round in 0..2_000_u32 {
        let peer =
            std::net::SocketAddr::new(std::net::Ipv4Addr::from(0xCB00_0000 + round).into(), 9);
        world.client.permit(world.now, peer).unwrap();
        let request = poll(&mut world);
        let client = "198.51.100.1:7000".parse().unwrap();
        world.server.refuse = Some((Method::CREATE_PERMISSION, 403));
        let Some(crate::server::Out::Client(response)) =
            world.server.handle(world.now, client, &request)
        else {
            panic!("no response");
        };
        world.give(&response);
    }
    let mut events = 0;
    while world.client.poll_event().is_some() {
        events += 1;
    }
    assert!((100..=201).contains(&events), "{events}");
}
