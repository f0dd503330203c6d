//! `RTCIceCandidate` (webrtc-pc, section 4.8).

use stonechat_peerconnection::IceCandidate;

pub use stonechat_peerconnection::IceCandidateInit as RtcIceCandidateInit;

/// A candidate of ours, to be carried to the peer.
#[derive(Clone, Debug, PartialEq)]
pub struct RtcIceCandidate {
    inner: IceCandidate,
    url: Option<String>,
}

impl RtcIceCandidate {
    pub(crate) fn new(inner: IceCandidate, url: Option<String>) -> Self {
        Self { inner, url }
    }

    /// `candidate`: the text; empty if it ends the candidates of a generation.
    #[must_use]
    pub fn candidate(&self) -> String {
        self.inner
            .candidate
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default()
    }

    /// The fields of the candidate, unless it is empty.
    #[must_use]
    pub fn fields(&self) -> Option<&stonechat_ice::Candidate> {
        self.inner.candidate.as_deref()
    }

    /// `sdpMid`.
    #[must_use]
    pub fn sdp_mid(&self) -> Option<&str> {
        self.inner.sdp_mid.as_deref()
    }

    /// `sdpMLineIndex`.
    #[must_use]
    pub fn sdp_m_line_index(&self) -> Option<u16> {
        self.inner.sdp_m_line_index
    }

    /// `usernameFragment`.
    #[must_use]
    pub fn username_fragment(&self) -> Option<&str> {
        self.inner.username_fragment.as_deref()
    }

    /// `url`: the server that it came from.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// `toJSON()`: what signalling carries.
    #[must_use]
    pub fn to_init(&self) -> RtcIceCandidateInit {
        RtcIceCandidateInit {
            candidate: self.candidate(),
            sdp_mid: self.inner.sdp_mid.clone(),
            sdp_m_line_index: self.inner.sdp_m_line_index,
            username_fragment: self.inner.username_fragment.clone(),
        }
    }
}
