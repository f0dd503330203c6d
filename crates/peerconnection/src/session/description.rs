//! Descriptions and candidates as the application carries them.

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

/// `RTCIceCandidateInit`: a candidate as it came through signalling.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct IceCandidateInit {
    /// The candidate attribute, with or without `a=`; empty ends the candidates.
    pub candidate: String,
    /// The media section by identification.
    pub sdp_mid: Option<String>,
    /// The media section by index.
    pub sdp_m_line_index: Option<u16>,
    /// The generation.
    pub username_fragment: Option<String>,
}

/// `RTCIceCandidate`: a candidate of ours, to be carried to the peer.
#[derive(Clone, Debug, PartialEq)]
pub struct IceCandidate {
    /// The candidate; `None` ends the candidates of the generation.
    pub candidate: Option<Box<stonechat_ice::Candidate>>,
    /// The media section by identification.
    pub sdp_mid: Option<String>,
    /// The media section by index.
    pub sdp_m_line_index: Option<u16>,
    /// The generation.
    pub username_fragment: Option<String>,
}
