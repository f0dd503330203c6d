//! What the browsers' conformance suite asks beyond the other tests here: descriptions that were
//! made earlier, streams that nobody named, what descriptions may not say, and states of transports.

use stonechat_peerconnection::{
    Call, Direction, ErrorName, Event, IceGatheringState, OfferOptions, SdpType, SignalingState,
};

use crate::app::{App, described, negotiate, pair, rollback, without};

/// The streams of the `track` events.
fn streams(app: &App) -> Vec<Vec<String>> {
    app.fired
        .iter()
        .filter_map(|event| match event {
            Event::Track { streams, .. } => Some(streams.clone()),
            _ => None,
        })
        .collect()
}

// api: RTCPeerConnection.setLocalDescription, RTCPeerConnection.createAnswer
#[test]
fn an_offer_and_an_answer_stay_usable_until_another_of_their_kind_is_made() {
    let (mut a, mut b) = pair();
    a.add_transceiver(stonechat_peerconnection::Kind::Audio, Direction::RecvOnly);
    let theirs = a.offer();
    b.set_remote(&theirs);
    let answer = b.answer();
    b.set_remote(&rollback());
    b.video();
    b.offer();
    b.set_remote(&theirs);
    b.set_local(&answer);
    assert_eq!(b.state(), SignalingState::Stable);

    let mut c = App::new("c");
    c.audio();
    let ours = c.offer();
    c.set_remote(&theirs);
    c.answer();
    c.set_remote(&rollback());
    c.set_local(&ours);
    assert_eq!(c.state(), SignalingState::HaveLocalOffer);
}

// api: RTCPeerConnection.setLocalDescription
#[test]
fn without_arguments_what_an_earlier_exchange_made_is_made_anew() {
    let (mut a, mut b) = pair();
    a.audio();
    negotiate(&mut a, &mut b);
    let restart = OfferOptions {
        ice_restart: true,
        ..OfferOptions::default()
    };
    let offer = a.offer_with(restart);
    a.set_local(&offer);
    b.set_remote(&offer);
    let answer = b.set_implicitly();
    // It takes part in the restart; the answer of before would not.
    a.set_remote(&answer);
    assert_eq!(a.state(), SignalingState::Stable);
}

// api: RTCTrackEvent.streams
#[test]
fn a_track_of_which_no_stream_is_named_is_in_the_default_stream() {
    let (mut a, mut b) = pair();
    a.audio();
    a.video();
    let offer = a.set_implicitly();
    let silent = described(SdpType::Offer, &without(&offer.sdp, "a=msid:"));
    b.set_remote(&silent);
    let found = streams(&b);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].len(), 1);
    assert_eq!(found[0], found[1], "one stream for the session");
    b.set_remote(&silent);
    assert_eq!(streams(&b).len(), 2, "it stays the same");
}

