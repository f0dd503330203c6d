//! `RTCSctpTransport` (webrtc-pc, section 6.1).

use std::sync::Arc;

use stonechat_peerconnection::SctpTransportState;

use crate::rtc_dtls_transport::RtcDtlsTransport;
use crate::shared::Shared;

/// The SCTP association under the data channels.
#[derive(Clone, Debug)]
pub struct RtcSctpTransport {
    shared: Arc<Shared>,
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
        let id = self.shared.session().sctp()?.transport;
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

    /// `maxMessageSize` in octets; `None` if the peer has no limit.
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
