//! `RTCIceTransport` (webrtc-pc, section 5.6).

use std::time::Duration;

use stonechat_peerconnection::{
    Call, Event, IceConnectionState, IceGathererState, IceRole, IceTransportState, OfferOptions,
};

use crate::app::{candidate, negotiate, pair};
use crate::setup::{A, B, Duo, SIDES};

// api: RTCIceTransport.state, RTCIceTransport.gatheringState, RTCIceTransport.role
// api: RTCIceTransport.getLocalCandidates, RTCIceTransport.getRemoteCandidates
// api: RTCIceTransport.getSelectedCandidatePair, RTCIceTransport.getLocalParameters
// api: RTCIceTransport.getRemoteParameters
#[test]
fn a_transport_of_an_offer_is_new_and_knows_our_side_only() {
    let (mut a, _) = pair();
    a.audio();
    let offer = a.offer();
    a.set_local(&offer);
    let id = a.session().transports()[0];
    let view = a.session().transport(id).unwrap();
    assert_eq!(view.ice_state, IceTransportState::New);
    assert_eq!(view.gathering_state, IceGathererState::Gathering);
    assert_eq!(view.role, IceRole::Controlling);
    assert!(view.local_candidates.is_empty());
    assert!(view.remote_candidates.is_empty());
    assert_eq!(view.selected_pair, None);
    assert_eq!(view.remote_parameters, None);
    let ours = view.local_parameters.unwrap();
    assert!(
        offer
            .sdp
            .contains(&format!("a=ice-ufrag:{}\r\n", ours.username_fragment))
    );
    assert!(
        offer
            .sdp
            .contains(&format!("a=ice-pwd:{}\r\n", ours.password))
    );
}

// api: RTCIceTransport.getRemoteParameters, RTCIceParameters.usernameFragment
// api: RTCIceParameters.password, RTCIceParameters.iceLite
#[test]
fn after_the_exchange_both_know_the_parameters_of_both() {
    let (mut a, mut b) = pair();
    a.audio();
    negotiate(&mut a, &mut b);
    let view = |app: &crate::app::App| {
        let id = app.session().transports()[0];
        app.session().transport(id).unwrap()
    };
    let (a, b) = (view(&a), view(&b));
    assert_eq!(a.local_parameters, b.remote_parameters);
    assert_eq!(a.remote_parameters, b.local_parameters);
    assert!(!a.remote_parameters.unwrap().ice_lite);
    assert_eq!(
        [a.role, b.role],
        [IceRole::Controlling, IceRole::Controlled]
    );
}

// api: RTCIceTransport.getRemoteCandidates, RTCPeerConnection.addIceCandidate
#[test]
fn the_remote_candidates_are_those_that_were_added() {
    let (mut a, mut b) = pair();
    a.audio();
    negotiate(&mut a, &mut b);
    let id = a.session().transports()[0];
    let text = crate::app::CANDIDATE;
    a.outcome(Call::AddIceCandidate(Some(candidate(
        text,
        Some("0"),
        None,
    ))))
    .unwrap();
    let view = a.session().transport(id).unwrap();
    let addresses: Vec<_> = view
        .remote_candidates
        .iter()
        .map(|candidate| (candidate.address(), candidate.port()))
        .collect();
    assert_eq!(addresses, [(Some("192.0.2.7".to_owned()), Some(40_000))]);
}

// api: RTCIceTransport.onstatechange, RTCIceTransportState.checking
// api: RTCIceTransportState.connected, RTCIceTransportState.completed
#[test]
fn the_states_go_from_new_over_checking_to_connected_or_completed() {
    let mut duo = Duo::new(1);
    duo.connect_with_channel();
    duo.run_for(Duration::from_secs(5));
    for side in SIDES {
        let states: Vec<_> = duo.events[side]
            .iter()
            .filter_map(|event| match event {
                Event::IceTransportStateChange(_, state) => Some(*state),
                _ => None,
            })
            .collect();
        use IceTransportState::{Checking, Completed, Connected};
        assert!(
            states == [Checking, Connected, Completed] || states == [Checking, Completed],
            "{states:?}"
        );
    }
}