// api: RTCTrackEvent.streams
#[test]
fn a_stream_that_is_named_twice_is_one_and_a_hyphen_is_none() {
    let (mut a, mut b) = pair();
    a.audio();
    let offer = a.set_implicitly();
    let named = |lines: &str| {
        let sdp = without(&offer.sdp, "a=msid:") + lines;
        described(SdpType::Offer, &sdp)
    };
    b.set_remote(&named("a=msid:one\r\na=msid:one\r\n"));
    assert_eq!(streams(&b), [["one"]]);
    let mut c = App::new("c");
    c.set_remote(&named("a=msid:-\r\n"));
    assert_eq!(streams(&c), [[""; 0]]);
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn payload_types_that_rtcp_mux_confuses_are_refused() {
    let (mut a, mut b) = pair();
    a.audio();
    let offer = a.set_implicitly();
    for number in [64, 95] {
        let sdp = offer.sdp.replacen("SAVPF ", &format!("SAVPF {number} "), 1);
        let sdp = format!("{sdp}a=rtpmap:{number} PCMU/8000\r\n");
        assert_eq!(
            b.refuses(SdpType::Offer, &sdp),
            ErrorName::InvalidAccessError
        );
    }
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn an_answer_cannot_give_the_number_of_an_extension_another_meaning() {
    let (mut a, mut b) = pair();
    a.audio();
    let offer = a.set_implicitly();
    b.set_remote(&offer);
    let answer = b.set_implicitly();
    let (one, other) = (
        "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        "urn:ietf:params:rtp-hdrext:sdes:mid",
    );
    assert!(answer.sdp.contains(one) && answer.sdp.contains(other));
    let swapped = answer.sdp.replace(one, "swap");
    let swapped = swapped.replace(other, one).replace("swap", other);
    assert_eq!(
        a.refuses(SdpType::Answer, &swapped),
        ErrorName::InvalidAccessError
    );
    a.set_remote(&answer);
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn characters_that_ice_does_not_have_are_no_matter_of_syntax() {
    let (mut a, mut b) = pair();
    a.audio();
    let offer = a.set_implicitly();
    for attribute in ["a=ice-ufrag:", "a=ice-pwd:"] {
        let sdp = offer.sdp.replacen(attribute, &format!("{attribute}$"), 1);
        let call = Call::SetRemoteDescription(described(SdpType::Offer, &sdp));
        let error = b.outcome(call).unwrap_err();
        assert_eq!(error.name, ErrorName::InvalidAccessError);
        assert_eq!(error.detail, None);
    }
}

// api: RTCPeerConnection.iceGatheringState, RTCIceGatheringState.new
#[test]
fn an_exchange_that_leaves_no_transport_leaves_nothing_to_gather() {
    let (mut a, mut b) = pair();
    let transceiver = a.audio();
    negotiate(&mut a, &mut b);
    a.does(Call::StopTransceiver(transceiver));
    let offer = a.set_implicitly();
    b.set_remote(&offer);
    let settled = b.promise(Call::SetLocalDescription(None));
    while !b.settled.contains_key(&settled) {
        b.pull();
    }
    assert_eq!(b.session().ice_gathering_state(), IceGatheringState::New);
}

// api: RTCPeerConnection.ontrack, RTCRtpTransceiver.stop
#[test]
fn a_transceiver_that_is_stopping_still_gets_what_was_answered() {
    let (mut a, mut b) = pair();
    let transceiver = a.audio();
    b.add_track(stonechat_peerconnection::Kind::Audio, "t", &["s"]);
    let offer = a.offer();
    a.set_local(&offer);
    b.set_remote(&offer);
    let answer = b.set_implicitly();
    a.does(Call::StopTransceiver(transceiver));
    a.set_remote(&answer);
    assert_eq!(streams(&a), [["s"]]);
}

// api: RTCPeerConnection.sctp
#[test]
fn the_offer_of_a_peer_makes_the_transport_of_data_as_well() {
    let (mut a, mut b) = pair();
    a.channel("x");
    let offer = a.set_implicitly();
    b.set_remote(&offer);
    let sctp = b.session().sctp().unwrap();
    assert_eq!(sctp.state.as_str(), "connecting");
    assert_eq!(sctp.transport, None, "no description of ours names it yet");
    b.set_implicitly();
    assert!(b.session().sctp().unwrap().transport.is_some());
}

// api: RTCPeerConnection.addTrack, RTCSdpType.rollback
#[test]
fn a_transceiver_that_a_rollback_leaves_for_its_track_meets_the_offer_again() {
    let (mut a, mut b) = pair();
    a.add_track(stonechat_peerconnection::Kind::Audio, "ours", &["s"]);
    let offer = a.offer();
    a.set_local(&offer);
    b.set_remote(&offer);
    b.add_track(stonechat_peerconnection::Kind::Audio, "theirs", &["t"]);
    b.set_remote(&rollback());
    assert_eq!(b.transceivers().len(), 1);
    b.set_remote(&offer);
    assert_eq!(b.transceivers().len(), 1);
    let answer = b.set_implicitly();
    a.set_remote(&answer);
    assert_eq!(streams(&a), [["t"]]);
}
