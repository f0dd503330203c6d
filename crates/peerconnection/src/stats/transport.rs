//! `RTCTransportStats`.

use super::dictionary::dictionary;
use super::{DtlsRole, IceRole, Stats};
use crate::state::{DtlsTransportState, IceTransportState};

dictionary! {
    /// `RTCTransportStats`: a DTLS transport with its ICE transport.
    TransportStats: Stats {
        /// `packetsSent`: without checks of ICE.
        packets_sent: Option<u64>,
        /// `packetsReceived`: without checks of ICE.
        packets_received: Option<u64>,
        /// `bytesSent`: octets of those, without headers of relays.
        bytes_sent: Option<u64>,
        /// `bytesReceived`: octets of those, without headers of relays.
        bytes_received: Option<u64>,
        /// `iceRole`.
        ice_role: Option<IceRole>,
        /// `iceLocalUsernameFragment`.
        ice_local_username_fragment: Option<String>,
        /// `dtlsState`.
        dtls_state: DtlsTransportState,
        /// `iceState`.
        ice_state: Option<IceTransportState>,
        /// `selectedCandidatePairId`: a
        /// [`IceCandidatePairStats`](super::IceCandidatePairStats), while one is selected.
        selected_candidate_pair_id: Option<String>,
        /// `localCertificateId`: a [`CertificateStats`](super::CertificateStats).
        local_certificate_id: Option<String>,
        /// `remoteCertificateId`: a [`CertificateStats`](super::CertificateStats), once the peer
        /// has shown it.
        remote_certificate_id: Option<String>,
        /// `tlsVersion`: four hexadecimal digits, once the handshake is done.
        tls_version: Option<String>,
        /// `dtlsCipher`: the registered name of the suite, once the handshake is done.
        dtls_cipher: Option<String>,
        /// `dtlsRole`.
        dtls_role: Option<DtlsRole>,
        /// `srtpCipher`: the registered name of the profile, if media was negotiated and the
        /// handshake is done.
        srtp_cipher: Option<String>,
        /// `selectedCandidatePairChanges`.
        selected_candidate_pair_changes: Option<u32>,
        /// `ccfbMessagesSent`: congestion control feedback (RFC 8888).
        ccfb_messages_sent: Option<u32>,
        /// `ccfbMessagesReceived`: congestion control feedback (RFC 8888).
        ccfb_messages_received: Option<u32>,
    }
}
