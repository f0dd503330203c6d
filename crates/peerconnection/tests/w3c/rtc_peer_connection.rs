//! `RTCPeerConnection` (webrtc-pc, section 4.4): its methods, their errors and the states.

use stonechat_peerconnection::{
    Answer, Call, ConnectionState, Direction, ErrorName, Event, IceCandidateInit,
    IceConnectionState, IceGatheringState, Kind, OfferOptions, SdpType, SignalingState, Which,
};

use crate::app::{
    App, CANDIDATE, candidate, described, negotiate, pair, retyped, rollback, sections, values,
    without,
};

fn needed(event: &Event) -> bool {
    matches!(event, Event::NegotiationNeeded)
}

/// A remote peer with an offer of one audio section, set.
fn offered() -> (App, App) {
    let (mut a, mut b) = pair();
    a.audio();
    let offer = a.offer();
    a.set_local(&offer);
    b.set_remote(&offer);
    (a, b)
}

// api: RTCPeerConnection.signalingState, RTCPeerConnection.iceGatheringState, RTCPeerConnection.iceConnectionState, RTCPeerConnection.connectionState, RTCSignalingState.stable, RTCIceGatheringState.new, RTCIceConnectionState.new, RTCPeerConnectionState.new
#[test]
fn a_new_peer_connection_has_the_initial_states() {
    let app = App::new("a");
    assert_eq!(app.state(), SignalingState::Stable);
    assert_eq!(app.session().ice_gathering_state(), IceGatheringState::New);
    assert_eq!(
        app.session().ice_connection_state(),
        IceConnectionState::New
    );
    assert_eq!(app.session().connection_state(), ConnectionState::New);
}

// api: RTCPeerConnection.localDescription, RTCPeerConnection.remoteDescription, RTCPeerConnection.currentLocalDescription, RTCPeerConnection.currentRemoteDescription, RTCPeerConnection.pendingLocalDescription, RTCPeerConnection.pendingRemoteDescription, RTCPeerConnection.canTrickleIceCandidates, RTCPeerConnection.sctp
#[test]
fn a_new_peer_connection_has_no_descriptions() {
    let app = App::new("a");
    for which in [
        Which::Local,
        Which::Remote,
        Which::CurrentLocal,
        Which::CurrentRemote,
        Which::PendingLocal,
        Which::PendingRemote,
    ] {
        assert_eq!(app.description(which), None);
    }
    assert_eq!(app.session().can_trickle_ice_candidates(), None);
    assert!(app.session().sctp().is_none());
}

// api: RTCPeerConnection.createOffer, RTCSessionDescriptionInit.type
#[test]
fn create_offer_makes_an_offer_and_changes_no_state() {
    let mut app = App::new("a");
    app.audio();
    let offer = app.offer();
    assert_eq!(offer.kind, SdpType::Offer);
    assert_eq!(app.state(), SignalingState::Stable);
    assert_eq!(app.description(Which::Local), None);
    assert_eq!(app.transceivers()[0].mid, None);
}

// api: RTCPeerConnection.createOffer
#[test]
fn an_offer_of_nothing_has_no_sections() {
    let mut app = App::new("a");
    assert!(sections(&app.offer().sdp).is_empty());
}

// api: RTCPeerConnection.createOffer
#[test]
fn create_offer_rejects_at_once_in_have_remote_offer() {
    let (_, mut b) = offered();
    let call = Call::CreateOffer(OfferOptions::default());
    assert_eq!(b.fails(call), ErrorName::InvalidStateError);
}

// api: RTCPeerConnection.createOffer, RTCSignalingState.have-local-offer
#[test]
fn another_offer_can_be_made_in_have_local_offer() {
    let mut app = App::new("a");
    app.audio();
    let first = app.offer();
    app.set_local(&first);
    app.video();
    let second = app.offer();
    assert_eq!(sections(&second.sdp).len(), 2);
    app.set_local(&second);
    assert_eq!(app.state(), SignalingState::HaveLocalOffer);
    assert_eq!(
        sections(&app.description(Which::Local).unwrap().sdp).len(),
        2
    );
}

// api: RTCPeerConnection.createAnswer
#[test]
fn create_answer_rejects_at_once_without_an_offer() {
    let mut app = App::new("a");
    assert_eq!(app.fails(Call::CreateAnswer), ErrorName::InvalidStateError);
    app.set_implicitly();
    assert_eq!(app.fails(Call::CreateAnswer), ErrorName::InvalidStateError);
}

// api: RTCPeerConnection.createAnswer, RTCSdpType.answer
#[test]
fn create_answer_makes_an_answer_and_changes_no_state() {
    let (_, mut b) = offered();
    let answer = b.answer();
    assert_eq!(answer.kind, SdpType::Answer);
    assert_eq!(b.state(), SignalingState::HaveRemoteOffer);
}

