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
}

impl SignatureScheme {
    /// Its number in the TLS registry.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::EcdsaSecp256r1Sha256 => 0x0403,
            Self::EcdsaSecp384r1Sha384 => 0x0503,
        }
    }

    /// The scheme of a TLS number.
    #[must_use]
    pub const fn from_code(code: u16) -> Option<Self> {
        match code {
            0x0403 => Some(Self::EcdsaSecp256r1Sha256),
            0x0503 => Some(Self::EcdsaSecp384r1Sha384),
            _ => None,
        }
    }
}

/// One signature scheme.
pub trait Signature: Send + Sync {
    /// Which one.
    fn scheme(&self) -> SignatureScheme;

    /// A new key pair.
    fn generate(&self, random: &mut dyn Random) -> Arc<dyn SigningKey>;

    /// A key pair from PKCS #8 in DER.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if it is malformed or of another kind.
    fn import(&self, pkcs8: &[u8]) -> Result<Arc<dyn SigningKey>, KeyError>;

    /// Checks a DER signature of `message` under `public_key`, which is a SubjectPublicKeyInfo in
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

    /// The public key as a bare uncompressed point.
    fn public_point(&self) -> &[u8];

    /// A DER signature of `message`.
    ///
    /// # Errors
    ///
    /// [`Unsigned`] if the key cannot sign now.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unsigned>;

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
