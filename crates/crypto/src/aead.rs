use crate::InvalidKeyLength;

/// Authenticated encryption that a provider may have (RFC 5116).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum AeadAlgorithm {
    /// AES-128-GCM.
    Aes128Gcm,
    /// AES-256-GCM.
    Aes256Gcm,
    /// ChaCha20-Poly1305 (RFC 8439).
    ChaCha20Poly1305,
}

impl AeadAlgorithm {
    /// Octets of a key.
    #[must_use]
    pub const fn key_len(self) -> usize {
        match self {
            Self::Aes128Gcm => 16,
            Self::Aes256Gcm | Self::ChaCha20Poly1305 => 32,
        }
    }

    /// Octets of a tag.
    #[must_use]
    pub const fn tag_len(self) -> usize {
        16
    }
}

/// One kind of authenticated encryption.
pub trait Aead: Send + Sync {
    /// Which one.
    fn algorithm(&self) -> AeadAlgorithm;

    /// A keyed object.
    ///
    /// # Errors
    ///
    /// [`InvalidKeyLength`] if `key` is not [`AeadAlgorithm::key_len`] octets.
    fn key(&self, key: &[u8]) -> Result<Box<dyn AeadKey>, InvalidKeyLength>;
}

/// Authenticated encryption with its key schedule done.
pub trait AeadKey: Send + Sync {
    /// Encrypts `data` in place and writes the tag.
    ///
    /// # Errors
    ///
    /// [`SealError`] if the provider refuses; what is in `data` must then not be sent.
    fn seal(
        &self,
        nonce: &[u8; 12],
        aad: &[u8],
        data: &mut [u8],
        tag: &mut [u8; 16],
    ) -> Result<(), SealError>;

    /// Checks `tag` and decrypts `data` in place.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if the tag is wrong; what is in `data` must then not be used.
    fn open(
        &self,
        nonce: &[u8; 12],
        aad: &[u8],
        data: &mut [u8],
        tag: &[u8; 16],
    ) -> Result<(), OpenError>;
}

/// The provider could not encrypt.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the provider could not encrypt")]
pub struct SealError;

/// The tag does not fit the key, nonce, data and associated data.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the authentication tag is wrong")]
pub struct OpenError;
