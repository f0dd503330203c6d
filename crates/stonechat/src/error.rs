//! Errors by their DOMException names.

pub use stonechat_peerconnection::{
    Error as RtcError, ErrorDetail as RtcErrorDetail, ErrorDetailType as RtcErrorDetailType,
    ErrorName as RtcErrorName,
};

/// What every call answers after the end.
pub(crate) fn closed() -> RtcError {
    RtcError::new(
        RtcErrorName::InvalidStateError,
        "the peer connection is closed",
    )
}
