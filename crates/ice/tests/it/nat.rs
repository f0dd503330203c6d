use std::time::Duration;

use stonechat_ice::{CandidateKind, Config, HostAddresses, IceServer, Policy};
use stonechat_testkit::{Link, Loss, Nat, seeds};

use crate::relay_server::{PASSWORD, USERNAME};
use crate::setup::{SERVER, SIDES, controlled, controlling, nat_call};

const LIMIT: Duration = Duration::from_secs(40);

fn stun() -> IceServer {
    IceServer::from_url(&format!("stun:{SERVER}"), None).unwrap()
}

fn turn() -> IceServer {
    IceServer::from_url(&format!("turn:{SERVER}"), Some((USERNAME, PASSWORD))).unwrap()
}

fn configs(servers: &[IceServer]) -> [Config; 2] {
    [controlling(), controlled()].map(|config| Config {
        servers: servers.to_vec(),
        ..config
    })
}

fn cones() -> [Option<Nat>; 4] {
    [
        None,
        Some(Nat::full_cone()),
        Some(Nat::address_restricted()),
        Some(Nat::port_restricted()),
    ]
}

#[test]
fn all_combinations_of_cones_connect_directly() {
    seeds(4, |seed| {
        let link = Link {
            loss: Loss::Random(if seed % 2 == 0 { 0.0 } else { 0.05 }),
            ..Link::delay(Duration::from_millis(15))
        };
        for one in cones() {
            for other in cones() {
                let nats = [one.clone(), other.clone()];
                let mut call = nat_call(seed, &link, nats, configs(&[stun()]));
                call.begin();
                call.connect(LIMIT);
                assert!(call.exchange_data(LIMIT), "{one:?} {other:?}");
                for side in SIDES {
                    let pair = call.agent(side).selected_pair().unwrap();
                    assert_ne!(pair.remote.kind, CandidateKind::Relayed);
                }
            }
        }
    });
}

#[test]
fn symmetric_and_open_or_full_cone_connect_by_learned_candidates() {
    seeds(4, |seed| {
        for other in [
            None,
            Some(Nat::full_cone()),
            Some(Nat::address_restricted()),
        ] {
            let nats = [Some(Nat::symmetric()), other];
            let link = Link::delay(Duration::from_millis(15));
            let mut call = nat_call(seed, &link, nats, configs(&[stun()]));
            call.begin();
            call.connect(LIMIT);
            let learned = call.agent(1).selected_pair().unwrap();
            assert_eq!(learned.remote.kind, CandidateKind::PeerReflexive);
            let own = call.agent(0).selected_pair().unwrap();
            assert_eq!(own.local.kind, CandidateKind::PeerReflexive);
            assert!(call.exchange_data(LIMIT));
        }
    });
}

#[test]
fn symmetric_pairs_connect_through_a_relay() {
    seeds(6, |seed| {
        let link = Link {
            loss: Loss::Random(if seed % 2 == 0 { 0.0 } else { 0.05 }),
            ..Link::delay(Duration::from_millis(15))
        };
        let nats = [Some(Nat::symmetric()), Some(Nat::symmetric())];
        let mut call = nat_call(seed, &link, nats, configs(&[stun(), turn()]));
        call.begin();
        call.connect(LIMIT);
        assert!(call.exchange_data(LIMIT));
        let relayed = SIDES.into_iter().any(|side| {
            let pair = call.agent(side).selected_pair().unwrap();
            pair.local.kind == CandidateKind::Relayed || pair.remote.kind == CandidateKind::Relayed
        });
        assert!(relayed);
    });
}

#[test]
fn relay_only_tells_and_uses_relayed_candidates_alone() {
    let nats = [Some(Nat::port_restricted()), Some(Nat::port_restricted())];
    let configs = configs(&[stun(), turn()]).map(|config| Config {
        policy: Policy::Relay,
        ..config
    });
    let mut call = nat_call(1, &Link::delay(Duration::from_millis(15)), nats, configs);
    call.begin();
    call.connect(LIMIT);
    assert!(call.exchange_data(LIMIT));
    for side in SIDES {
        assert!(!call.told[side].is_empty());
        for candidate in &call.told[side] {
            assert_eq!(candidate.kind, CandidateKind::Relayed);
            assert!(
                candidate.to_string().contains("raddr 0.0.0.0 rport 9"),
                "{candidate}"
            );
        }
        for pair in call.agent(side).pairs().collect::<Vec<_>>() {
            assert_eq!(pair.local.kind, CandidateKind::Relayed);
            assert!(pair.path.socket().0 >= 0x8000_0000);
            let physical = call.agent(side).physical(&pair.path);
            assert_eq!(physical.remote().to_string(), format!("{SERVER}:3478"));
        }
    }
}

#[test]
fn hidden_hosts_behind_translators_do_not_tell_their_addresses() {
    let nats = [Some(Nat::port_restricted()), Some(Nat::full_cone())];
    let configs = configs(&[stun()]).map(|config| Config {
        host_addresses: HostAddresses::Hidden,
        ..config
    });
    let mut call = nat_call(1, &Link::delay(Duration::from_millis(15)), nats, configs);
    call.begin();
    call.connect(LIMIT);
    for side in SIDES {
        let kinds: Vec<_> = call.told[side]
            .iter()
            .map(|candidate| candidate.kind)
            .collect();
        assert_eq!(kinds, [CandidateKind::Host, CandidateKind::ServerReflexive]);
        for candidate in &call.told[side] {
            assert!(!candidate.to_string().contains("10.0."), "{candidate}");
        }
    }
}

#[test]
fn the_foundation_is_shared_by_base_and_server_alone() {
    let configs = configs(&[stun(), turn()]);
    let nats = [Some(Nat::full_cone()), None];
    let mut call = nat_call(1, &Link::default(), nats, configs);
    call.begin();
    call.run_for(Duration::from_secs(2));
    let told = &call.told[0];
    assert_eq!(
        told.len(),
        3,
        "the second server's mapping is redundant: {told:?}"
    );
    for (at, one) in told.iter().enumerate() {
        assert!(
            told.iter()
                .skip(at + 1)
                .all(|other| other.foundation != one.foundation)
        );
        assert!(
            told.iter()
                .skip(at + 1)
                .all(|other| other.priority != one.priority)
        );
    }
}
