//! `RTCDtlsTransport` (webrtc-pc, section 5.5).

use std::sync::Arc;

use stonechat_peerconnection::{DtlsFact, DtlsTransportState, Event, TransportId};

use crate::events::Events;
use crate::rtc_error_event::{RtcErrorEvent, RtcErrorEventInit};
use crate::rtc_ice_transport::RtcIceTransport;
use crate::shared::Shared;

/// The DTLS transport that carries media and data.
///
/// Cheap to clone; all clones are equal, and equal to what later calls give of the same transport.
#[derive(Clone, Debug)]
pub struct RtcDtlsTransport {
    shared: Arc<Shared>,
    id: TransportId,
}

/// One event of a DTLS transport; that of a state carries the state that it reports.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum DtlsEvent {
    /// `statechange`.
    StateChange(DtlsTransportState),
    /// `error`: `dtls-failure` or `fingerprint-failure`.
    Error(RtcErrorEvent),
}

/// What a handshake agreed on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DtlsParameters {
    /// The version, `FEFD` for DTLS 1.2.
    pub version: String,
    /// The registered name of the cipher suite.
    pub cipher: String,
    /// The registered name of the SRTP profile.
    pub srtp: Option<String>,
    /// The peer's certificate in DER.
    pub remote_certificate: Vec<u8>,
    /// Those that the peer sent behind it, in DER: the one that issued it, and so on. Nothing of
    /// them is verified.
    pub remote_issuers: Vec<Vec<u8>>,
}

impl RtcDtlsTransport {
    pub(crate) fn new(shared: &Arc<Shared>, id: TransportId) -> Self {
        Self {
            shared: Arc::clone(shared),
            id,
        }
    }

    pub(crate) fn id(&self) -> TransportId {
        self.id
    }

    /// `iceTransport`.
    #[must_use]
    pub fn ice_transport(&self) -> RtcIceTransport {
        RtcIceTransport::of_peer_connection(&self.shared, self.id)
    }

    /// `state`.
    #[must_use]
    pub fn state(&self) -> DtlsTransportState {
        let view = self.shared.session().transport(self.id);
        view.map_or(DtlsTransportState::Closed, |view| view.dtls_state)
    }

    /// `getRemoteCertificates()`: the chain in DER, the peer's own certificate first; empty until
    /// connected. A chain of more than `max_certificates` of the limits is cut.
    #[must_use]
    pub fn get_remote_certificates(&self) -> Vec<Vec<u8>> {
        let Some(parameters) = self.parameters() else {
            return Vec::new();
        };
        let mut chain = vec![parameters.remote_certificate];
        chain.extend(parameters.remote_issuers);
        chain
    }

    /// The events of the transport from now on. The first who asks also gets those of before.
    #[must_use]
    pub fn events(&self) -> Events<DtlsEvent> {
        let events = self
            .shared
            .session()
            .hub
            .transport(self.id)
            .dtls
            .subscribe();
        events.map(|event| {
            Some(match event {
                Event::DtlsTransportStateChange(_, state) => DtlsEvent::StateChange(state),
                Event::DtlsTransportError(_, error) => {
                    DtlsEvent::Error(RtcErrorEvent::new(RtcErrorEventInit { error }))
                }
                _ => return None,
            })
        })
    }

    /// What the handshake agreed on, once it is done.
    #[must_use]
    pub fn parameters(&self) -> Option<DtlsParameters> {
        match self.shared.session().transport(self.id)?.connected? {
            DtlsFact::Connected {
                version,
                cipher,
                srtp,
                certificate,
                issuers,
            } => Some(DtlsParameters {
                version,
                cipher,
                srtp,
                remote_certificate: certificate,
                remote_issuers: issuers,
            }),
            _ => None,
        }
    }
}

impl PartialEq for RtcDtlsTransport {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared) && self.id == other.id
    }
}

impl Eq for RtcDtlsTransport {}