// api: RTCPeerConnection.createOffer, RTCPeerConnection.createAnswer, RTCPeerConnection.setLocalDescription, RTCPeerConnection.setRemoteDescription, RTCPeerConnection.addIceCandidate, RTCPeerConnection.close
#[test]
fn after_close_what_promises_rejects_at_once() {
    let (mut a, _) = offered();
    let offer = a.description(Which::Local).unwrap();
    a.does(Call::Close);
    for call in [
        Call::CreateOffer(OfferOptions::default()),
        Call::CreateAnswer,
        Call::SetLocalDescription(None),
        Call::SetRemoteDescription(offer),
        Call::AddIceCandidate(None),
    ] {
        assert_eq!(a.fails(call), ErrorName::InvalidStateError);
    }
}

// api: RTCPeerConnection.addIceCandidate
#[test]
fn a_candidate_that_names_no_section_is_a_type_error_even_after_close() {
    let mut app = App::new("a");
    app.does(Call::Close);
    let call = Call::AddIceCandidate(Some(candidate(CANDIDATE, None, None)));
    assert_eq!(app.fails(call), ErrorName::TypeError);
}

// api: RTCOfferOptions.iceRestart
#[test]
fn the_option_ice_restart_gives_new_credentials() {
    let (mut a, mut b) = pair();
    a.audio();
    negotiate(&mut a, &mut b);
    let before = values(&a.offer().sdp, "a=ice-ufrag:");
    assert_eq!(values(&a.offer().sdp, "a=ice-ufrag:"), before);
    let restart = OfferOptions {
        ice_restart: true,
        ..OfferOptions::default()
    };
    assert_ne!(values(&a.offer_with(restart).sdp, "a=ice-ufrag:"), before);
    assert_eq!(
        values(&a.offer().sdp, "a=ice-ufrag:"),
        before,
        "what was not set changes nothing"
    );
}

// api: RTCOfferOptions.offerToReceiveAudio, RTCOfferOptions.offerToReceiveVideo
#[test]
fn offer_to_receive_makes_transceivers_that_only_receive() {
    let mut app = App::new("a");
    let options = OfferOptions {
        offer_to_receive_audio: Some(true),
        offer_to_receive_video: Some(true),
        ..OfferOptions::default()
    };
    let offer = app.offer_with(options);
    let directions: Vec<_> = app
        .transceivers()
        .iter()
        .map(|view| (view.kind, view.direction))
        .collect();
    assert_eq!(
        directions,
        [
            (Kind::Audio, Direction::RecvOnly),
            (Kind::Video, Direction::RecvOnly)
        ]
    );
    assert_eq!(values(&offer.sdp, "a=recvonly").len(), 2);
    app.offer_with(options);
    assert_eq!(app.transceivers().len(), 2, "one is enough");
    assert_eq!(app.count(needed), 0, "and no negotiation is asked for");
}

// api: RTCOfferOptions.offerToReceiveAudio
#[test]
fn offer_to_receive_false_lets_none_receive() {
    let mut app = App::new("a");
    app.audio();
    app.add_transceiver(Kind::Audio, Direction::RecvOnly);
    app.video();
    app.offer_with(OfferOptions {
        offer_to_receive_audio: Some(false),
        ..OfferOptions::default()
    });
    let directions: Vec<_> = app
        .transceivers()
        .iter()
        .map(|view| view.direction)
        .collect();
    assert_eq!(
        directions,
        [
            Direction::SendOnly,
            Direction::Inactive,
            Direction::SendRecv
        ]
    );
}

// api: RTCOfferOptions.offerToReceiveVideo
#[test]
fn offer_to_receive_is_content_with_one_that_receives() {
    let mut app = App::new("a");
    app.video();
    app.offer_with(OfferOptions {
        offer_to_receive_video: Some(true),
        ..OfferOptions::default()
    });
    assert_eq!(app.transceivers().len(), 1);
    assert_eq!(app.transceivers()[0].direction, Direction::SendRecv);
}

// api: RTCPeerConnection.setLocalDescription, RTCPeerConnection.pendingLocalDescription, RTCPeerConnection.currentLocalDescription, RTCPeerConnection.localDescription
#[test]
fn a_local_offer_is_pending() {
    let mut app = App::new("a");
    app.audio();
    let offer = app.offer();
    app.set_local(&offer);
    assert_eq!(app.state(), SignalingState::HaveLocalOffer);
    assert_eq!(app.description(Which::PendingLocal), Some(offer.clone()));
    assert_eq!(app.description(Which::Local), Some(offer));
    assert_eq!(app.description(Which::CurrentLocal), None);
    assert_eq!(app.transceivers()[0].mid.as_deref(), Some("0"));
}

