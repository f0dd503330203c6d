//! `RTCError` (webrtc-pc, section 11.1).

use stonechat::{RtcError, RtcErrorDetail, RtcErrorDetailType, RtcErrorName};

// api: RTCError.constructor, RTCError.errorDetail, RTCErrorInit.errorDetail
// api: RTCErrorDetailType.hardware-encoder-not-available
// api: RTCErrorDetailType.hardware-encoder-error
#[test]
fn an_rtc_error_is_an_operation_error_and_any_other_has_no_detail() {
    for error_detail in [
        RtcErrorDetailType::HardwareEncoderNotAvailable,
        RtcErrorDetailType::HardwareEncoderError,
    ] {
        let init = RtcErrorDetail {
            error_detail,
            ..RtcErrorDetail::default()
        };
        let error = RtcError::rtc(init, "no encoder");
        assert_eq!(error.name, RtcErrorName::OperationError);
        assert_eq!(error.message, "no encoder");
        assert_eq!(error.error_detail(), Some(error_detail));
    }
    let plain = RtcError::new(RtcErrorName::TypeError, "not that");
    assert_eq!(plain.name, RtcErrorName::TypeError);
    assert_eq!(plain.error_detail(), None);
    assert_eq!(plain.to_string(), "TypeError: not that");
}

// api: RTCErrorInit.sdpLineNumber, RTCErrorInit.sctpCauseCode, RTCErrorInit.receivedAlert
// api: RTCErrorInit.sentAlert
#[test]
fn the_details_of_an_rtc_error_are_nothing_unless_they_are_given() {
    let error = RtcError::rtc(RtcErrorDetail::default(), "");
    let detail = error.detail.unwrap();
    assert_eq!(
        (detail.sdp_line_number, detail.sctp_cause_code),
        (None, None)
    );
    assert_eq!((detail.received_alert, detail.sent_alert), (None, None));
    let init = RtcErrorDetail {
        sdp_line_number: Some(7),
        sctp_cause_code: Some(12),
        received_alert: Some(42),
        sent_alert: Some(40),
        ..RtcErrorDetail::default()
    };
    let detail = RtcError::rtc(init, "").detail.unwrap();
    assert_eq!(detail.sdp_line_number, Some(7));
    assert_eq!(detail.sctp_cause_code, Some(12));
    assert_eq!(detail.received_alert, Some(42));
    assert_eq!(detail.sent_alert, Some(40));
}
