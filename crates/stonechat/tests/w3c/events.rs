//! The event interfaces and their constructors.

use stonechat::{
    RtcError, RtcErrorDetail, RtcErrorDetailType, RtcErrorEvent, RtcErrorEventInit, RtcErrorName,
    RtcIceCandidate, RtcLocalIceCandidateInit, RtcPeerConnectionIceErrorEvent,
    RtcPeerConnectionIceErrorEventInit, RtcPeerConnectionIceEvent, RtcPeerConnectionIceEventInit,
};

// api: RTCPeerConnectionIceEvent.constructor, RTCPeerConnectionIceEvent.candidate
// api: RTCPeerConnectionIceEvent.url, RTCPeerConnectionIceEventInit.candidate
// api: RTCPeerConnectionIceEventInit.url
#[test]
fn an_ice_event_has_what_it_was_made_with() {
    let empty = RtcPeerConnectionIceEvent::new(RtcPeerConnectionIceEventInit::default());
    assert_eq!((empty.candidate, empty.url), (None, None));
    let candidate = RtcIceCandidate::new(RtcLocalIceCandidateInit {
        sdp_mid: Some("0".to_owned()),
        ..RtcLocalIceCandidateInit::default()
    })
    .unwrap();
    let event = RtcPeerConnectionIceEvent::new(RtcPeerConnectionIceEventInit {
        candidate: Some(candidate.clone()),
        url: Some("stun:192.0.2.1".to_owned()),
    });
    assert_eq!(event.candidate, Some(candidate));
    assert_eq!(event.url.as_deref(), Some("stun:192.0.2.1"));
}

// api: RTCPeerConnectionIceErrorEvent.constructor
// api: RTCPeerConnectionIceErrorEvent.address, RTCPeerConnectionIceErrorEvent.port
// api: RTCPeerConnectionIceErrorEvent.url, RTCPeerConnectionIceErrorEvent.errorCode
// api: RTCPeerConnectionIceErrorEvent.errorText, RTCPeerConnectionIceErrorEventInit.address
// api: RTCPeerConnectionIceErrorEventInit.port, RTCPeerConnectionIceErrorEventInit.url
// api: RTCPeerConnectionIceErrorEventInit.errorCode
// api: RTCPeerConnectionIceErrorEventInit.errorText
#[test]
fn an_ice_error_event_has_what_it_was_made_with() {
    let event = RtcPeerConnectionIceErrorEvent::new(RtcPeerConnectionIceErrorEventInit {
        address: Some("192.0.2.7".to_owned()),
        port: Some(4000),
        url: "turn:192.0.2.1".to_owned(),
        error_code: 401,
        error_text: "Unauthorized".to_owned(),
    });
    assert_eq!(event.address.as_deref(), Some("192.0.2.7"));
    assert_eq!(event.port, Some(4000));
    assert_eq!(event.url, "turn:192.0.2.1");
    assert_eq!(event.error_code, 401);
    assert_eq!(event.error_text, "Unauthorized");
}

// api: RTCErrorEvent.constructor, RTCErrorEvent.error, RTCErrorEventInit.error
// api: RTCError.constructor, RTCError.errorDetail, RTCError.receivedAlert, RTCErrorInit.errorDetail
// api: RTCErrorInit.receivedAlert
#[test]
fn an_error_event_has_its_error_with_all_details() {
    let init = RtcErrorDetail {
        error_detail: RtcErrorDetailType::DtlsFailure,
        received_alert: Some(42),
        ..RtcErrorDetail::default()
    };
    let error = RtcError::rtc(init.clone(), "bad certificate");
    let event = RtcErrorEvent::new(RtcErrorEventInit {
        error: error.clone(),
    });
    assert_eq!(event.error, error);
    assert_eq!(event.error.name, RtcErrorName::OperationError);
    assert_eq!(event.error.detail.as_deref(), Some(&init));
}
