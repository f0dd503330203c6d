//! What a DTLS session reports: keys for SRTP, a way for SCTP, or the end.

use std::time::Instant;

use super::layers::Layers;
use super::transport::Srtp;
use crate::fact::{DtlsFact, Fact};

impl Layers {
    pub(super) fn start_dtls(&mut self, now: Instant, index: usize) {
        let Some(certificate) = self.config.certificate.clone() else { return };
        let Some(transport) = self.transports.get_mut(index) else { return };
        let Some(plan) = transport.dtls_due() else { return };
        let config = stonechat_dtls::Config::new(plan.role, certificate)
            .remote_fingerprints(plan.fingerprints.clone())
            .srtp_profiles(self.config.srtp_profiles.clone());
        let env = self.env.child(&format!("dtls {}", transport.id.0));
        let mut dtls = stonechat_dtls::Session::new(config, env, now);
        for record in transport.early_records.drain(..) {
            dtls.handle_packet(now, record);
        }
        transport.dtls = Some(dtls);
        self.facts.push_back(Fact::DtlsState {
            transport: transport.id,
            state: DtlsFact::Connecting,
        });
    }

    pub(super) fn on_dtls(&mut self, now: Instant, index: usize, event: stonechat_dtls::Event) {
        use stonechat_dtls::Event;
        match event {
            Event::Connected(connected) => self.on_dtls_connected(now, index, connected),
            Event::Closed(reason) => self.on_dtls_closed(now, index, &reason),
            _ => {}
        }
    }

    fn on_dtls_connected(
        &mut self,
        now: Instant,
        index: usize,
        connected: Box<stonechat_dtls::Connected>,
    ) {
        let provider = self.env.crypto();
        let Some(transport) = self.transports.get_mut(index) else { return };
        transport.srtp =
            connected.srtp.as_ref().and_then(|keys| Srtp::new(provider, keys, &self.config.srtp));
        let srtp = transport.srtp.as_ref().map(|srtp| srtp_name(srtp.profile).to_owned());
        self.facts.push_back(Fact::DtlsState {
            transport: transport.id,
            state: DtlsFact::Connected {
                version: format!("{:04X}", connected.version.code()),
                cipher: connected.cipher_suite.name().to_owned(),
                srtp,
                certificate: connected.remote_certificate.clone(),
            },
        });
        let id = transport.id;
        transport.connected = Some(connected);
        if self.association == Some(id) {
            self.start_association(now);
        }
    }

    fn on_dtls_closed(
        &mut self,
        now: Instant,
        index: usize,
        reason: &stonechat_dtls::CloseReason,
    ) {
        let Some(transport) = self.transports.get_mut(index) else { return };
        let orderly = matches!(
            reason,
            stonechat_dtls::CloseReason::Local | stonechat_dtls::CloseReason::Remote
        );
        let state = if orderly {
            DtlsFact::Closed
        } else {
            DtlsFact::Failed { error: format!("{reason:?}") }
        };
        let id = transport.id;
        transport.srtp = None;
        self.facts.push_back(Fact::DtlsState { transport: id, state });
        if self.association == Some(id) {
            self.channels.abort(now, "the transport closed");
        }
    }
}

/// The registered name of a profile, as W3C statistics report it.
const fn srtp_name(profile: stonechat_srtp::Profile) -> &'static str {
    match profile {
        stonechat_srtp::Profile::AeadAes128Gcm => "SRTP_AEAD_AES_128_GCM",
        stonechat_srtp::Profile::AeadAes256Gcm => "SRTP_AEAD_AES_256_GCM",
        stonechat_srtp::Profile::Aes128CmSha1_80 => "SRTP_AES128_CM_HMAC_SHA1_80",
        stonechat_srtp::Profile::Aes128CmSha1_32 => "SRTP_AES128_CM_HMAC_SHA1_32",
    }
}
