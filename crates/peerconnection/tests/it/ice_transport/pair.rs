//! Two transports find each other.

use std::time::Duration;

use stonechat_ice::HostAddresses;
use stonechat_peerconnection::{
    Event, GatherOptions, IceCandidateType, IceRole, IceTransportConfig, IceTransportPolicy,
    IceTransportState,
};
use stonechat_testkit::{Link, Loss, Nat, seeds};

use super::setup::{Couple, LIMIT, with_servers};
use crate::setup::{A, B, SIDES};

fn near() -> Link {
    Link::delay(Duration::from_millis(10))
}

#[test]
fn two_transports_connect_and_complete_once_each_knows_that_nothing_follows() {
    use IceTransportState::{Checking, Completed, Connected};
    let mut couple = Couple::new(1, &near());
    couple.begin(&GatherOptions::default());
    couple.connect();
    couple.run_for(Duration::from_secs(2));
    assert_eq!(couple.states(), [Completed; 2]);
    for side in SIDES {
        let states = couple.state_changes(side);
        assert!(
            states == [Checking, Connected, Completed] || states == [Checking, Completed],
            "{states:?}"
        );
    }
    couple.exchange_data();
}

#[test]
fn they_connect_under_loss_reordering_and_duplication() {
    seeds(30, |seed| {
        let loss = f64::from(u32::try_from(seed % 5).unwrap()) * 0.025;
        let link = Link {
            loss: Loss::Random(loss),
            reorder: 0.1,
            duplicate: 0.1,
            ..Link::delay(Duration::from_millis(20))
        };
        let mut couple = Couple::new(seed, &link);
        couple.begin(&GatherOptions::default());
        couple.connect();
        let pairs = SIDES.map(|side| couple.ice(side).selected_candidate_pair().cloned());
        let [a, b] = pairs.map(|pair| pair.unwrap());
        assert_eq!(a.local.address(), b.remote.address());
        assert_eq!(a.remote.address(), b.local.address());
        couple.exchange_data();
    });
}

#[test]
fn they_connect_through_translators_and_by_relays() {
    seeds(20, |seed| {
        let is_symmetric = seed % 2 == 1;
        let nat = || match is_symmetric {
            true => Nat::symmetric(),
            false => Nat::port_restricted(),
        };
        let nats = [nat(), nat()];
        let mut couple = Couple::behind(seed, nats, &near());
        couple.begin(&with_servers());
        couple.connect();
        let is_relayed = couple.ice(A).selected_candidate_pair().is_some_and(|pair| {
            [&pair.local, &pair.remote]
                .into_iter()
                .any(|candidate| candidate.kind() == Some(IceCandidateType::Relay))
        });
        assert_eq!(is_relayed, is_symmetric);
        couple.exchange_data();
    });
}

#[test]
fn a_relay_policy_tells_and_uses_relayed_candidates_alone() {
    let nats = [Nat::port_restricted(), Nat::port_restricted()];
    let mut couple = Couple::behind(3, nats, &near());
    let options = GatherOptions {
        gather_policy: IceTransportPolicy::Relay,
        ..with_servers()
    };
    couple.begin(&options);
    couple.connect();
    for side in SIDES {
        let ice = couple.ice(side);
        let locals = ice.local_candidates();
        assert!(!locals.is_empty());
        for candidate in locals {
            assert_eq!(candidate.kind(), Some(IceCandidateType::Relay));
        }
    }
    couple.exchange_data();
}

#[test]
fn the_same_role_on_both_sides_is_repaired_and_the_new_one_is_told() {
    seeds(20, |seed| {
        let role = [IceRole::Controlling, IceRole::Controlled][usize::try_from(seed % 2).unwrap()];
        let mut couple = Couple::new(seed, &near());
        couple.gather(&GatherOptions::default());
        couple.start(A, role);
        couple.start(B, role);
        assert_eq!(SIDES.map(|side| couple.ice(side).role()), [role; 2]);
        couple.connect();
        let roles = SIDES.map(|side| couple.ice(side).role());
        assert_ne!(roles[A], roles[B]);
        assert!(!roles.contains(&IceRole::Unknown));
        // What was asked for stays allowed, and so does what became of it.
        let now = couple.now();
        let theirs = couple.ice(B).local_parameters();
        for role in [role, couple.ice(A).role()] {
            couple.ice(A).start(now, theirs.clone(), role).unwrap();
        }
        couple.exchange_data();
    });
}

#[test]
fn a_side_that_learns_candidates_from_checks_alone_is_checking_then_connected() {
    let mut couple = Couple::new(5, &near());
    couple.trickles = false;
    couple.begin(&GatherOptions::default());
    couple.run_for(Duration::from_millis(100));
    assert_eq!(couple.states(), [IceTransportState::New; 2]);
    // B is told nothing of A.
    let candidates: Vec<_> = couple.ice(B).local_candidates().to_vec();
    for candidate in candidates {
        couple.give(A, candidate.to_json());
    }
    assert_eq!(
        couple.states(),
        [IceTransportState::Checking, IceTransportState::New]
    );
    couple.connect();
    assert_eq!(
        couple.state_changes(B)[0],
        IceTransportState::Checking,
        "{:?}",
        couple.state_changes(B)
    );
    assert_eq!(couple.ice(B).remote_candidates().count(), 0);
    let pair = couple.ice(B).selected_candidate_pair().unwrap();
    assert_eq!(pair.remote.kind(), Some(IceCandidateType::Prflx));
    couple.exchange_data();
}

