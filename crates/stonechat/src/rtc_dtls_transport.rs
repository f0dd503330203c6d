//! `RTCDtlsTransport` (webrtc-pc, section 5.5).

use std::sync::Arc;

use stonechat_peerconnection::{DtlsFact, DtlsTransportState, TransportId};

use crate::rtc_ice_transport::RtcIceTransport;
use crate::shared::Shared;

/// The DTLS transport that carries media and data.
#[derive(Clone, Debug)]
pub struct RtcDtlsTransport {
    shared: Arc<Shared>,
    id: TransportId,
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
}

impl RtcDtlsTransport {
    pub(crate) fn new(shared: &Arc<Shared>, id: TransportId) -> Self {
        Self {
            shared: Arc::clone(shared),
            id,
        }
    }

    /// `iceTransport`.
    #[must_use]
    pub fn ice_transport(&self) -> RtcIceTransport {
        RtcIceTransport::new(&self.shared, self.id)
    }

    /// `state`.
    #[must_use]
    pub fn state(&self) -> DtlsTransportState {
        let view = self.shared.session().transport(self.id);
        view.map_or(DtlsTransportState::Closed, |view| view.dtls_state)
    }

    /// `getRemoteCertificates()`: the chain in DER; empty until connected.
    #[must_use]
    pub fn remote_certificates(&self) -> Vec<Vec<u8>> {
        self.parameters()
            .map(|parameters| vec![parameters.remote_certificate])
            .unwrap_or_default()
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
            } => Some(DtlsParameters {
                version,
                cipher,
                srtp,
                remote_certificate: certificate,
            }),
            _ => None,
        }
    }
}
