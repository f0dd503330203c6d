//! Descriptions as the application carries them.

use super::call::Call;

crate::w3c_enums! {
    /// `RTCSdpType`.
    SdpType {
        /// An offer.
        #[default]
        Offer = "offer",
        /// A provisional answer.
        Pranswer = "pranswer",
        /// An answer.
        Answer = "answer",
        /// Back to the last stable state.
        Rollback = "rollback",
    }
}

/// `RTCSessionDescription`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SessionDescription {
    /// What it is.
    pub kind: SdpType,
    /// The text; empty for a rollback, or for the description to be made.
    pub sdp: String,
}

impl SessionDescription {
    /// The constructor.
    #[must_use]
    pub fn new(init: SessionDescriptionInit) -> Self {
        Self {
            kind: init.kind,
            sdp: init.sdp,
        }
    }

    /// `toJSON()`: what signalling carries. `type` is [`kind`](Self::kind) here.
    #[must_use]
    pub fn to_json(&self) -> SessionDescriptionInit {
        SessionDescriptionInit {
            kind: self.kind,
            sdp: self.sdp.clone(),
        }
    }
}

/// `RTCSessionDescriptionInit`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SessionDescriptionInit {
    /// `type`: what it is.
    pub kind: SdpType,
    /// `sdp`: the text; not looked at if it is a rollback.
    pub sdp: String,
}

impl From<SessionDescriptionInit> for SessionDescription {
    fn from(init: SessionDescriptionInit) -> Self {
        Self::new(init)
    }
}

/// `RTCLocalSessionDescriptionInit`: what `setLocalDescription()` takes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct LocalSessionDescriptionInit {
    /// What it is; `None` lets the signalling state decide.
    pub kind: Option<SdpType>,
    /// The text; empty for a rollback, or for the description to be made.
    pub sdp: String,
}

impl From<LocalSessionDescriptionInit> for Call {
    fn from(init: LocalSessionDescriptionInit) -> Self {
        match init.kind {
            Some(kind) => Self::SetLocalDescription(Some(SessionDescription {
                kind,
                sdp: init.sdp,
            })),
            None => Self::SetInferredLocalDescription(init.sdp),
        }
    }
}