#[test]
fn candidates_may_come_before_the_parameters_and_gathering_after_both() {
    let mut couple = Couple::new(6, &near());
    let now = couple.now();
    couple
        .ice(A)
        .gather(now, &GatherOptions::default())
        .unwrap();
    couple.run_for(Duration::from_millis(10));
    assert_eq!(couple.ice(B).remote_candidates().count(), 1);
    assert_eq!(couple.ice(B).state(), IceTransportState::New);
    couple.start(B, IceRole::Controlled);
    couple.start(A, IceRole::Controlling);
    assert_eq!(couple.ice(B).state(), IceTransportState::Checking);
    couple.run_for(Duration::from_secs(1));
    let now = couple.now();
    couple
        .ice(B)
        .gather(now, &GatherOptions::default())
        .unwrap();
    couple.connect();
    couple.run_for(Duration::from_secs(1));
    assert_eq!(couple.states(), [IceTransportState::Completed; 2]);
}

#[test]
fn hidden_addresses_connect_by_their_names() {
    let config = IceTransportConfig {
        ice: stonechat_ice::Config {
            host_addresses: HostAddresses::Hidden,
            ..stonechat_ice::Config::default()
        },
        ..IceTransportConfig::default()
    };
    let mut couple = Couple::configured(7, &near(), &config);
    couple.begin(&GatherOptions::default());
    couple.connect();
    for side in SIDES {
        for candidate in couple.ice(side).local_candidates() {
            assert!(candidate.candidate().contains(".local"), "{candidate}");
        }
    }
    couple.exchange_data();
}

#[test]
fn a_side_that_stopped_is_missed_and_its_sockets_are_closed() {
    use IceTransportState::{Closed, Completed, Disconnected, Failed};
    let mut couple = Couple::new(8, &near());
    couple.begin(&GatherOptions::default());
    couple.connect();
    couple.run_for(Duration::from_secs(1));
    let now = couple.now();
    couple.ice(A).stop(now);
    couple.run_for(Duration::from_millis(1));
    let peer = couple.peer(A);
    assert!(peer.sockets_opened > 0);
    assert_eq!(peer.sockets_closed, peer.sockets_opened);
    assert_eq!(peer.ice.poll_timeout(), None);
    assert_eq!(couple.state_changes(A).last(), Some(&Closed));
    couple.run_for(Duration::from_secs(60));
    let states = couple.state_changes(B);
    let after: Vec<_> = states
        .iter()
        .skip_while(|state| **state != Completed)
        .collect();
    assert_eq!(after, [&Completed, &Disconnected, &Failed]);
}

#[test]
fn a_relayed_allocation_is_given_back_at_the_end() {
    let mut couple = Couple::behind(9, [Nat::symmetric(), Nat::symmetric()], &near());
    couple.begin(&with_servers());
    couple.connect();
    let now = couple.now();
    couple.ice(A).stop(now);
    let mut buffer = Vec::new();
    let mut batch = stonechat_sansio::Batch::new(&mut buffer, 1, 1500);
    let goodbye = couple.ice(A).poll_transmit(now, &mut batch).unwrap();
    assert!(!couple.ice(A).is_closed());
    // The socket is still needed.
    assert_eq!(couple.ice(A).poll_request(), None);
    assert_eq!(
        goodbye.path().remote().ip().to_string(),
        crate::setup::SERVER
    );
    // A Refresh (0x0004) of lifetime 0.
    assert_eq!(&buffer[..2], &[0x00, 0x04]);
    assert!(
        buffer
            .windows(8)
            .any(|at| at == [0x00, 0x0d, 0, 4, 0, 0, 0, 0])
    );
}

#[test]
fn a_server_that_does_not_answer_is_an_error_and_gathering_completes() {
    let mut couple = Couple::new(10, &near());
    let options = with_servers();
    couple.begin(&options);
    couple.connect();
    let completes = couple.run_until(LIMIT, |couple| {
        let complete = |side: usize, couple: &mut Couple| {
            couple.ice(side).gathering_state().as_str() == "complete"
        };
        complete(A, couple) && complete(B, couple)
    });
    assert!(completes);
    let errors: Vec<_> = couple.events[A]
        .iter()
        .filter_map(|event| match event {
            Event::IceCandidateError { code, url, .. } => Some((*code, url.starts_with("turn:"))),
            _ => None,
        })
        .collect();
    assert!(errors.contains(&(701, true)), "{errors:?}");
    assert!(errors.contains(&(701, false)), "{errors:?}");
}

#[test]
fn nothing_to_connect_to_fails_after_the_patience() {
    let mut couple = Couple::new(11, &near());
    couple.trickles = false;
    couple.begin(&GatherOptions::default());
    couple.run_for(Duration::from_millis(39_400));
    assert_eq!(couple.states(), [IceTransportState::New; 2]);
    couple.run_for(Duration::from_millis(200));
    assert_eq!(couple.states(), [IceTransportState::Failed; 2]);
}

#[test]
fn a_lite_peer_makes_this_side_the_controlling_one() {
    let mut couple = Couple::new(12, &near());
    couple.gather(&GatherOptions::default());
    let now = couple.now();
    let mut theirs = couple.ice(B).local_parameters();
    assert!(!theirs.ice_lite);
    theirs.ice_lite = true;
    couple
        .ice(A)
        .start(now, theirs, IceRole::Controlled)
        .unwrap();
    assert_eq!(couple.ice(A).role(), IceRole::Controlling);
    couple.start(B, IceRole::Controlled);
    couple.connect();
}
