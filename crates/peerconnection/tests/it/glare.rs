//! Perfect negotiation: both sides offer at once.

use std::time::Duration;

use stonechat_peerconnection::{
    Answer, Call, ErrorName, Event, Kind, SdpType, SignalingState, Which,
};
use stonechat_testkit::seeds;

use crate::pair::media;
use crate::setup::{A, B, Duo, SIDES};

#[test]
fn an_offer_that_meets_our_own_rolls_ours_back() {
    let mut duo = Duo::new(1);
    let mine = duo.add_track(A, Kind::Audio, "a");
    let theirs = duo.add_track(B, Kind::Audio, "b");
    let offer_a = duo.create_offer(A);
    duo.set_local(A, &offer_a);
    let offer_b = duo.create_offer(B);
    duo.set_local(B, &offer_b);
    duo.clear_events();
    // A is polite.
    duo.set_remote(A, &offer_b);
    let states: Vec<_> = duo.events[A]
        .iter()
        .filter_map(|event| match event {
            Event::SignalingStateChange(state) => Some(*state),
            _ => None,
        })
        .collect();
    assert_eq!(
        states,
        [SignalingState::Stable, SignalingState::HaveRemoteOffer]
    );
    assert_eq!(
        duo.session(A).transceivers().len(),
        1,
        "its track goes into the peer's section"
    );
    duo.answer_from(A);
    duo.connect();
    for side in SIDES {
        assert_eq!(duo.session(side).transceivers().len(), 1);
        assert_eq!(
            duo.count(side, |event| matches!(event, Event::Track { .. })),
            1
        );
    }
    let [to_a, to_b] = SIDES.map(|side| duo.session(side).transceivers()[0].id);
    media(&mut duo, A, mine, to_b, 3);
    media(&mut duo, B, theirs, to_a, 3);
}

#[test]
fn the_impolite_side_refuses_and_goes_on() {
    let mut duo = Duo::new(2);
    duo.create_channel(A, "a");
    duo.create_channel(B, "b");
    let offer_a = duo.create_offer(A);
    duo.set_local(A, &offer_a);
    let offer_b = duo.create_offer(B);
    duo.set_local(B, &offer_b);
    // B ignores the offer of A, A yields.
    duo.set_remote(A, &offer_b);
    duo.answer_from(A);
    duo.connect();
    duo.wait_announced(A, 1);
    duo.wait_announced(B, 1);
}

#[test]
fn an_offer_that_cannot_be_used_does_not_undo_the_rollback() {
    let mut duo = Duo::new(3);
    duo.create_channel(A, "a");
    let offer = duo.create_offer(A);
    duo.set_local(A, &offer);
    duo.clear_events();
    let broken = crate::setup::offer(&offer.sdp.replace("a=ice-ufrag", "a=x-ufrag"));
    let refused = duo
        .promised(A, Call::SetRemoteDescription(broken))
        .unwrap_err();
    assert_eq!(refused.name, ErrorName::InvalidAccessError);
    assert_eq!(duo.session(A).signaling_state(), SignalingState::Stable);
    assert!(duo.session(A).description(Which::PendingLocal).is_none());
    assert_eq!(
        duo.count(A, |event| matches!(event, Event::SignalingStateChange(_))),
        1
    );
}

/// One side of perfect negotiation, as webrtc-pc shows it.
#[derive(Default)]
struct Polite {
    makes_offer: bool,
    ignores: bool,
}

#[test]
fn perfect_negotiation_ends_well_whoever_begins_when() {
    seeds(20, |seed| {
        let mut duo = Duo::new(seed);
        let mut sides = [Polite::default(), Polite::default()];
        let mut messages = std::collections::VecDeque::new();
        let mut seen = [0, 0];
        for round in 0..6_u64 {
            let kinds = [Kind::Audio, Kind::Video];
            let random = seed.wrapping_mul(31).wrapping_add(round);
            for side in SIDES {
                if random >> side & 1 == 0 || round == 0 {
                    let kind = kinds[(random >> 2) as usize % 2];
                    duo.add_track(side, kind, &format!("{side}-{round}"));
                }
            }
            // Delivers with a delay, so that offers cross.
            for step in 0..40 {
                duo.run_for(Duration::from_millis(1 + random % 7));
                for side in SIDES {
                    let needed = duo.count(side, |event| matches!(event, Event::NegotiationNeeded));
                    if needed > seen[side] {
                        seen[side] = needed;
                        sides[side].makes_offer = true;
                        duo.promised(side, Call::SetLocalDescription(None)).unwrap();
                        sides[side].makes_offer = false;
                        let local = duo.session(side).description(Which::Local).unwrap();
                        messages.push_back((step + random % 3, side, local));
                    }
                }
                let Some((due, from, description)) = messages.pop_front() else {
                    continue;
                };
                if due > step {
                    messages.push_front((due, from, description));
                    continue;
                }
                let to = 1 - from;
                let collides = description.kind == SdpType::Offer
                    && (sides[to].makes_offer
                        || duo.session(to).signaling_state() != SignalingState::Stable);
                sides[to].ignores = to == B && collides;
                if sides[to].ignores {
                    continue;
                }
                duo.set_remote(to, &description);
                if description.kind == SdpType::Offer {
                    duo.promised(to, Call::SetLocalDescription(None)).unwrap();
                    let local = duo.session(to).description(Which::Local).unwrap();
                    messages.push_front((step, to, local));
                }
            }
            assert!(messages.is_empty());
        }
        for side in SIDES {
            assert_eq!(duo.session(side).signaling_state(), SignalingState::Stable);
            assert!(
                duo.session(side)
                    .transceivers()
                    .iter()
                    .all(|view| view.mid.is_some())
            );
        }
        let mids = |side: usize| {
            let mut mids: Vec<_> = duo
                .session(side)
                .transceivers()
                .iter()
                .map(|view| view.mid.clone())
                .collect();
            mids.sort();
            mids
        };
        assert_eq!(mids(A), mids(B));
        duo.connect();
    });
}

#[test]
fn operations_are_done_one_after_the_other() {
    let mut duo = Duo::new(4);
    duo.create_channel(A, "a");
    let promise = |answer: Answer| match answer {
        Answer::Promise(promise) => promise,
        other => panic!("{other:?}"),
    };
    let first = promise(duo.call(A, Call::SetLocalDescription(None)));
    let second = promise(duo.call(A, Call::CreateOffer(Default::default())));
    let third = promise(duo.call(A, Call::CreateAnswer));
    assert!(first < second && second < third);
    assert!(duo.settle(A, first).is_ok());
    assert!(duo.settle(A, second).is_ok());
    assert_eq!(
        duo.settle(A, third).unwrap_err().name,
        ErrorName::InvalidStateError
    );
}
