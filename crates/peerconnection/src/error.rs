//! The errors of the W3C API.

/// An error by its DOMException name, with a text that says what to do.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}: {message}", .name.as_str())]
pub struct Error {
    /// The name.
    pub name: ErrorName,
    /// What is wrong and what to do.
    pub message: String,
}

impl Error {
    /// An error of this name.
    #[must_use]
    pub fn new(name: ErrorName, message: impl Into<String>) -> Self {
        Self {
            name,
            message: message.into(),
        }
    }
}

/// The names of errors that webrtc-pc uses.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ErrorName {
    /// The peer connection or object is in a state that does not allow the call.
    InvalidStateError,
    /// An argument cannot be used here.
    InvalidAccessError,
    /// The configuration or codec list was changed in a way that is not allowed.
    InvalidModificationError,
    /// The object does not belong to this peer connection.
    NotFoundError,
    /// The operation failed for a reason of its own, such as a full buffer.
    OperationError,
    /// A number is out of range.
    RangeError,
    /// The SDP is malformed or cannot be accepted.
    RtcError,
    /// A text is malformed.
    SyntaxError,
    /// An argument is of the wrong type or value.
    TypeError,
    /// Something is not supported.
    NotSupportedError,
    /// The network failed.
    NetworkError,
}

impl ErrorName {
    /// The W3C word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidStateError => "InvalidStateError",
            Self::InvalidAccessError => "InvalidAccessError",
            Self::InvalidModificationError => "InvalidModificationError",
            Self::NotFoundError => "NotFoundError",
            Self::OperationError => "OperationError",
            Self::RangeError => "RangeError",
            Self::RtcError => "RTCError",
            Self::SyntaxError => "SyntaxError",
            Self::TypeError => "TypeError",
            Self::NotSupportedError => "NotSupportedError",
            Self::NetworkError => "NetworkError",
        }
    }
}
