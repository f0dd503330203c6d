//! `RTCSessionDescription` and what the SDP has to be (webrtc-pc, section 4.6; RFC 8829, section
//! 5.8).

use stonechat_peerconnection::{
    Call, Error, ErrorDetailType, ErrorName, SdpType, SessionDescription, SignalingState, Which,
};

use crate::app::{App, described, negotiate, pair, sections, values, without};

/// An offer of audio, video and data, and who would answer it.
fn offer() -> (String, App) {
    let (mut a, b) = pair();
    a.audio();
    a.video();
    a.channel("x");
    (a.offer().sdp, b)
}

fn refused(sdp: &str) -> Error {
    let mut app = App::new("b");
    let error = app
        .outcome(Call::SetRemoteDescription(described(SdpType::Offer, sdp)))
        .expect_err(sdp);
    assert_eq!(app.state(), SignalingState::Stable);
    assert_eq!(app.description(Which::Remote), None);
    assert!(app.transceivers().is_empty());
    error
}

/// The description with the lines of one section changed.
fn with_section(sdp: &str, index: usize, change: impl Fn(&str) -> String) -> String {
    let head = &sdp[..sdp.find("m=").unwrap()];
    let mut text = head.to_owned();
    for (at, section) in sections(sdp).iter().enumerate() {
        if at == index {
            text += &change(section);
        } else {
            text += section;
        }
    }
    text
}

// api: RTCSessionDescription.type, RTCSessionDescription.sdp, RTCSessionDescriptionInit.type, RTCSessionDescriptionInit.sdp
#[test]
fn a_description_is_a_type_and_a_text() {
    let init = SessionDescription {
        kind: SdpType::Answer,
        sdp: String::from("v=0"),
    };
    assert_eq!((init.kind, init.sdp.as_str()), (SdpType::Answer, "v=0"));
}

// api: RTCSdpType.offer, RTCSdpType.pranswer, RTCSdpType.answer, RTCSdpType.rollback
#[test]
fn the_types_have_the_words_of_the_webidl() {
    let words = SdpType::ALL.map(SdpType::as_str);
    assert_eq!(words, ["offer", "pranswer", "answer", "rollback"]);
    assert!("Offer".parse::<SdpType>().is_err());
}

// api: RTCError.errorDetail, RTCError.sdpLineNumber, RTCErrorDetailType.sdp-syntax-error, RTCPeerConnection.setRemoteDescription
#[test]
fn a_syntax_error_names_its_line() {
    let (sdp, _) = offer();
    let lines: Vec<_> = sdp.lines().collect();
    for (at, bad) in [
        (1, "v=1"),
        (2, "o=x"),
        (5, "nonsense"),
        (7, "a=fingerprint:x x x"),
    ] {
        let text: String = lines
            .iter()
            .enumerate()
            .map(|(index, line)| {
                let line = if index + 1 == at { bad } else { line };
                format!("{line}\r\n")
            })
            .collect();
        let error = refused(&text);
        assert_eq!(error.name, ErrorName::OperationError);
        assert_eq!(error.error_detail(), Some(ErrorDetailType::SdpSyntaxError));
        let number = error.detail.unwrap().sdp_line_number;
        assert_eq!(number, u32::try_from(at).ok(), "{bad}");
    }
}

// api: RTCError.errorDetail, RTCSessionDescriptionInit.sdp
#[test]
fn an_empty_text_is_a_syntax_error() {
    let error = refused("");
    assert_eq!(error.error_detail(), Some(ErrorDetailType::SdpSyntaxError));
}

