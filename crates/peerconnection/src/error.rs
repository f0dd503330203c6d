//! The errors of the W3C API.

/// An error by its DOMException name, with a text that says what to do.
///
/// Also `RTCError` (webrtc-pc, section 11.1): then [`detail`](Self::detail) says more.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}: {message}", .name.as_str())]
pub struct Error {
    /// The name.
    pub name: ErrorName,
    /// What is wrong and what to do.
    pub message: String,
    /// What an `RTCError` adds.
    pub detail: Option<Box<ErrorDetail>>,
}

/// What `RTCError` adds to a `DOMException` (webrtc-pc, section 11.1).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ErrorDetail {
    /// `errorDetail`.
    pub error_detail: ErrorDetailType,
    /// `sdpLineNumber`: the line of the SDP that is at fault, from 1, for
    /// [`SdpSyntaxError`](ErrorDetailType::SdpSyntaxError).
    pub sdp_line_number: Option<u32>,
    /// `sctpCauseCode`, for [`SctpFailure`](ErrorDetailType::SctpFailure).
    pub sctp_cause_code: Option<u16>,
    /// `receivedAlert`: the DTLS alert that came, for [`DtlsFailure`](ErrorDetailType::DtlsFailure).
    pub received_alert: Option<u8>,
    /// `sentAlert`: the DTLS alert that was sent, for [`DtlsFailure`](ErrorDetailType::DtlsFailure).
    pub sent_alert: Option<u8>,
    /// `httpRequestStatusCode` (webrtc-identity).
    pub http_request_status_code: Option<u16>,
}

impl Error {
    /// An error of this name.
    #[must_use]
    pub fn new(name: ErrorName, message: impl Into<String>) -> Self {
        Self {
            name,
            message: message.into(),
            detail: None,
        }
    }

    /// An `RTCError`; its name is `OperationError`.
    #[must_use]
    pub fn rtc(detail: ErrorDetail, message: impl Into<String>) -> Self {
        Self {
            name: ErrorName::OperationError,
            message: message.into(),
            detail: Some(Box::new(detail)),
        }
    }

    /// `errorDetail`, if it is an `RTCError`.
    #[must_use]
    pub fn error_detail(&self) -> Option<ErrorDetailType> {
        self.detail.as_ref().map(|detail| detail.error_detail)
    }
}

crate::w3c_enums! {
    /// `RTCErrorDetailType`, with the values of webrtc-identity.
    ErrorDetailType {
        /// The data channel failed.
        #[default]
        DataChannelFailure = "data-channel-failure",
        /// The DTLS handshake failed, or an alert ended the connection.
        DtlsFailure = "dtls-failure",
        /// The certificate of the peer has none of the fingerprints that were signalled.
        FingerprintFailure = "fingerprint-failure",
        /// The SCTP association failed.
        SctpFailure = "sctp-failure",
        /// The SDP does not follow the grammar.
        SdpSyntaxError = "sdp-syntax-error",
        /// The encoder or decoder is not there.
        HardwareEncoderNotAvailable = "hardware-encoder-not-available",
        /// The encoder cannot be used with these parameters.
        HardwareEncoderError = "hardware-encoder-error",
        /// The identity provider's script failed.
        IdpBadScriptFailure = "idp-bad-script-failure",
        /// The identity provider could not be executed.
        IdpExecutionFailure = "idp-execution-failure",
        /// The identity provider could not be loaded.
        IdpLoadFailure = "idp-load-failure",
        /// The identity provider wants the user to log in.
        IdpNeedLogin = "idp-need-login",
        /// The identity provider took too long.
        IdpTimeout = "idp-timeout",
        /// The identity provider uses TLS in a way that is not allowed.
        IdpTlsFailure = "idp-tls-failure",
        /// The token has expired.
        IdpTokenExpired = "idp-token-expired",
        /// The token is not valid.
        IdpTokenInvalid = "idp-token-invalid",
    }

    /// The names of errors of the WebRTC API.
    ErrorName {
        /// The object is in a state that does not allow the call.
        #[default]
        InvalidStateError = "InvalidStateError",
        /// An argument cannot be used here.
        InvalidAccessError = "InvalidAccessError",
        /// What was changed may not be changed.
        InvalidModificationError = "InvalidModificationError",
        /// A text has a character that it may not have.
        InvalidCharacterError = "InvalidCharacterError",
        /// What was asked for is not there.
        NotFoundError = "NotFoundError",
        /// The operation failed for a reason of its own, such as a full buffer.
        OperationError = "OperationError",
        /// A number is out of range.
        RangeError = "RangeError",
        /// A text is malformed.
        SyntaxError = "SyntaxError",
        /// An argument is of the wrong type or value.
        TypeError = "TypeError",
        /// Something is not supported.
        NotSupportedError = "NotSupportedError",
        /// The network failed.
        NetworkError = "NetworkError",
        /// The user or the system does not allow it.
        NotAllowedError = "NotAllowedError",
        /// A device exists and cannot be read.
        NotReadableError = "NotReadableError",
        /// No device meets the constraints.
        OverconstrainedError = "OverconstrainedError",
        /// It was given up.
        AbortError = "AbortError",
        /// It took too long.
        TimeoutError = "TimeoutError",
        /// The data is not what it should be.
        DataError = "DataError",
        /// It is not safe.
        SecurityError = "SecurityError",
    }
}
