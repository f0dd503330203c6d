//! Errors as JavaScript gets them.

use serde_json::{Map, Value, json};
use stonechat::{MediaDevicesError, RtcError, RtcErrorName};

/// An error that an operation throws or a promise is rejected with.
#[derive(Clone, Debug)]
pub(crate) struct Failure(Value);

impl Failure {
    pub(crate) fn new(name: &str, message: impl Into<String>) -> Self {
        Self(json!({ "name": name, "message": message.into() }))
    }

    pub(crate) fn type_error(message: impl Into<String>) -> Self {
        Self::new("TypeError", message)
    }

    pub(crate) fn invalid_state(message: impl Into<String>) -> Self {
        Self::new("InvalidStateError", message)
    }

    pub(crate) fn into_json(self) -> Value {
        self.0
    }
}

impl From<RtcError> for Failure {
    fn from(error: RtcError) -> Self {
        Self(rtc_error(&error))
    }
}

impl From<&RtcError> for Failure {
    fn from(error: &RtcError) -> Self {
        Self(rtc_error(error))
    }
}

impl From<MediaDevicesError> for Failure {
    fn from(error: MediaDevicesError) -> Self {
        let mut json = json!({ "name": error.name().as_str(), "message": error.message() });
        if let Some(constraint) = error.constraint() {
            json["constraint"] = constraint.into();
        }
        Self(json)
    }
}

/// `{ name, message }`, with the attributes of `RTCError` if it is one.
pub(crate) fn rtc_error(error: &RtcError) -> Value {
    let mut json = Map::new();
    json.insert("name".into(), error.name.as_str().into());
    json.insert("message".into(), error.message.clone().into());
    if let Some(detail) = &error.detail {
        json.insert("errorDetail".into(), detail.error_detail.as_str().into());
        let members = [
            ("sdpLineNumber", detail.sdp_line_number),
            ("sctpCauseCode", detail.sctp_cause_code.map(u32::from)),
            ("receivedAlert", detail.received_alert.map(u32::from)),
            ("sentAlert", detail.sent_alert.map(u32::from)),
            (
                "httpRequestStatusCode",
                detail.http_request_status_code.map(u32::from),
            ),
        ];
        for (name, value) in members {
            if let Some(value) = value {
                json.insert(name.into(), value.into());
            }
        }
    }
    Value::Object(json)
}

/// Something of the addon that does not exist.
pub(crate) fn unknown(what: &str) -> Failure {
    Failure::new(
        RtcErrorName::NotSupportedError.as_str(),
        format!("the addon does not know {what}"),
    )
}
