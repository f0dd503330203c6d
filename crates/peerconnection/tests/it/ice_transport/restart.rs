//! `start()` and `gather()` again: steps 5 to 9 of `start()`.

use std::time::Duration;

use stonechat_peerconnection::{
    Event, GatherOptions, IceCandidateInit, IceGathererState, IceParameters, IceRole,
    IceTransportState,
};
use stonechat_testkit::{Link, Loss, seeds};

use super::setup::Couple;
use crate::setup::{A, B, SIDES};

fn connected(seed: u64) -> Couple {
    let link = Link {
        loss: Loss::Random(0.05),
        ..Link::delay(Duration::from_millis(10))
    };
    let mut couple = Couple::new(seed, &link);
    couple.begin(&GatherOptions::default());
    couple.connect();
    couple.run_for(Duration::from_secs(1));
    couple
}

/// Both gather again and start with what the other has now.
fn restart(couple: &mut Couple) {
    couple.gather(&GatherOptions::default());
    couple.start(A, IceRole::Controlling);
    couple.start(B, IceRole::Controlled);
}

#[test]
fn a_restart_of_both_sides_changes_all_parameters_and_connects_again() {
    seeds(20, |seed| {
        let mut couple = connected(seed);
        let before = SIDES.map(|side| couple.ice(side).local_parameters());
        for side in SIDES {
            couple.events[side].clear();
        }
        restart(&mut couple);
        assert_eq!(couple.states(), [IceTransportState::New; 2]);
        let after = SIDES.map(|side| couple.ice(side).local_parameters());
        for side in SIDES {
            assert_ne!(before[side], after[side]);
            assert_eq!(couple.ice(side).remote_candidates().count(), 0);
            assert_eq!(couple.ice(side).local_candidates(), []);
            assert_eq!(couple.ice(side).selected_candidate_pair(), None);
        }
        // The pair of before still carries data.
        couple.exchange_data();
        couple.connect();
        for side in SIDES {
            use IceTransportState::{Checking, New};
            assert_eq!(couple.state_changes(side)[..2], [New, Checking]);
            let ours = couple.ice(side).local_parameters().username_fragment;
            for candidate in couple.ice(side).local_candidates() {
                assert_eq!(candidate.username_fragment(), Some(ours.as_str()));
            }
        }
        couple.exchange_data();
    });
}

#[test]
fn a_peer_that_is_another_one_now_is_started_with_its_parameters_alone() {
    let mut couple = connected(30);
    let old = couple.ice(A).local_parameters();
    let locals = couple.ice(A).local_candidates().to_vec();
    // B gathers again; A keeps its own parameters and candidates.
    let now = couple.now();
    couple
        .ice(B)
        .gather(now, &GatherOptions::default())
        .unwrap();
    couple.events[A].clear();
    couple.start(A, IceRole::Controlling);
    assert_eq!(couple.ice(A).state(), IceTransportState::New);
    assert_eq!(couple.ice(A).local_parameters(), old);
    assert_eq!(couple.ice(A).local_candidates(), locals);
    assert_eq!(couple.ice(A).remote_candidates().count(), 0);
    assert_eq!(couple.ice(A).gathering_state(), IceGathererState::Complete);
    couple.start(B, IceRole::Controlled);
    // Its parameters of us are the same, and so are the candidates that it has of us.
    assert_eq!(couple.ice(B).state(), IceTransportState::Checking);
    assert!(couple.ice(B).remote_candidates().count() > 0);
    couple.connect();
    couple.exchange_data();
    let changes = couple.events[A].iter().filter_map(|event| match event {
        Event::SelectedCandidatePairChange(_) => Some("pair"),
        Event::IceTransportStateChange(_, state) => Some(state.as_str()),
        _ => None,
    });
    let changes: Vec<_> = changes.take(3).collect();
    assert_eq!(changes, ["pair", "new", "checking"]);
}

#[test]
fn the_same_parameters_again_have_no_effect() {
    let mut couple = connected(31);
    let before = SIDES.map(|side| format!("{:?}", couple.ice(side)));
    couple.start(A, IceRole::Controlling);
    couple.start(B, IceRole::Controlled);
    let after = SIDES.map(|side| format!("{:?}", couple.ice(side)));
    assert_eq!(before, after);
}

