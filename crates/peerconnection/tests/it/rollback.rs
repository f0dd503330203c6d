//! Back to `stable`.

use std::time::Duration;

use stonechat_peerconnection::{
    Call, ErrorName, Event, Kind, OfferOptions, SdpType, SessionDescription, SignalingState, Which,
};

use crate::setup::{A, B, Duo, SIDES};

fn rollback() -> SessionDescription {
    SessionDescription {
        kind: SdpType::Rollback,
        sdp: String::new(),
    }
}

#[test]
fn a_local_offer_is_taken_back_with_its_mids_and_transports() {
    let mut duo = Duo::new(1);
    duo.add_track(A, Kind::Audio, "a");
    duo.create_channel(A, "c");
    let offer = duo.create_offer(A);
    duo.set_local(A, &offer);
    assert_eq!(duo.session(A).transceivers()[0].mid.as_deref(), Some("0"));
    assert_eq!(
        duo.session(A).transports().len(),
        2,
        "balanced: audio and data"
    );
    duo.run_for(Duration::from_secs(1));
    duo.promised(A, Call::SetLocalDescription(Some(rollback())))
        .unwrap();
    assert_eq!(duo.session(A).signaling_state(), SignalingState::Stable);
    assert_eq!(duo.session(A).transceivers()[0].mid, None);
    assert!(duo.session(A).transports().is_empty());
    assert!(duo.session(A).description(Which::Local).is_none());
    duo.flush();
    assert_eq!(duo.open_sockets(A), 0);
    let needed = |event: &Event| matches!(event, Event::NegotiationNeeded);
    assert_eq!(
        duo.count(A, needed),
        2,
        "the flag was cleared and rose again"
    );
    duo.candidates[A].clear();
    duo.negotiate(A);
    duo.connect();
}

#[test]
fn a_remote_offer_is_taken_back_with_what_it_made() {
    let mut duo = Duo::new(2);
    duo.add_track(A, Kind::Audio, "a");
    duo.add_track(A, Kind::Video, "v");
    duo.add_track(B, Kind::Audio, "b");
    duo.offer_from(A);
    assert_eq!(duo.session(B).transceivers().len(), 2);
    assert_eq!(
        duo.count(B, |event| matches!(event, Event::Track { .. })),
        2
    );
    duo.clear_events();
    duo.promised(B, Call::SetRemoteDescription(rollback()))
        .unwrap();
    let views = duo.session(B).transceivers();
    assert_eq!(
        views.len(),
        1,
        "its own stays, the one made for the section goes"
    );
    assert_eq!((views[0].kind, views[0].mid.clone()), (Kind::Audio, None));
    assert!(views[0].receiver_streams.is_empty());
    assert_eq!(
        duo.count(B, |event| matches!(event, Event::TrackRemoved { .. })),
        2
    );
    assert_eq!(
        duo.count(B, |event| matches!(event, Event::TrackEnded(_))),
        1
    );
    // The offer may come again.
    let offer = duo.session(A).description(Which::Local).unwrap();
    duo.set_remote(B, &offer);
    assert_eq!(
        duo.count(B, |event| matches!(event, Event::Track { .. })),
        2
    );
    duo.answer_from(B);
    duo.connect();
}

#[test]
fn a_track_attached_meanwhile_keeps_the_transceiver_that_the_offer_made() {
    let mut duo = Duo::new(3);
    duo.add_track(A, Kind::Audio, "a");
    duo.offer_from(A);
    duo.add_track(B, Kind::Audio, "b");
    assert_eq!(duo.session(B).transceivers().len(), 1);
    duo.promised(B, Call::SetRemoteDescription(rollback()))
        .unwrap();
    let views = duo.session(B).transceivers();
    assert_eq!(views.len(), 1);
    assert_eq!(views[0].mid, None);
    assert_eq!(views[0].sender_track.as_ref().unwrap().id, "b");
}

#[test]
fn a_second_offer_that_is_taken_back_leaves_the_first_exchange_in_force() {
    let mut duo = Duo::new(4);
    duo.add_track(A, Kind::Audio, "a");
    let [ours, theirs] = duo.connect_with_channel();
    let before = duo.session(A).transceivers()[0].clone();
    duo.add_track(A, Kind::Video, "v");
    let offer = duo.create_offer_with(
        A,
        OfferOptions {
            ice_restart: true,
            ..OfferOptions::default()
        },
    );
    duo.set_local(A, &offer);
    duo.run_for(Duration::from_millis(500));
    duo.promised(A, Call::SetLocalDescription(Some(rollback())))
        .unwrap();
    let after = duo.session(A).transceivers()[0].clone();
    assert_eq!(
        (before.mid, before.current_direction, before.send_codecs),
        (after.mid, after.current_direction, after.send_codecs)
    );
    // The old credentials are in force again and still work.
    duo.candidates[A].clear();
    duo.send(A, ours, &b"1"[..]);
    duo.send(B, theirs, &b"2"[..]);
    duo.wait_received(A, ours, 1);
    duo.wait_received(B, theirs, 1);
    duo.run_for(Duration::from_secs(60));
    assert!(duo.is_connected(), "consent goes on");
    duo.send(A, ours, &b"3"[..]);
    duo.wait_received(B, theirs, 2);
    // And an exchange afterwards works as well.
    duo.negotiate(A);
    duo.run_for(Duration::from_secs(5));
    assert!(duo.is_connected());
}

#[test]
fn there_is_nothing_to_take_back_in_stable_or_after_a_provisional_answer() {
    let mut duo = Duo::new(5);
    for call in [
        Call::SetLocalDescription(Some(rollback())),
        Call::SetRemoteDescription(rollback()),
    ] {
        let error = duo.promised(A, call).unwrap_err();
        assert_eq!(error.name, ErrorName::InvalidStateError);
    }
    duo.create_channel(A, "c");
    duo.offer_from(A);
    let mut answer = duo.create_answer(B);
    answer.kind = SdpType::Pranswer;
    duo.set_local(B, &answer);
    duo.set_remote(A, &answer);
    assert_eq!(
        duo.session(A).signaling_state(),
        SignalingState::HaveRemotePranswer
    );
    assert_eq!(
        duo.session(B).signaling_state(),
        SignalingState::HaveLocalPranswer
    );
    for side in SIDES {
        for call in [
            Call::SetLocalDescription(Some(rollback())),
            Call::SetRemoteDescription(rollback()),
        ] {
            assert!(duo.promised(side, call).is_err());
        }
    }
    // It connects by the provisional answer, and the final one completes it.
    duo.connect();
    duo.answer_from(B);
    duo.run_for(Duration::from_secs(1));
    assert!(duo.is_connected());
    duo.wait_announced(B, 1);
}