// api: RTCIceTransport.ongatheringstatechange, RTCIceGathererState.gathering
// api: RTCIceGathererState.complete, RTCIceTransport.gatheringState
#[test]
fn gathering_is_told_by_the_transport_before_the_peer_connection() {
    let mut duo = Duo::new(2);
    duo.connect_with_channel();
    let words: Vec<_> = duo.events[A]
        .iter()
        .filter_map(|event| match event {
            Event::IceTransportGatheringStateChange(_, state) => {
                Some(("transport", state.as_str()))
            }
            Event::IceGatheringStateChange(state) => Some(("connection", state.as_str())),
            Event::IceCandidate {
                candidate: None, ..
            } => Some(("candidate", "null")),
            Event::IceCandidate {
                candidate: Some(candidate),
                ..
            } if candidate.candidate().is_empty() => Some(("candidate", "end")),
            _ => None,
        })
        .collect();
    let expected = [
        ("transport", "gathering"),
        ("connection", "gathering"),
        ("candidate", "end"),
        ("transport", "complete"),
        ("connection", "complete"),
        ("candidate", "null"),
    ];
    assert_eq!(words, expected);
}

// api: RTCPeerConnection.onicecandidate, RTCPeerConnectionIceEvent.candidate
// api: RTCIceTransport.getLocalCandidates, RTCIceCandidate.sdpMid, RTCIceCandidate.sdpMLineIndex
#[test]
fn the_local_candidates_are_those_that_icecandidate_told() {
    let mut duo = Duo::new(3);
    duo.connect_with_channel();
    let told: Vec<_> = duo.events[A]
        .iter()
        .filter_map(|event| match event {
            Event::IceCandidate {
                candidate: Some(candidate),
                ..
            } if !candidate.candidate().is_empty() => Some(candidate.clone()),
            _ => None,
        })
        .collect();
    assert!(!told.is_empty());
    for candidate in &told {
        assert_eq!(candidate.sdp_mid(), Some("0"));
        assert_eq!(candidate.sdp_m_line_index(), Some(0));
        assert!(candidate.username_fragment().is_some());
    }
    let id = duo.session(A).transports()[0];
    assert_eq!(duo.session(A).transport(id).unwrap().local_candidates, told);
}

// api: RTCIceTransport.onselectedcandidatepairchange, RTCIceCandidatePair.local
// api: RTCIceCandidatePair.remote, RTCIceTransport.getSelectedCandidatePair
#[test]
fn the_selected_pair_is_told_before_the_search_is_over() {
    let mut duo = Duo::new(4);
    duo.connect_with_channel();
    duo.run_for(Duration::from_secs(5));
    let position = |wanted: &dyn Fn(&Event) -> bool| duo.events[A].iter().position(wanted).unwrap();
    let pair = position(&|event| matches!(event, Event::SelectedCandidatePairChange(_)));
    let state = position(&|event| {
        matches!(
            event,
            Event::IceTransportStateChange(_, IceTransportState::Completed)
        )
    });
    assert!(pair < state);
    let id = duo.session(A).transports()[0];
    let pair = duo.session(A).transport(id).unwrap().selected_pair.unwrap();
    assert_eq!(pair.local.address().as_deref(), Some("192.0.2.1"));
    assert_eq!(pair.remote.address().as_deref(), Some("192.0.2.2"));
}

// api: RTCIceTransport.state, RTCPeerConnection.iceConnectionState
#[test]
fn the_transport_tells_its_state_before_the_peer_connection() {
    let mut duo = Duo::new(5);
    duo.connect_with_channel();
    let words: Vec<_> = duo.events[B]
        .iter()
        .filter_map(|event| match event {
            Event::IceTransportStateChange(_, IceTransportState::Checking) => Some("transport"),
            Event::IceConnectionStateChange(IceConnectionState::Checking) => Some("connection"),
            _ => None,
        })
        .collect();
    assert_eq!(words, ["transport", "connection"]);
}

// api: RTCPeerConnection.close, RTCIceTransportState.closed
// api: RTCIceTransport.getSelectedCandidatePair
#[test]
fn close_closes_it_at_once_and_it_has_no_pair_any_more() {
    let mut duo = Duo::new(6);
    duo.connect_with_channel();
    let id = duo.session(A).transports()[0];
    duo.clear_events();
    duo.does(A, Call::Close);
    let view = duo.session(A).transport(id).unwrap();
    assert_eq!(view.ice_state, IceTransportState::Closed);
    assert_eq!(view.selected_pair, None);
    duo.flush();
    assert!(duo.events[A].is_empty());
}

// api: RTCOfferOptions.iceRestart, RTCIceTransport.getLocalParameters
#[test]
fn a_restart_keeps_the_transport_and_changes_its_parameters() {
    let (mut a, mut b) = pair();
    a.audio();
    negotiate(&mut a, &mut b);
    let id = a.session().transports()[0];
    let before = a.session().transport(id).unwrap().local_parameters;
    let offer = a.offer_with(OfferOptions {
        ice_restart: true,
        ..OfferOptions::default()
    });
    a.set_local(&offer);
    assert_eq!(a.session().transports(), [id]);
    let after = a.session().transport(id).unwrap().local_parameters;
    assert!(after.is_some() && after != before);
}
