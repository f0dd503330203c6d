//! When a peer connection reached which state.

use std::sync::{Arc, Mutex, PoisonError};

use stonechat::{
    DtlsEvent, PeerConnectionEvent, RtcDtlsTransportState, RtcIceConnectionState,
    RtcIceGatheringState, RtcPeerConnectionState, RtcSctpTransport, RtcSctpTransportState,
    RtcSignalingState, SctpEvent,
};
use tokio::time::Instant;

/// Milestones and when they were reached, from the start on.
#[derive(Clone)]
pub(crate) struct Timings {
    start: Instant,
    reached: Arc<Mutex<Vec<(&'static str, f64)>>>,
}

impl Timings {
    pub(crate) fn start() -> Self {
        Self {
            start: Instant::now(),
            reached: Arc::default(),
        }
    }

    /// Notes a milestone; the first time counts.
    pub(crate) fn mark(&self, name: &'static str) {
        let at = self.start.elapsed().as_secs_f64() * 1000.0;
        let mut reached = self.reached.lock().unwrap_or_else(PoisonError::into_inner);
        if !reached.iter().any(|(other, _)| *other == name) {
            reached.push((name, at));
        }
    }

    /// Notes what an event tells.
    pub(crate) fn note(&self, event: &PeerConnectionEvent) {
        use PeerConnectionEvent as E;
        let name = match event {
            E::SignalingStateChange(RtcSignalingState::HaveLocalOffer) => "offered",
            E::SignalingStateChange(RtcSignalingState::Stable) => "answered",
            E::IceGatheringStateChange(RtcIceGatheringState::Complete) => "gathered",
            E::IceConnectionStateChange(RtcIceConnectionState::Checking) => "ice_checking",
            E::IceConnectionStateChange(
                RtcIceConnectionState::Connected | RtcIceConnectionState::Completed,
            ) => "ice_connected",
            E::ConnectionStateChange(RtcPeerConnectionState::Connected) => "connected",
            _ => return,
        };
        self.mark(name);
    }

    /// Notes when the transports of data are connected.
    pub(crate) async fn watch(self, sctp: RtcSctpTransport) {
        let mut associations = sctp.events();
        if let Some(dtls) = sctp.transport() {
            let mut handshakes = dtls.events();
            while let Some(event) = handshakes.next().await {
                if event == DtlsEvent::StateChange(RtcDtlsTransportState::Connected) {
                    self.mark("dtls_connected");
                    break;
                }
            }
        }
        while let Some(event) = associations.next().await {
            if event == SctpEvent::StateChange(RtcSctpTransportState::Connected) {
                self.mark("sctp_connected");
                break;
            }
        }
    }

    /// Milestones in their order, with milliseconds from the start.
    pub(crate) fn reached(&self) -> Vec<(&'static str, f64)> {
        let mut reached = self
            .reached
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        reached.sort_by(|(_, a), (_, b)| a.total_cmp(b));
        reached
    }
}
