//! `RTCIceTransport` (webrtc-pc, section 5.6).

use std::sync::Arc;

use stonechat_peerconnection::session::TransportView;
use stonechat_peerconnection::{IceGatheringState, IceTransportState, TransportId};

use crate::shared::Shared;

pub use stonechat_ice::{Candidate as RtcIceCandidateDescription, Role as RtcIceRole};

/// The ICE transport under a DTLS transport.
#[derive(Clone, Debug)]
pub struct RtcIceTransport {
    shared: Arc<Shared>,
    id: TransportId,
}

/// `RTCIceCandidatePair`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RtcIceCandidatePair {
    /// Our side.
    pub local: RtcIceCandidateDescription,
    /// The peer's side.
    pub remote: RtcIceCandidateDescription,
}

impl RtcIceTransport {
    pub(crate) fn new(shared: &Arc<Shared>, id: TransportId) -> Self {
        Self {
            shared: Arc::clone(shared),
            id,
        }
    }

    /// `state`.
    #[must_use]
    pub fn state(&self) -> IceTransportState {
        self.view()
            .map_or(IceTransportState::Closed, |view| view.ice_state)
    }

    /// `gatheringState`.
    #[must_use]
    pub fn gathering_state(&self) -> IceGatheringState {
        self.view()
            .map_or(IceGatheringState::Complete, |view| view.gathering_state)
    }

    /// `role`, while the transport lives.
    #[must_use]
    pub fn role(&self) -> Option<RtcIceRole> {
        Some(self.view()?.role)
    }

    /// `getLocalCandidates()`.
    #[must_use]
    pub fn local_candidates(&self) -> Vec<RtcIceCandidateDescription> {
        self.view()
            .map(|view| view.local_candidates)
            .unwrap_or_default()
    }

    /// `getSelectedCandidatePair()`.
    #[must_use]
    pub fn selected_candidate_pair(&self) -> Option<RtcIceCandidatePair> {
        let (local, remote) = self.view()?.selected_pair?;
        Some(RtcIceCandidatePair { local, remote })
    }

    fn view(&self) -> Option<TransportView> {
        self.shared.session().transport(self.id)
    }
}
