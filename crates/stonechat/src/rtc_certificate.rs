//! `RTCCertificate` and how one is made (webrtc-pc, section 4.9).

use std::sync::Arc;
use std::time::SystemTime;

pub use stonechat_peerconnection::{
    Certificate as RtcCertificate, CertificateExpiration as RtcCertificateExpiration,
    DtlsFingerprint as RtcDtlsFingerprint, KeygenAlgorithm,
};

use crate::api::{Api, no_randomness};
use crate::error::{RtcError, RtcErrorName};

impl Api {
    /// `RTCPeerConnection.generateCertificate()`: a self-signed certificate with a new key.
    ///
    /// Keys are made beside the runtime's own threads: one of RSA takes a good part of a second.
    /// Must be called within a tokio runtime.
    ///
    /// # Errors
    ///
    /// `NotSupportedError` for an algorithm that is not [known](KeygenAlgorithm) or that the
    /// provider of cryptography lacks, `OperationError` if the operating system gives no
    /// randomness.
    pub async fn generate_certificate(
        &self,
        algorithm: KeygenAlgorithm,
        expiration: RtcCertificateExpiration,
    ) -> Result<RtcCertificate, RtcError> {
        algorithm.scheme()?;
        let crypto = Arc::clone(self.crypto());
        let mut rng = crate::random::seed().map_err(no_randomness)?.rng();
        let now = SystemTime::now();
        let make = move || RtcCertificate::generate(&crypto, &mut rng, now, &algorithm, expiration);
        tokio::task::spawn_blocking(make).await.unwrap_or_else(|_| {
            Err(RtcError::new(
                RtcErrorName::OperationError,
                "the runtime was shut down",
            ))
        })
    }

    /// Reads a certificate and its key that [`RtcCertificate::to_pem`] wrote.
    ///
    /// # Errors
    ///
    /// As [`RtcCertificate::from_pem`].
    pub fn certificate_from_pem(&self, text: &str) -> Result<RtcCertificate, RtcError> {
        RtcCertificate::from_pem(self.crypto(), text)
    }
}

#[cfg(feature = "rust-crypto")]
impl crate::RtcPeerConnection {
    /// `RTCPeerConnection.generateCertificate()` with cryptography by default; see
    /// [`Api::generate_certificate`].
    ///
    /// # Errors
    ///
    /// As [`Api::generate_certificate`].
    pub async fn generate_certificate(
        algorithm: KeygenAlgorithm,
        expiration: RtcCertificateExpiration,
    ) -> Result<RtcCertificate, RtcError> {
        Api::default()
            .generate_certificate(algorithm, expiration)
            .await
    }
}
