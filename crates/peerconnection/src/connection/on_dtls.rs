//! What a DTLS session reports: keys for SRTP, a way for SCTP, or the end.

use std::time::{Duration, Instant};

use super::layers::Layers;
use super::transport::Srtp;
use crate::error::{Error, ErrorDetail, ErrorDetailType};
use crate::fact::{DtlsFact, Fact};

/// The longest that a flight waits to be repeated (RFC 6347, section 4.2.4.1).
const MAX_RETRANSMISSION: Duration = Duration::from_secs(60);

/// When the first flight is repeated: after two round trips as ICE measured them. The peer's half
/// of the path may not be open yet when ours is, so the second of RFC 6347 would often be waited.
fn first_retransmission(ice: &stonechat_ice::Agent) -> Duration {
    let measured = ice
        .selected_pair()
        .and_then(|pair| pair.current_round_trip_time);
    measured.map_or(Duration::from_millis(200), |trip| {
        (trip * 2).clamp(Duration::from_millis(100), Duration::from_secs(1))
    })
}

impl Layers {
    pub(super) fn start_dtls(&mut self, now: Instant, index: usize) {
        let Some(certificate) = self.config.certificate.clone() else {
            return;
        };
        let Some(transport) = self.transports.get_mut(index) else {
            return;
        };
        let Some(plan) = transport.dtls_due() else {
            return;
        };
        let config = stonechat_dtls::Config::new(plan.role, certificate)
            .remote_fingerprints(plan.fingerprints.clone())
            .max_certificates(self.config.max_certificates)
            .srtp_profiles(self.config.srtp_profiles.clone())
            .retransmit_after(first_retransmission(&transport.ice), MAX_RETRANSMISSION)
            .max_retransmissions(9);
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
        let Some(transport) = self.transports.get_mut(index) else {
            return;
        };
        transport.srtp = connected
            .srtp
            .as_ref()
            .and_then(|keys| Srtp::new(provider, keys, &self.config.srtp));
        let srtp = transport
            .srtp
            .as_ref()
            .map(|srtp| srtp_name(srtp.profile).to_owned());
        self.facts.push_back(Fact::DtlsState {
            transport: transport.id,
            state: DtlsFact::Connected {
                version: format!("{:04X}", connected.version.code()),
                cipher: connected.cipher_suite.name().to_owned(),
                srtp,
                certificate: connected.remote_certificate.clone(),
                issuers: connected.remote_issuers.clone(),
            },
        });
        let id = transport.id;
        transport.connected = Some(connected);
        if self.association == Some(id) {
            self.start_association(now);
        }
    }

    fn on_dtls_closed(&mut self, now: Instant, index: usize, reason: &stonechat_dtls::CloseReason) {
        let Some(transport) = self.transports.get_mut(index) else {
            return;
        };
        let orderly = matches!(
            reason,
            stonechat_dtls::CloseReason::Local | stonechat_dtls::CloseReason::Remote
        );
        let state = if orderly {
            DtlsFact::Closed
        } else {
            DtlsFact::Failed {
                error: Box::new(failure(*reason)),
            }
        };
        let id = transport.id;
        transport.srtp = None;
        self.facts.push_back(Fact::DtlsState {
            transport: id,
            state,
        });
        if self.association == Some(id) {
            self.channels.abort(now, "the transport closed");
        }
    }
}

/// The error that `RTCDtlsTransport` fires (webrtc-pc, section 11.1).
fn failure(reason: stonechat_dtls::CloseReason) -> Error {
    use stonechat_dtls::CloseReason as R;
    let mut detail = ErrorDetail {
        error_detail: ErrorDetailType::DtlsFailure,
        ..ErrorDetail::default()
    };
    let text = match reason {
        R::CertificateMismatch => {
            detail.error_detail = ErrorDetailType::FingerprintFailure;
            "the certificate of the peer has none of the fingerprints of its description"
        }
        R::PeerAlert(alert) => {
            detail.received_alert = Some(alert.0);
            "the peer ended DTLS by an alert"
        }
        R::Protocol(alert) => {
            detail.sent_alert = Some(alert.0);
            "the peer broke the protocol"
        }
        R::Internal => {
            detail.sent_alert = Some(stonechat_dtls::AlertDescription::INTERNAL_ERROR.0);
            "the provider of cryptography failed"
        }
        R::TimedOut => "the peer did not answer in time",
        R::KeysExhausted => "the keys are used up",
        _ => "DTLS ended",
    };
    Error::rtc(detail, text)
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
