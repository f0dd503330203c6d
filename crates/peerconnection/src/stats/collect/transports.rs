//! `transport`, with its candidates, pairs and certificates.

use super::{Collector, count};
use crate::fact::DtlsFact;
use crate::stats::{DtlsRole, IceRole, StatsType, TransportSnapshot, TransportStats};

impl Collector<'_> {
    pub(super) fn transport(&mut self, snapshot: &TransportSnapshot) {
        let Some(object) = self.session.transports.get(snapshot.id) else {
            return;
        };
        let mut stats = TransportStats {
            base: self.base(StatsType::Transport, &snapshot.id.0.to_string()),
            packets_sent: Some(snapshot.sent.packets),
            packets_received: Some(snapshot.received.packets),
            bytes_sent: Some(snapshot.sent.octets),
            bytes_received: Some(snapshot.received.octets),
            ice_role: Some(match object.role {
                stonechat_ice::Role::Controlling => IceRole::Controlling,
                stonechat_ice::Role::Controlled => IceRole::Controlled,
            }),
            ice_local_username_fragment: Some(object.credentials.ufrag().to_owned()),
            dtls_state: object.dtls_state,
            ice_state: Some(object.ice_state),
            selected_candidate_pair_id: snapshot
                .selected
                .filter(|selected| snapshot.pairs.iter().any(|pair| pair.id == *selected))
                .map(|pair| self.pair_id(snapshot.id, pair)),
            dtls_role: Some(match object.dtls_role {
                Some(stonechat_dtls::Role::Client) => DtlsRole::Client,
                Some(stonechat_dtls::Role::Server) => DtlsRole::Server,
                None => DtlsRole::Unknown,
            }),
            selected_candidate_pair_changes: Some(snapshot.selected_changes),
            ccfb_messages_sent: Some(count(snapshot.congestion_feedback_sent)),
            ccfb_messages_received: Some(count(snapshot.congestion_feedback_received)),
            ..TransportStats::default()
        };
        if let Some(DtlsFact::Connected {
            version,
            cipher,
            srtp,
            certificate,
            issuers,
        }) = &object.connected
        {
            stats.tls_version = Some(version.clone());
            stats.dtls_cipher = Some(cipher.clone());
            stats.srtp_cipher.clone_from(srtp);
            stats.remote_certificate_id = self.certificates(certificate, issuers);
        }
        let ours = self.session.certificate.clone();
        stats.local_certificate_id = self.certificates(ours.der(), ours.issuers());
        self.report.add(stats);
        self.candidates(snapshot);
        self.pairs(snapshot);
    }
}
