use std::sync::Arc;

use crate::{Random, Secret};

/// Signature schemes, by their TLS 1.3 numbers.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum SignatureScheme {
    /// ECDSA with P-256 and SHA-256 (0x0403).
    EcdsaSecp256r1Sha256,
    /// ECDSA with P-384 and SHA-384 (0x0503).
    EcdsaSecp384r1Sha384,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (0x0401).
    RsaPkcs1Sha256,
    /// RSASSA-PSS with SHA-256 and a key for any use of RSA (0x0804).
    RsaPssRsaeSha256,
}

impl SignatureScheme {
    /// Its number in the TLS registry.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::EcdsaSecp256r1Sha256 => 0x0403,
            Self::EcdsaSecp384r1Sha384 => 0x0503,
            Self::RsaPkcs1Sha256 => 0x0401,
            Self::RsaPssRsaeSha256 => 0x0804,
        }
    }

    /// Whether its keys are those of RSA, which all schemes of RSA share.
    #[must_use]
    pub const fn is_rsa(self) -> bool {
        matches!(self, Self::RsaPkcs1Sha256 | Self::RsaPssRsaeSha256)
    }

    /// The scheme of a TLS number.
    #[must_use]
    pub const fn from_code(code: u16) -> Option<Self> {
        match code {
            0x0403 => Some(Self::EcdsaSecp256r1Sha256),
            0x0503 => Some(Self::EcdsaSecp384r1Sha384),
            0x0401 => Some(Self::RsaPkcs1Sha256),
            0x0804 => Some(Self::RsaPssRsaeSha256),
            _ => None,
        }
    }
}

/// One signature scheme.
pub trait Signature: Send + Sync {
    /// Which one.
    fn scheme(&self) -> SignatureScheme;

    /// A new key pair. One of RSA takes a good part of a second: not for a thread that others wait
    /// for.
    fn generate(&self, random: &mut dyn Random) -> Arc<dyn SigningKey>;

    /// A key pair from PKCS #8 in DER.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if it is malformed or of another kind.
    fn import(&self, pkcs8: &[u8]) -> Result<Arc<dyn SigningKey>, KeyError>;

    /// Checks a signature (of ECDSA in DER) of `message` under `public_key`, which is a SubjectPublicKeyInfo in
    /// DER. A key of another curve than the scheme names is accepted where the hash is the same
    /// by TLS 1.2 only, which the caller checks.
    ///
    /// # Errors
    ///
    /// [`InvalidSignature`] if the key is malformed or the signature does not fit.
    fn verify(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature>;
}

/// A private key that signs.
pub trait SigningKey: Send + Sync + core::fmt::Debug {
    /// The scheme that it signs by.
    fn scheme(&self) -> SignatureScheme;

    /// The public key as a SubjectPublicKeyInfo in DER.
    fn public_key(&self) -> &[u8];

    /// The public key without its algorithm: an uncompressed point, or an RSAPublicKey in DER.
    fn public_point(&self) -> &[u8];

    /// A signature of `message` by [`scheme`](Self::scheme), of ECDSA in DER.
    ///
    /// # Errors
    ///
    /// [`Unsigned`] if the key cannot sign now.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unsigned>;

    /// Whether it signs by `scheme` too: a key of RSA knows two paddings.
    fn signs_by(&self, scheme: SignatureScheme) -> bool {
        scheme == self.scheme()
    }

    /// A signature of `message` by a scheme for which [`signs_by`](Self::signs_by) says yes.
    ///
    /// # Errors
    ///
    /// [`Unsigned`] if the key does not sign by that scheme, or cannot sign now.
    fn sign_by(&self, scheme: SignatureScheme, message: &[u8]) -> Result<Vec<u8>, Unsigned> {
        if scheme == self.scheme() {
            self.sign(message)
        } else {
            Err(Unsigned)
        }
    }

    /// The key pair as PKCS #8 in DER, if it may leave.
    fn export(&self) -> Option<Secret>;
}

/// The signature does not fit the message and key, or the key is malformed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the signature is invalid")]
pub struct InvalidSignature;

/// A private key that cannot be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the private key is malformed or of another kind")]
pub struct KeyError;

/// The key did not sign.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the key could not sign")]
pub struct Unsigned;
