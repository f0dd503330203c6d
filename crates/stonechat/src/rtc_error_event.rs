//! `RTCErrorEvent` (webrtc-pc, section 11.4).

use crate::error::RtcError;

/// What `error` carries.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RtcErrorEvent {
    /// `error`: an `RTCError`, with its details.
    pub error: RtcError,
}

/// What an [`RtcErrorEvent`] is made of.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RtcErrorEventInit {
    /// `error`.
    pub error: RtcError,
}

impl RtcErrorEvent {
    /// The constructor.
    #[must_use]
    pub fn new(init: RtcErrorEventInit) -> Self {
        Self { error: init.error }
    }
}
