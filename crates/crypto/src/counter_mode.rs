use crate::InvalidKeyLength;

/// Counter mode ciphers that a provider may have.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum CounterModeAlgorithm {
    /// AES-128 with a big-endian 128-bit counter.
    Aes128,
    /// AES-192 with a big-endian 128-bit counter.
    Aes192,
    /// AES-256 with a big-endian 128-bit counter.
    Aes256,
}

impl CounterModeAlgorithm {
    /// Octets of a key.
    #[must_use]
    pub const fn key_len(self) -> usize {
        match self {
            Self::Aes128 => 16,
            Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }
}

/// One counter mode cipher.
pub trait CounterMode: Send + Sync {
    /// Which one.
    fn algorithm(&self) -> CounterModeAlgorithm;

    /// A keyed object.
    ///
    /// # Errors
    ///
    /// [`InvalidKeyLength`] if `key` is not [`CounterModeAlgorithm::key_len`] octets.
    fn key(&self, key: &[u8]) -> Result<Box<dyn CounterModeKey>, InvalidKeyLength>;
}

/// A counter mode cipher with its key schedule done.
pub trait CounterModeKey: Send + Sync {
    /// Adds the key stream that begins at the counter block `iv` to `data`. One block of zeros
    /// gives the cipher's output for `iv`.
    fn apply(&self, iv: &[u8; 16], data: &mut [u8]);
}