// api: RTCPeerConnection.setRemoteDescription, RTCPeerConnection.pendingRemoteDescription, RTCPeerConnection.currentRemoteDescription, RTCPeerConnection.remoteDescription, RTCSignalingState.have-remote-offer
#[test]
fn a_remote_offer_is_pending() {
    let (a, b) = offered();
    assert_eq!(b.state(), SignalingState::HaveRemoteOffer);
    let offer = a.description(Which::Local);
    assert_eq!(b.description(Which::PendingRemote), offer);
    assert_eq!(b.description(Which::Remote), offer);
    assert_eq!(b.description(Which::CurrentRemote), None);
}

// api: RTCPeerConnection.currentLocalDescription, RTCPeerConnection.currentRemoteDescription, RTCPeerConnection.pendingLocalDescription, RTCPeerConnection.pendingRemoteDescription
#[test]
fn an_answer_puts_both_descriptions_in_force() {
    let (mut a, mut b) = pair();
    a.audio();
    let (offer, answer) = negotiate(&mut a, &mut b);
    let text = |app: &App, which| app.description(which).map(|it| without(&it.sdp, "a=cand"));
    for (app, local, remote) in [(&a, &offer, &answer), (&b, &answer, &offer)] {
        assert_eq!(text(app, Which::CurrentLocal), Some(local.sdp.clone()));
        assert_eq!(text(app, Which::CurrentRemote), Some(remote.sdp.clone()));
        assert_eq!(app.description(Which::PendingLocal), None);
        assert_eq!(app.description(Which::PendingRemote), None);
    }
}

// api: RTCPeerConnection.setLocalDescription
#[test]
fn only_what_was_made_last_can_be_set() {
    let mut app = App::new("a");
    app.audio();
    let first = app.offer();
    app.video();
    app.offer();
    let call = Call::SetLocalDescription(Some(first.clone()));
    assert_eq!(app.fails(call), ErrorName::InvalidModificationError);
    let changed = described(SdpType::Offer, &first.sdp.replace("sendrecv", "sendonly"));
    let call = Call::SetLocalDescription(Some(changed));
    assert_eq!(app.fails(call), ErrorName::InvalidModificationError);
    assert_eq!(app.state(), SignalingState::Stable);
}

// api: RTCPeerConnection.setLocalDescription
#[test]
fn an_answer_that_was_not_made_cannot_be_set() {
    let (a, mut b) = offered();
    let foreign = retyped(&a.description(Which::Local).unwrap(), SdpType::Answer);
    let call = Call::SetLocalDescription(Some(foreign));
    assert_eq!(b.fails(call), ErrorName::InvalidModificationError);
}

// api: RTCPeerConnection.setLocalDescription, RTCLocalSessionDescriptionInit.type, RTCLocalSessionDescriptionInit.sdp
#[test]
fn an_offer_without_text_is_the_one_that_was_made() {
    let mut app = App::new("a");
    app.audio();
    let offer = app.offer();
    app.set_local(&described(SdpType::Offer, ""));
    assert_eq!(app.description(Which::Local), Some(offer));
}

// api: RTCPeerConnection.setLocalDescription
#[test]
fn an_offer_that_is_out_of_date_is_made_anew() {
    let mut app = App::new("a");
    app.audio();
    app.offer();
    app.video();
    app.set_local(&described(SdpType::Offer, ""));
    let local = app.description(Which::Local).unwrap();
    assert_eq!(sections(&local.sdp).len(), 2);
}

// api: RTCPeerConnection.setLocalDescription
#[test]
fn without_arguments_the_state_decides() {
    let (mut a, mut b) = pair();
    a.audio();
    let offer = a.set_implicitly();
    assert_eq!(offer.kind, SdpType::Offer);
    b.set_remote(&offer);
    let answer = b.set_implicitly();
    assert_eq!(answer.kind, SdpType::Answer);
    a.set_remote(&answer);
    assert_eq!([a.state(), b.state()], [SignalingState::Stable; 2]);
}

// api: RTCPeerConnection.setLocalDescription
#[test]
fn an_answer_without_text_is_the_one_that_was_made() {
    let (_, mut b) = offered();
    let answer = b.answer();
    b.set_local(&described(SdpType::Answer, ""));
    assert_eq!(b.description(Which::Local), Some(answer));
}

// api: RTCLocalSessionDescriptionInit.sdp, RTCLocalSessionDescriptionInit.type
#[test]
fn a_text_without_a_type_gets_it_from_the_state() {
    let (mut a, mut b) = pair();
    a.audio();
    let offer = a.offer();
    let init = |sdp: &str| stonechat_peerconnection::LocalSessionDescriptionInit {
        sdp: sdp.to_owned(),
        kind: None,
    };
    a.outcome(init(&offer.sdp)).unwrap();
    assert_eq!(a.state(), SignalingState::HaveLocalOffer);
    b.set_remote(&offer);
    let answer = b.answer();
    assert_eq!(
        b.fails(init(&offer.sdp)),
        ErrorName::InvalidModificationError
    );
    b.outcome(init(&answer.sdp)).unwrap();
    assert_eq!(b.state(), SignalingState::Stable);
}

