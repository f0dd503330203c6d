//! `RTCIceTransport` (webrtc-pc, section 5.6).

use std::sync::Arc;

use stonechat_peerconnection::session::TransportView;
use stonechat_peerconnection::{Event, TransportId};

use crate::events::Events;
use crate::rtc_ice_candidate::{RtcIceCandidate, RtcIceCandidatePair};
use crate::shared::Shared;

pub use stonechat_peerconnection::{
    IceComponent as RtcIceComponent, IceGathererState as RtcIceGathererState,
    IceParameters as RtcIceParameters, IceRole as RtcIceRole,
    IceTransportState as RtcIceTransportState,
};

/// The ICE transport under a DTLS transport.
///
/// Cheap to clone; all clones are equal, and equal to what later calls give of the same transport.
#[derive(Clone, Debug)]
pub struct RtcIceTransport {
    shared: Arc<Shared>,
    id: TransportId,
}

/// One event of an ICE transport; those of states carry the state that they report.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum IceEvent {
    /// `statechange`.
    StateChange(RtcIceTransportState),
    /// `gatheringstatechange`.
    GatheringStateChange(RtcIceGathererState),
    /// `selectedcandidatepairchange`.
    SelectedCandidatePairChange,
}

impl RtcIceTransport {
    pub(crate) fn new(shared: &Arc<Shared>, id: TransportId) -> Self {
        Self {
            shared: Arc::clone(shared),
            id,
        }
    }

    /// `role`.
    #[must_use]
    pub fn role(&self) -> RtcIceRole {
        self.view().map_or(RtcIceRole::Unknown, |view| view.role)
    }

    /// `state`.
    #[must_use]
    pub fn state(&self) -> RtcIceTransportState {
        self.view()
            .map_or(RtcIceTransportState::Closed, |view| view.ice_state)
    }

    /// `gatheringState`.
    #[must_use]
    pub fn gathering_state(&self) -> RtcIceGathererState {
        self.view()
            .map_or(RtcIceGathererState::Complete, |view| view.gathering_state)
    }

    /// `getLocalCandidates()`.
    #[must_use]
    pub fn get_local_candidates(&self) -> Vec<RtcIceCandidate> {
        self.view()
            .map(|view| view.local_candidates)
            .unwrap_or_default()
    }

    /// `component`: `rtp`, because RTCP is always multiplexed with RTP.
    #[must_use]
    pub fn component(&self) -> RtcIceComponent {
        RtcIceComponent::Rtp
    }

    /// `getRemoteCandidates()`: what was added, without peer-reflexive ones.
    #[must_use]
    pub fn get_remote_candidates(&self) -> Vec<RtcIceCandidate> {
        self.view()
            .map(|view| view.remote_candidates)
            .unwrap_or_default()
    }

    /// `getLocalParameters()`, once a local description has them.
    #[must_use]
    pub fn get_local_parameters(&self) -> Option<RtcIceParameters> {
        self.view()?.local_parameters
    }

    /// `getRemoteParameters()`, once both descriptions fit together.
    #[must_use]
    pub fn get_remote_parameters(&self) -> Option<RtcIceParameters> {
        self.view()?.remote_parameters
    }

    /// `getSelectedCandidatePair()`.
    #[must_use]
    pub fn get_selected_candidate_pair(&self) -> Option<RtcIceCandidatePair> {
        self.view()?.selected_pair
    }

    /// The events of the transport from now on. The first who asks also gets those of before.
    #[must_use]
    pub fn events(&self) -> Events<IceEvent> {
        let events = self.shared.session().hub.transport(self.id).ice.subscribe();
        events.map(|event| {
            Some(match event {
                Event::IceTransportStateChange(_, state) => IceEvent::StateChange(state),
                Event::IceTransportGatheringStateChange(_, state) => {
                    IceEvent::GatheringStateChange(state)
                }
                Event::SelectedCandidatePairChange(_) => IceEvent::SelectedCandidatePairChange,
                _ => return None,
            })
        })
    }

    fn view(&self) -> Option<TransportView> {
        self.shared.session().transport(self.id)
    }
}

impl PartialEq for RtcIceTransport {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared) && self.id == other.id
    }
}

impl Eq for RtcIceTransport {}