#[test]
fn candidates_of_the_next_generation_that_come_early_are_kept() {
    let mut couple = connected(32);
    let next = IceParameters {
        username_fragment: "next".to_owned(),
        password: "p".repeat(22),
        ice_lite: false,
    };
    let known = couple.ice(A).remote_candidates().count();
    let early = IceCandidateInit {
        candidate: "candidate:1 1 udp 2113929471 192.0.2.9 10100 typ host".to_owned(),
        username_fragment: Some("next".to_owned()),
        ..IceCandidateInit::default()
    };
    couple.give(A, early.clone());
    couple.give(
        A,
        IceCandidateInit {
            candidate: String::new(),
            ..early.clone()
        },
    );
    assert_eq!(couple.ice(A).state(), IceTransportState::Completed);
    assert_eq!(couple.ice(A).remote_candidates().count(), known + 1);
    let now = couple.now();
    couple
        .ice(A)
        .start(now, next, IceRole::Controlling)
        .unwrap();
    let kept: Vec<_> = couple.ice(A).remote_candidates().cloned().collect();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].to_json(), early);
    assert_eq!(couple.ice(A).state(), IceTransportState::Checking);
    let checked: Vec<_> = couple.ice(A).agent().remote_candidates().collect();
    assert_eq!(checked.len(), 1);
}

#[test]
fn a_transport_that_failed_connects_after_a_restart() {
    let mut couple = connected(33);
    couple.trickles = false;
    // Each side is told of a peer that is not there.
    for side in SIDES {
        let now = couple.now();
        let nobody = IceParameters {
            username_fragment: "gone".to_owned(),
            password: "p".repeat(22),
            ice_lite: false,
        };
        let role = couple.ice(side).role();
        couple.ice(side).start(now, nobody, role).unwrap();
    }
    couple.run_for(Duration::from_secs(60));
    assert_eq!(couple.states(), [IceTransportState::Failed; 2]);
    let now = couple.now();
    assert_eq!(
        couple
            .ice(A)
            .send_datagram(now, bytes::Bytes::from_static(&[0x80])),
        Err(stonechat_peerconnection::SendDatagramError::NotConnected)
    );
    couple.trickles = true;
    restart(&mut couple);
    couple.connect();
    couple.exchange_data();
}

#[test]
fn restarts_one_after_the_other_end_connected() {
    seeds(10, |seed| {
        let mut couple = connected(seed);
        for _ in 0..5 {
            restart(&mut couple);
            // The next one as soon as gathering allows it, connected or not.
            let complete = couple.run_until(Duration::from_secs(1), |couple| {
                SIDES
                    .into_iter()
                    .all(|side| couple.ice(side).gathering_state() == IceGathererState::Complete)
            });
            assert!(complete);
        }
        couple.connect();
        couple.exchange_data();
    });
}

#[test]
fn what_was_not_pulled_before_a_restart_is_still_told_in_order() {
    let mut couple = Couple::new(34, &Link::delay(Duration::from_millis(10)));
    couple.gather(&GatherOptions::default());
    couple.run_for(Duration::from_millis(100));
    couple.peer(A).pulls_steps = false;
    couple.start(A, IceRole::Controlling);
    couple.start(B, IceRole::Controlled);
    couple.run_for(Duration::from_secs(1));
    assert_eq!(couple.ice(A).state(), IceTransportState::Checking);
    couple.events[A].clear();
    let now = couple.now();
    couple
        .ice(A)
        .gather(now, &GatherOptions::default())
        .unwrap();
    couple.peer(A).pulls_steps = true;
    couple.run_for(Duration::from_millis(1));
    assert!(couple.ice(A).selected_candidate_pair().is_some());
    let told = couple.events[A].iter().filter_map(|event| match event {
        Event::SelectedCandidatePairChange(_) => Some("pair"),
        Event::IceTransportStateChange(_, state) => Some(state.as_str()),
        Event::IceTransportGatheringStateChange(_, state) => Some(state.as_str()),
        _ => None,
    });
    let told: Vec<_> = told.collect();
    assert_eq!(
        told,
        ["checking", "pair", "gathering", "complete", "completed"]
    );
    couple.exchange_data();
}
