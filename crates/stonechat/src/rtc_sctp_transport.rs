//! `RTCSctpTransport` (webrtc-pc, section 6.1).

use std::sync::Arc;

use stonechat_peerconnection::{Event, SctpTransportState};

use crate::events::Events;
use crate::rtc_dtls_transport::RtcDtlsTransport;
use crate::shared::Shared;

/// The SCTP association under the data channels.
///
/// Cheap to clone; all of a peer connection are equal.
#[derive(Clone, Debug)]
pub struct RtcSctpTransport {
    shared: Arc<Shared>,
}

/// One event of the SCTP transport.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SctpEvent {
    /// `statechange`, with the state that it reports.
    StateChange(SctpTransportState),
}

impl RtcSctpTransport {
    pub(crate) fn new(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
        }
    }

    /// `transport`, while the section for data is negotiated.
    #[must_use]
    pub fn transport(&self) -> Option<RtcDtlsTransport> {
        let id = self.shared.session().sctp()?.transport?;
        Some(RtcDtlsTransport::new(&self.shared, id))
    }

    /// `state`.
    #[must_use]
    pub fn state(&self) -> SctpTransportState {
        self.shared
            .session()
            .sctp()
            .map_or(SctpTransportState::Closed, |sctp| sctp.state)
    }

    /// The events of the transport from now on. The first who asks also gets those of before.
    #[must_use]
    pub fn events(&self) -> Events<SctpEvent> {
        let events = self.shared.session().hub.sctp.subscribe();
        events.map(|event| match event {
            Event::SctpTransportStateChange(state) => Some(SctpEvent::StateChange(state)),
            _ => None,
        })
    }

    /// `maxMessageSize` in octets; `None` if neither side has a limit, which the W3C calls infinity.
    #[must_use]
    pub fn max_message_size(&self) -> Option<u64> {
        let max = self
            .shared
            .session()
            .sctp()
            .map_or(0, |sctp| sctp.max_message_size);
        (max != u64::MAX).then_some(max)
    }

    /// `maxChannels`, once connected.
    #[must_use]
    pub fn max_channels(&self) -> Option<u16> {
        self.shared.session().sctp()?.max_channels
    }
}

impl PartialEq for RtcSctpTransport {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl Eq for RtcSctpTransport {}