// api: RTCPeerConnection.setLocalDescription, RTCSignalingState.have-remote-pranswer
#[test]
fn without_arguments_nothing_can_be_set_in_have_remote_pranswer() {
    let (mut a, mut b) = offered();
    let answer = b.answer();
    a.set_remote(&retyped(&answer, SdpType::Pranswer));
    assert_eq!(a.state(), SignalingState::HaveRemotePranswer);
    let call = Call::SetLocalDescription(None);
    assert_eq!(a.rejects(call), ErrorName::InvalidStateError);
}

// api: RTCPeerConnection.setLocalDescription, RTCSdpType.pranswer, RTCSignalingState.have-local-pranswer
#[test]
fn a_provisional_answer_may_be_followed_by_the_same_as_the_answer() {
    let (mut a, mut b) = offered();
    let answer = b.answer();
    let pranswer = retyped(&answer, SdpType::Pranswer);
    b.set_local(&pranswer);
    assert_eq!(b.state(), SignalingState::HaveLocalPranswer);
    assert_eq!(
        b.description(Which::PendingLocal).unwrap().kind,
        SdpType::Pranswer
    );
    assert!(b.description(Which::PendingRemote).is_some());
    a.set_remote(&pranswer);
    assert_eq!(a.description(Which::PendingRemote), Some(pranswer));
    b.set_local(&answer);
    a.set_remote(&answer);
    assert_eq!([a.state(), b.state()], [SignalingState::Stable; 2]);
}

// api: RTCPeerConnection.setRemoteDescription, RTCSdpType.pranswer
#[test]
fn a_provisional_answer_may_follow_another() {
    let (mut a, mut b) = offered();
    let pranswer = retyped(&b.answer(), SdpType::Pranswer);
    a.set_remote(&pranswer);
    a.set_remote(&pranswer);
    assert_eq!(a.state(), SignalingState::HaveRemotePranswer);
    b.set_local(&pranswer);
    let again = retyped(&b.answer(), SdpType::Pranswer);
    b.set_local(&again);
    assert_eq!(b.state(), SignalingState::HaveLocalPranswer);
}

// api: RTCPeerConnection.createAnswer, RTCSignalingState.have-local-pranswer
#[test]
fn another_answer_can_be_made_in_have_local_pranswer() {
    let (_, mut b) = offered();
    let pranswer = retyped(&b.answer(), SdpType::Pranswer);
    b.set_local(&pranswer);
    let answer = b.answer();
    b.set_local(&answer);
    assert_eq!(b.state(), SignalingState::Stable);
}

