mod chain;
mod pem;
mod public_key;
#[cfg(feature = "certificate")]
mod self_signed;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::{Fingerprint, HashAlgorithm, Provider, SignatureScheme, SigningKey};

pub use public_key::{PublicKey, PublicKeyAlgorithm};

/// A certificate with its private key, and the certificates of those that issued it, as DTLS
/// presents them.
///
/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Certificate {
    der: Arc<[u8]>,
    issuers: Arc<[Vec<u8>]>,
    key: Arc<dyn SigningKey>,
    expires: SystemTime,
}

/// What a self-signed certificate says.
#[derive(Clone, Debug)]
pub struct CertificateParams {
    /// The subject's and issuer's common name: 1 to 64 characters (RFC 5280, appendix A.1).
    /// Default: `WebRTC`.
    pub common_name: String,
    /// The kind of key. Default: ECDSA with P-256.
    pub scheme: SignatureScheme,
    /// How long it is valid from now on; it also is valid for a day before, for clocks that
    /// differ. Default: 30 days.
    pub validity: Duration,
}

impl Default for CertificateParams {
    fn default() -> Self {
        Self {
            common_name: String::from("WebRTC"),
            scheme: SignatureScheme::EcdsaSecp256r1Sha256,
            validity: Duration::from_secs(30 * 24 * 3600),
        }
    }
}

impl Certificate {
    /// A certificate made elsewhere, with its key.
    #[must_use]
    pub fn from_parts(der: Vec<u8>, key: Arc<dyn SigningKey>, expires: SystemTime) -> Self {
        Self {
            der: der.into(),
            issuers: Arc::default(),
            key,
            expires,
        }
    }

    /// The certificate in DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The private key.
    #[must_use]
    pub fn key(&self) -> &Arc<dyn SigningKey> {
        &self.key
    }

    /// When it expires.
    #[must_use]
    pub const fn expires(&self) -> SystemTime {
        self.expires
    }

    /// Its fingerprint by `algorithm`, or `None` if `provider` lacks the hash.
    #[must_use]
    pub fn fingerprint(
        &self,
        provider: &Provider,
        algorithm: HashAlgorithm,
    ) -> Option<Fingerprint> {
        Fingerprint::of(provider, algorithm, &self.der)
    }
}

/// Why a certificate could not be made or read.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The provider lacks the signature scheme.
    #[error("the provider has no such signature scheme")]
    Unsupported,
    /// The parameters are out of range.
    #[error("the common name or the validity is out of range")]
    InvalidParams,
    /// The key did not sign.
    #[error("the key could not sign")]
    Unsigned,
    /// The certificate or key is malformed.
    #[error("the certificate or its key is malformed")]
    Malformed,
    /// A certificate of the chain is not issued by the next one.
    #[error("a certificate of the chain is not issued by the next one")]
    Disordered,
}