// api: RTCPeerConnection.setRemoteDescription, RTCRtcpMuxPolicy.require
#[test]
fn a_section_without_rtcp_mux_is_an_invalid_access() {
    let (sdp, _) = offer();
    let error = refused(&without(&sdp, "a=rtcp-mux"));
    assert_eq!(error.name, ErrorName::InvalidAccessError);
    assert_eq!(error.error_detail(), None);
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn a_transport_needs_credentials_and_a_fingerprint() {
    let (sdp, _) = offer();
    for line in ["a=ice-ufrag", "a=ice-pwd", "a=fingerprint"] {
        assert_eq!(
            refused(&without(&sdp, line)).name,
            ErrorName::InvalidAccessError
        );
    }
    let unknown: String = sdp
        .lines()
        .map(|line| match line.strip_prefix("a=fingerprint:sha-256 ") {
            Some(digest) => format!("a=fingerprint:sha-999 {}\r\n", &digest[..59]),
            None => format!("{line}\r\n"),
        })
        .collect();
    assert_eq!(refused(&unknown).name, ErrorName::InvalidAccessError);
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn credentials_and_fingerprint_may_stand_at_the_session() {
    let (mut a, mut b) = pair();
    a.channel("x");
    let sdp = a.offer().sdp;
    let moved: String = ["a=ice-ufrag:", "a=ice-pwd:", "a=fingerprint:", "a=setup:"]
        .iter()
        .flat_map(|start| {
            values(&sdp, start)
                .into_iter()
                .map(move |value| format!("{start}{value}\r\n"))
        })
        .collect();
    let mut rest = sdp;
    for line in ["a=ice-ufrag:", "a=ice-pwd:", "a=fingerprint:", "a=setup:"] {
        rest = without(&rest, line);
    }
    let at = rest.find("m=").unwrap();
    rest.insert_str(at, &moved);
    b.set_remote(&described(SdpType::Offer, &rest));
    assert_eq!(b.set_implicitly().kind, SdpType::Answer);
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn one_mid_names_one_section() {
    let (sdp, _) = offer();
    let twice = sdp
        .replace("a=mid:1", "a=mid:0")
        .replace("BUNDLE 0 1 2", "BUNDLE 0 2");
    assert_eq!(refused(&twice).name, ErrorName::InvalidAccessError);
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn a_bundle_names_sections_that_are_there_and_each_once() {
    let (sdp, _) = offer();
    let unknown = sdp.replace("BUNDLE 0 1 2", "BUNDLE 0 1 2 9");
    assert_eq!(refused(&unknown).name, ErrorName::InvalidAccessError);
    let twice = sdp.replace(
        "a=group:BUNDLE 0 1 2",
        "a=group:BUNDLE 0 1 2\r\na=group:BUNDLE 1",
    );
    assert_eq!(refused(&twice).name, ErrorName::InvalidAccessError);
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn an_offer_keeps_the_sections_that_there_are() {
    let (mut a, mut b) = pair();
    a.audio();
    a.video();
    negotiate(&mut a, &mut b);
    let offer = a.offer().sdp;
    let head = &offer[..offer.find("m=").unwrap()];
    let parts = sections(&offer);
    let fewer = format!("{}{}", head.replace("BUNDLE 0 1", "BUNDLE 0"), parts[0]);
    assert_eq!(
        b.refuses(SdpType::Offer, &fewer),
        ErrorName::InvalidAccessError
    );
    let swapped = format!("{head}{}{}", parts[1], parts[0]);
    assert_eq!(
        b.refuses(SdpType::Offer, &swapped),
        ErrorName::InvalidAccessError
    );
    let renamed = offer
        .replace("a=mid:1", "a=mid:x")
        .replace("BUNDLE 0 1", "BUNDLE 0 x");
    assert_eq!(
        b.refuses(SdpType::Offer, &renamed),
        ErrorName::InvalidAccessError
    );
    assert_eq!(b.state(), SignalingState::Stable);
    b.set_remote(&described(SdpType::Offer, &offer));
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn offers_back_to_back_are_checked_as_if_they_had_been_answered() {
    let (mut a, mut b) = pair();
    a.audio();
    negotiate(&mut a, &mut b);
    a.video();
    let first = a.offer();
    b.set_remote(&first);
    let head = &first.sdp[..first.sdp.find("m=").unwrap()];
    let only = format!(
        "{}{}",
        head.replace("BUNDLE 0 1", "BUNDLE 0"),
        sections(&first.sdp)[0]
    );
    b.set_remote(&described(SdpType::Offer, &only));
    assert_eq!(
        sections(&b.description(Which::Remote).unwrap().sdp).len(),
        1
    );
}

/// An offer of audio, video and data that `a` has set, and the answer.
fn answered() -> (App, String) {
    let (mut a, mut b) = pair();
    a.audio();
    a.video();
    a.channel("x");
    let offer = a.set_implicitly();
    b.set_remote(&offer);
    (a, b.answer().sdp)
}

fn answer_is_refused(change: impl Fn(&str) -> String) {
    let (mut a, sdp) = answered();
    let changed = change(&sdp);
    assert_ne!(sdp, changed, "the change changes nothing");
    for kind in [SdpType::Answer, SdpType::Pranswer] {
        assert_eq!(
            a.refuses(kind, &changed),
            ErrorName::InvalidAccessError,
            "{changed}"
        );
        assert_eq!(a.state(), SignalingState::HaveLocalOffer);
    }
    a.set_remote(&described(SdpType::Answer, &sdp));
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn an_answer_has_as_many_sections_as_the_offer() {
    answer_is_refused(|sdp| {
        let head = sdp[..sdp.find("m=").unwrap()].replace("0 1 2", "0 1");
        let parts = sections(sdp);
        format!("{head}{}{}", parts[0], parts[1])
    });
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn an_answer_has_the_kinds_of_the_offer_in_its_order() {
    answer_is_refused(|sdp| sdp.replace("m=video", "m=audio"));
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn an_answer_has_the_protocols_of_the_offer() {
    answer_is_refused(|sdp| {
        with_section(sdp, 0, |section| {
            section.replace("UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP")
        })
    });
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn an_answer_has_the_mids_of_the_offer() {
    answer_is_refused(|sdp| sdp.replace("a=mid:1", "a=mid:9").replace("0 1 2", "0 9 2"));
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn an_answer_decides_who_begins_the_handshake() {
    answer_is_refused(|sdp| sdp.replace("a=setup:active", "a=setup:actpass"));
    answer_is_refused(|sdp| sdp.replace("a=setup:active", "a=setup:holdconn"));
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn an_answer_bundles_only_what_the_offer_bundled() {
    let (mut a, mut b) = pair();
    a.audio();
    let offer = a.set_implicitly();
    let alone = without(&offer.sdp, "a=group");
    b.set_remote(&described(SdpType::Offer, &alone));
    let answer = b.answer().sdp;
    assert!(values(&answer, "a=group:BUNDLE").is_empty());
    let bundled = answer.replacen("a=extmap-allow-mixed", "a=group:BUNDLE 0 7\r\na=x", 1);
    assert_eq!(
        a.refuses(SdpType::Answer, &bundled),
        ErrorName::InvalidAccessError
    );
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn an_answer_takes_nothing_that_was_not_offered() {
    let (mut a, mut b) = pair();
    a.audio();
    a.video();
    negotiate(&mut a, &mut b);
    let stopped = a.transceivers()[1].id;
    a.does(Call::StopTransceiver(stopped));
    a.pull_all();
    let offer = a.set_implicitly();
    b.set_remote(&offer);
    let answer = b.answer().sdp;
    let taken = with_section(&answer, 1, |section| {
        section.replace("m=video 0", "m=video 9")
    });
    assert_eq!(
        a.refuses(SdpType::Answer, &taken),
        ErrorName::InvalidAccessError
    );
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn an_answer_restarts_ice_only_if_the_offer_did() {
    let (mut a, mut b) = pair();
    a.audio();
    negotiate(&mut a, &mut b);
    let offer = a.set_implicitly();
    b.set_remote(&offer);
    let answer = b.answer().sdp;
    let ufrag = values(&answer, "a=ice-ufrag:").remove(0);
    let restarted = answer.replace(&ufrag, "other");
    assert_eq!(
        a.refuses(SdpType::Answer, &restarted),
        ErrorName::InvalidAccessError
    );
    a.set_remote(&described(SdpType::Answer, &answer));
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn an_answer_restarts_ice_if_the_offer_did() {
    let (mut a, mut b) = pair();
    a.audio();
    let (_, first) = negotiate(&mut a, &mut b);
    a.does(Call::RestartIce);
    let offer = a.set_implicitly();
    b.set_remote(&offer);
    let mut answer = b.answer().sdp;
    for line in ["a=ice-ufrag:", "a=ice-pwd:"] {
        let new = values(&answer, line).remove(0);
        answer = answer.replace(&new, &values(&first.sdp, line)[0]);
    }
    assert_eq!(
        a.refuses(SdpType::Answer, &answer),
        ErrorName::InvalidAccessError
    );
    let lite = answer.replacen("a=extmap-allow-mixed", "a=ice-lite", 1);
    a.set_remote(&described(SdpType::Answer, &lite));
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn another_certificate_needs_new_ice_credentials() {
    let (mut a, mut b) = pair();
    a.audio();
    negotiate(&mut a, &mut b);
    let offer = a.offer().sdp;
    let digest = values(&offer, "a=fingerprint:").remove(0);
    let other = format!("sha-256 {}", ["AB"; 32].join(":"));
    let changed = offer.replace(&digest, &other);
    assert_eq!(
        b.refuses(SdpType::Offer, &changed),
        ErrorName::InvalidAccessError
    );
    let ufrag = values(&offer, "a=ice-ufrag:").remove(0);
    let restarted = changed.replace(&ufrag, "other");
    b.set_remote(&described(SdpType::Offer, &restarted));
    let answer = b.set_implicitly();
    assert_ne!(
        values(&answer.sdp, "a=ice-ufrag:"),
        values(&offer, "a=ice-ufrag:")
    );
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn another_tls_id_needs_new_ice_credentials() {
    let (mut a, mut b) = pair();
    a.audio();
    let (_, answer) = negotiate(&mut a, &mut b);
    let offer = a.offer().sdp;
    let id = values(&offer, "a=tls-id:").remove(0);
    let changed = offer.replace(&id, "abcdefghijklmnopqrstuvwxyz");
    assert_eq!(
        b.refuses(SdpType::Offer, &changed),
        ErrorName::InvalidAccessError
    );
    let ufrag = values(&offer, "a=ice-ufrag:").remove(0);
    b.set_remote(&described(
        SdpType::Offer,
        &changed.replace(&ufrag, "other"),
    ));
    let again = b.set_implicitly();
    assert_ne!(
        values(&again.sdp, "a=tls-id:"),
        values(&answer.sdp, "a=tls-id:")
    );
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn two_extensions_have_two_numbers() {
    let (sdp, _) = offer();
    let twice = with_section(&sdp, 0, |section| {
        let first = values(section, "a=extmap:").remove(0);
        let number = first.split(' ').next().unwrap().to_owned();
        format!("{section}a=extmap:{number} urn:example:other\r\n")
    });
    assert_eq!(refused(&twice).name, ErrorName::InvalidAccessError);
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn an_extension_that_is_there_twice_is_one() {
    let (sdp, _) = offer();
    let twice = with_section(&sdp, 0, |section| {
        let first = values(section, "a=extmap:").remove(0);
        format!("{section}a=extmap:{first}\r\n")
    });
    assert_ne!(twice, sdp);
    let mut b = App::new("b");
    b.set_remote(&described(SdpType::Offer, &twice));
    let answer = b.set_implicitly();
    let extensions = values(&answer.sdp, "a=extmap:");
    let first = values(&sdp, "a=extmap:").remove(0);
    let same = extensions.iter().filter(|line| **line == first);
    assert_eq!(same.count(), 1);
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn a_description_that_is_too_long_is_refused() {
    let (sdp, _) = offer();
    let long = format!("{sdp}a=x:{}\r\n", "y".repeat(2 << 20));
    let error = refused(&long);
    assert_eq!(error.error_detail(), Some(ErrorDetailType::SdpSyntaxError));
}