// api: RTCPeerConnection.setLocalDescription
#[test]
fn a_local_answer_needs_a_remote_offer() {
    let mut app = App::new("a");
    let call = Call::SetLocalDescription(Some(described(SdpType::Answer, "")));
    assert_eq!(app.rejects(call), ErrorName::InvalidStateError);
    let call = Call::SetLocalDescription(Some(described(SdpType::Pranswer, "")));
    assert_eq!(app.rejects(call), ErrorName::InvalidStateError);
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn a_remote_answer_needs_a_local_offer() {
    let (a, mut b) = offered();
    let offer = a.description(Which::Local).unwrap();
    for kind in [SdpType::Answer, SdpType::Pranswer] {
        assert_eq!(b.refuses(kind, &offer.sdp), ErrorName::InvalidStateError);
    }
    assert_eq!(b.state(), SignalingState::HaveRemoteOffer);
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn the_state_is_checked_before_the_text() {
    let mut app = App::new("a");
    assert_eq!(
        app.refuses(SdpType::Answer, "nonsense"),
        ErrorName::InvalidStateError
    );
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn one_remote_offer_may_replace_another() {
    let (mut a, mut b) = offered();
    a.video();
    let second = a.offer();
    a.set_local(&second);
    b.set_remote(&second);
    assert_eq!(b.state(), SignalingState::HaveRemoteOffer);
    assert_eq!(b.transceivers().len(), 2);
}

// api: RTCPeerConnection.setRemoteDescription, RTCSdpType.rollback
#[test]
fn an_offer_that_meets_ours_rolls_ours_back_in_two_tasks() {
    let (mut a, mut b) = pair();
    a.audio();
    b.audio();
    a.set_implicitly();
    let theirs = b.set_implicitly();
    a.fired.clear();
    let promise = a.promise(Call::SetRemoteDescription(theirs));
    let step = a.pull().unwrap();
    let fired = format!("{:?}", step.fire);
    assert!(fired.contains("SignalingStateChange(Stable)"), "{fired}");
    assert_eq!(a.state(), SignalingState::Stable);
    assert_eq!(a.description(Which::PendingLocal), None);
    a.pull_all();
    assert_eq!(a.state(), SignalingState::HaveRemoteOffer);
    assert!(a.settled[&promise].is_ok());
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn an_offer_in_a_state_that_cannot_be_rolled_back_is_refused_at_once() {
    let (mut a, mut b) = offered();
    let offer = a.description(Which::Local).unwrap();
    let answer = b.answer();
    let pranswer = retyped(&answer, SdpType::Pranswer);
    a.set_remote(&pranswer);
    b.set_local(&pranswer);
    for app in [&mut a, &mut b] {
        let call = Call::SetRemoteDescription(offer.clone());
        assert_eq!(app.fails(call), ErrorName::InvalidStateError);
    }
}

// api: RTCSdpType.rollback, RTCPeerConnection.setLocalDescription, RTCPeerConnection.setRemoteDescription
#[test]
fn a_rollback_works_from_either_method_in_either_state() {
    let (mut a, mut b) = offered();
    let (mut c, mut d) = offered();
    a.set_local(&rollback());
    b.set_local(&rollback());
    c.set_remote(&rollback());
    d.set_remote(&rollback());
    for app in [&a, &b, &c, &d] {
        assert_eq!(app.state(), SignalingState::Stable);
        assert_eq!(app.description(Which::Local), None);
        assert_eq!(app.description(Which::Remote), None);
    }
}

// api: RTCSdpType.rollback
#[test]
fn a_rollback_rejects_at_once_where_there_is_nothing_to_roll_back() {
    let (mut a, mut b) = offered();
    let mut fresh = App::new("c");
    let pranswer = retyped(&b.answer(), SdpType::Pranswer);
    a.set_remote(&pranswer);
    b.set_local(&pranswer);
    for app in [&mut a, &mut b, &mut fresh] {
        let call = Call::SetLocalDescription(Some(rollback()));
        assert_eq!(app.fails(call), ErrorName::InvalidStateError);
        let call = Call::SetRemoteDescription(rollback());
        assert_eq!(app.fails(call), ErrorName::InvalidStateError);
    }
}

// api: RTCSdpType.rollback
#[test]
fn the_text_of_a_rollback_is_not_looked_at() {
    let (mut a, _) = offered();
    a.set_local(&described(SdpType::Rollback, "nonsense"));
    assert_eq!(a.state(), SignalingState::Stable);
}

// api: RTCSdpType.rollback, RTCRtpTransceiver.mid
#[test]
fn a_rollback_disassociates_what_the_offer_associated() {
    let (mut a, mut b) = pair();
    a.audio();
    negotiate(&mut a, &mut b);
    a.video();
    a.set_implicitly();
    assert!(a.transceivers().iter().all(|view| view.mid.is_some()));
    a.set_local(&rollback());
    let mids: Vec<_> = a.transceivers().into_iter().map(|view| view.mid).collect();
    assert_eq!(mids, [Some(String::from("0")), None]);
}

// api: RTCPeerConnection.canTrickleIceCandidates
#[test]
fn can_trickle_says_what_the_remote_description_says() {
    let (a, b) = offered();
    assert_eq!(a.session().can_trickle_ice_candidates(), None);
    assert_eq!(b.session().can_trickle_ice_candidates(), Some(true));
    let mut silent = App::new("c");
    let offer = a.description(Which::Local).unwrap();
    silent.set_remote(&described(
        SdpType::Offer,
        &without(&offer.sdp, "a=ice-options"),
    ));
    assert_eq!(silent.session().can_trickle_ice_candidates(), Some(false));
}

// api: RTCPeerConnection.addIceCandidate, RTCIceCandidateInit.candidate
#[test]
fn a_candidate_before_the_remote_description_rejects_at_once() {
    let mut app = App::new("a");
    for init in [
        Some(candidate(CANDIDATE, Some("0"), Some(0))),
        Some(IceCandidateInit::default()),
        None,
    ] {
        let call = Call::AddIceCandidate(init);
        assert_eq!(app.fails(call), ErrorName::InvalidStateError);
    }
}

// api: RTCPeerConnection.addIceCandidate, RTCIceCandidateInit.sdpMid, RTCIceCandidateInit.sdpMLineIndex
#[test]
fn a_candidate_names_its_section_by_mid_or_by_index() {
    let (_, mut b) = offered();
    for init in [
        candidate(CANDIDATE, Some("0"), None),
        candidate(CANDIDATE, None, Some(0)),
        candidate(CANDIDATE, Some("0"), Some(7)),
    ] {
        b.outcome(Call::AddIceCandidate(Some(init))).unwrap();
    }
    let remote = b.description(Which::Remote).unwrap();
    assert_eq!(
        values(&remote.sdp, "a=candidate:").len(),
        1,
        "one and the same"
    );
}

// api: RTCPeerConnection.addIceCandidate, RTCIceCandidateInit.sdpMid, RTCIceCandidateInit.sdpMLineIndex
#[test]
fn a_section_that_is_not_there_is_an_operation_error() {
    let (_, mut b) = offered();
    for init in [
        candidate(CANDIDATE, Some("x"), None),
        candidate(CANDIDATE, Some("x"), Some(0)),
        candidate(CANDIDATE, None, Some(1)),
        candidate("", Some("x"), None),
    ] {
        let call = Call::AddIceCandidate(Some(init));
        assert_eq!(b.fails(call), ErrorName::OperationError);
    }
}

// api: RTCPeerConnection.addIceCandidate, RTCIceCandidateInit.usernameFragment
#[test]
fn a_fragment_that_no_description_has_is_an_operation_error() {
    let (_, mut b) = offered();
    let remote = b.description(Which::Remote).unwrap();
    let known = values(&remote.sdp, "a=ice-ufrag:").remove(0);
    for text in [CANDIDATE, ""] {
        let with = |fragment: &str| IceCandidateInit {
            username_fragment: Some(fragment.to_owned()),
            ..candidate(text, Some("0"), Some(0))
        };
        let call = Call::AddIceCandidate(Some(with("unknown")));
        assert_eq!(b.fails(call), ErrorName::OperationError);
        b.outcome(Call::AddIceCandidate(Some(with(&known))))
            .unwrap();
    }
    let all = IceCandidateInit {
        username_fragment: Some(String::from("unknown")),
        ..IceCandidateInit::default()
    };
    let call = Call::AddIceCandidate(Some(all));
    assert_eq!(b.fails(call), ErrorName::OperationError);
}

// api: RTCPeerConnection.addIceCandidate, RTCIceCandidateInit.candidate
#[test]
fn a_malformed_candidate_is_an_operation_error_of_a_task() {
    let (_, mut b) = offered();
    let call = Call::AddIceCandidate(Some(candidate("(Invalid) candidate \r", Some("0"), None)));
    let promise = b.promise(call);
    b.pull_all();
    let error = b.settled[&promise].as_ref().unwrap_err();
    assert_eq!(error.name, ErrorName::OperationError);
}

// api: RTCPeerConnection.addIceCandidate, RTCPeerConnection.remoteDescription
#[test]
fn a_candidate_is_added_to_its_section_of_the_remote_description() {
    let (mut a, mut b) = pair();
    a.audio();
    a.video();
    let offer = a.set_implicitly();
    b.set_remote(&offer);
    let call = Call::AddIceCandidate(Some(candidate(CANDIDATE, Some("1"), None)));
    b.outcome(call).unwrap();
    let remote = b.description(Which::Remote).unwrap();
    let sections = sections(&remote.sdp);
    assert!(!sections[0].contains(CANDIDATE));
    assert!(sections[1].contains(&format!("a={CANDIDATE}\r\n")));
}

// api: RTCPeerConnection.addIceCandidate, RTCPeerConnection.remoteDescription
#[test]
fn an_empty_candidate_ends_those_of_its_section() {
    let (mut a, mut b) = pair();
    a.audio();
    a.video();
    let offer = a.set_implicitly();
    b.set_remote(&offer);
    b.outcome(Call::AddIceCandidate(Some(candidate("", Some("1"), None))))
        .unwrap();
    let remote = b.description(Which::Remote).unwrap();
    let ends: Vec<_> = sections(&remote.sdp)
        .iter()
        .map(|section| section.contains("a=end-of-candidates\r\n"))
        .collect();
    assert_eq!(ends, [false, true]);
}

// api: RTCPeerConnection.addIceCandidate
#[test]
fn no_candidate_ends_those_of_all_sections() {
    for init in [None, Some(IceCandidateInit::default())] {
        let (mut a, mut b) = pair();
        a.audio();
        a.video();
        let offer = a.set_implicitly();
        b.set_remote(&offer);
        b.outcome(Call::AddIceCandidate(init)).unwrap();
        let remote = b.description(Which::Remote).unwrap();
        assert_eq!(values(&remote.sdp, "a=end-of-candidates").len(), 2);
    }
}

// api: RTCPeerConnection.addIceCandidate
#[test]
fn a_candidate_of_a_stopped_transceiver_is_taken_and_dropped() {
    let (mut a, mut b) = pair();
    a.audio();
    negotiate(&mut a, &mut b);
    let gone = a.transceivers()[0].id;
    a.does(Call::StopTransceiver(gone));
    a.pull_all();
    let offer = a.set_implicitly();
    b.set_remote(&offer);
    let call = Call::AddIceCandidate(Some(candidate(CANDIDATE, Some("0"), None)));
    b.outcome(call).unwrap();
    let remote = b.description(Which::Remote).unwrap();
    assert!(!remote.sdp.contains(CANDIDATE));
}

// api: RTCPeerConnection.addIceCandidate
#[test]
fn a_candidate_goes_to_the_description_of_its_generation() {
    let (mut a, mut b) = pair();
    a.audio();
    negotiate(&mut a, &mut b);
    let old = values(&b.description(Which::Remote).unwrap().sdp, "a=ice-ufrag:").remove(0);
    a.does(Call::RestartIce);
    let offer = a.set_implicitly();
    b.set_remote(&offer);
    let late = IceCandidateInit {
        username_fragment: Some(old),
        ..candidate(CANDIDATE, Some("0"), None)
    };
    b.outcome(Call::AddIceCandidate(Some(late))).unwrap();
    assert!(
        b.description(Which::CurrentRemote)
            .unwrap()
            .sdp
            .contains(CANDIDATE)
    );
    assert!(
        !b.description(Which::PendingRemote)
            .unwrap()
            .sdp
            .contains(CANDIDATE)
    );
    let newest = candidate(&CANDIDATE.replace("40000", "40001"), Some("0"), None);
    b.outcome(Call::AddIceCandidate(Some(newest))).unwrap();
    assert!(
        b.description(Which::PendingRemote)
            .unwrap()
            .sdp
            .contains("40001")
    );
    assert!(
        !b.description(Which::CurrentRemote)
            .unwrap()
            .sdp
            .contains("40001")
    );
}

// api: RTCPeerConnection.addIceCandidate
#[test]
fn a_candidate_on_a_blocked_port_is_taken_and_never_used() {
    let (_, mut b) = offered();
    let call = Call::AddIceCandidate(Some(candidate(
        &CANDIDATE.replace("40000", "25"),
        Some("0"),
        None,
    )));
    b.outcome(call).unwrap();
    assert!(
        b.description(Which::Remote)
            .unwrap()
            .sdp
            .contains(" 25 typ host")
    );
}

// api: RTCPeerConnection.restartIce, RTCPeerConnection.onnegotiationneeded
#[test]
fn restart_ice_asks_for_negotiation_until_the_credentials_are_replaced() {
    let (mut a, mut b) = pair();
    a.audio();
    negotiate(&mut a, &mut b);
    let before = values(&a.description(Which::Local).unwrap().sdp, "a=ice-ufrag:");
    a.fired.clear();
    a.does(Call::RestartIce);
    a.pull_all();
    assert_eq!(a.count(needed), 1);
    negotiate(&mut a, &mut b);
    let after = values(&a.description(Which::Local).unwrap().sdp, "a=ice-ufrag:");
    assert_ne!(before, after);
    assert_eq!(a.count(needed), 1);
    negotiate(&mut a, &mut b);
    let later = values(&a.description(Which::Local).unwrap().sdp, "a=ice-ufrag:");
    assert_eq!(after, later);
}

// api: RTCPeerConnection.restartIce
#[test]
fn restart_ice_before_any_description_asks_for_nothing() {
    let mut app = App::new("a");
    app.does(Call::RestartIce);
    app.pull_all();
    assert_eq!(app.count(needed), 0);
}

// api: RTCPeerConnection.restartIce
#[test]
fn restart_ice_after_close_does_nothing() {
    let mut app = App::new("a");
    app.does(Call::Close);
    assert!(matches!(app.call(Call::RestartIce), Answer::Done));
    assert!(app.events().is_empty());
}

// api: RTCPeerConnection.restartIce
#[test]
fn restart_ice_survives_a_rollback() {
    let (mut a, mut b) = pair();
    a.audio();
    negotiate(&mut a, &mut b);
    let before = values(&a.description(Which::Local).unwrap().sdp, "a=ice-ufrag:");
    a.does(Call::RestartIce);
    a.set_implicitly();
    a.set_local(&rollback());
    assert_ne!(values(&a.offer().sdp, "a=ice-ufrag:"), before);
}

// api: RTCPeerConnection.restartIce
#[test]
fn an_offer_of_the_peer_that_restarts_is_enough() {
    let (mut a, mut b) = pair();
    a.audio();
    negotiate(&mut a, &mut b);
    a.does(Call::RestartIce);
    b.does(Call::RestartIce);
    a.pull_all();
    b.pull_all();
    negotiate(&mut b, &mut a);
    a.fired.clear();
    a.pull_all();
    assert_eq!(
        a.count(needed),
        0,
        "its credentials were replaced by its answer"
    );
}

// api: RTCPeerConnection.close, RTCSignalingState.closed, RTCIceConnectionState.closed, RTCPeerConnectionState.closed
#[test]
fn close_sets_the_states_at_once_and_fires_nothing_for_them() {
    let (mut a, _) = offered();
    a.does(Call::Close);
    assert_eq!(a.state(), SignalingState::Closed);
    assert_eq!(
        a.session().ice_connection_state(),
        IceConnectionState::Closed
    );
    assert_eq!(a.session().connection_state(), ConnectionState::Closed);
    a.fired.clear();
    a.pull_all();
    let ended = |event: &Event| matches!(event, Event::TrackEnded(_));
    assert_eq!(a.count(ended), a.fired.len());
    assert_eq!(a.count(ended), 1, "the track that it received");
}

// api: RTCPeerConnection.close
#[test]
fn close_twice_does_nothing() {
    let mut app = App::new("a");
    app.audio();
    app.does(Call::Close);
    app.pull_all();
    app.does(Call::Close);
    assert!(app.pull_all().is_empty());
}

// api: RTCPeerConnection.close
#[test]
fn what_is_under_way_when_it_closes_never_settles() {
    let mut app = App::new("a");
    app.audio();
    let first = app.promise(Call::SetLocalDescription(None));
    let second = app.promise(Call::CreateOffer(OfferOptions::default()));
    app.does(Call::Close);
    app.pull_all();
    assert!(!app.settled.contains_key(&first));
    assert!(!app.settled.contains_key(&second));
}

// api: RTCPeerConnection.close
#[test]
fn descriptions_stay_readable_after_close() {
    let (mut a, mut b) = pair();
    a.audio();
    let (offer, _) = negotiate(&mut a, &mut b);
    a.does(Call::Close);
    assert_eq!(a.description(Which::CurrentLocal).unwrap().kind, offer.kind);
}

// api: RTCPeerConnection.sctp
#[test]
fn sctp_is_there_from_the_offer_on_and_goes_with_its_rollback() {
    let mut app = App::new("a");
    app.channel("x");
    assert!(app.session().sctp().is_none());
    app.set_implicitly();
    let sctp = app.session().sctp().unwrap();
    assert_eq!(sctp.state.as_str(), "connecting");
    assert_eq!(sctp.max_channels, None);
    app.set_local(&rollback());
    assert!(app.session().sctp().is_none());
}

// api: RTCPeerConnection.sctp, RTCSctpTransport.maxMessageSize
#[test]
fn the_answer_says_how_large_messages_may_be() {
    for (line, octets) in [
        ("a=max-message-size:1000\r\n", 1000),
        // What we can send is the limit if the peer has none.
        ("a=max-message-size:0\r\n", 262_144),
        ("", 65_536),
    ] {
        let (mut a, mut b) = pair();
        a.channel("x");
        let offer = a.set_implicitly();
        b.set_remote(&offer);
        let answer = b.set_implicitly();
        let sdp = without(&answer.sdp, "a=max-message-size") + line;
        a.set_remote(&described(SdpType::Answer, &sdp));
        assert_eq!(a.session().sctp().unwrap().max_message_size, octets);
    }
}

// api: RTCSignalingState.stable, RTCSignalingState.have-local-offer, RTCSignalingState.have-remote-offer, RTCSignalingState.have-local-pranswer, RTCSignalingState.have-remote-pranswer, RTCSignalingState.closed, RTCIceGatheringState.new, RTCIceGatheringState.gathering, RTCIceGatheringState.complete, RTCPeerConnectionState.closed, RTCPeerConnectionState.failed, RTCPeerConnectionState.disconnected, RTCPeerConnectionState.new, RTCPeerConnectionState.connecting, RTCPeerConnectionState.connected, RTCIceConnectionState.closed, RTCIceConnectionState.failed, RTCIceConnectionState.disconnected, RTCIceConnectionState.new, RTCIceConnectionState.checking, RTCIceConnectionState.completed, RTCIceConnectionState.connected
#[test]
fn the_states_have_the_words_of_the_webidl() {
    assert_eq!(
        SignalingState::ALL.map(SignalingState::as_str),
        [
            "stable",
            "have-local-offer",
            "have-remote-offer",
            "have-local-pranswer",
            "have-remote-pranswer",
            "closed"
        ]
    );
    let words = IceGatheringState::ALL.map(IceGatheringState::as_str);
    assert_eq!(words, ["new", "gathering", "complete"]);
    for state in ConnectionState::ALL {
        assert_eq!(state.as_str().parse(), Ok(state));
    }
    for state in IceConnectionState::ALL {
        assert_eq!(state.as_str().parse(), Ok(state));
    }
    for word in ["closed", "failed", "disconnected", "new", "connected"] {
        assert!(word.parse::<ConnectionState>().is_ok());
        assert!(word.parse::<IceConnectionState>().is_ok());
    }
}

// api: RTCPeerConnection.onnegotiationneeded, RTCPeerConnection.addTrack
#[test]
fn many_changes_ask_for_negotiation_once() {
    let mut app = App::new("a");
    app.add_track(Kind::Audio, "mic", &["stream"]);
    app.add_track(Kind::Video, "camera", &["stream"]);
    app.channel("x");
    app.pull_all();
    assert_eq!(app.count(needed), 1);
}
