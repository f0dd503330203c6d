use crate::HashAlgorithm;

/// Message authentication codes that a provider may have: HMAC (RFC 2104) over a hash.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum MacAlgorithm {
    /// HMAC-SHA-1.
    HmacSha1,
    /// HMAC-SHA-256.
    HmacSha256,
    /// HMAC-SHA-384.
    HmacSha384,
    /// HMAC-SHA-512.
    HmacSha512,
}

impl MacAlgorithm {
    /// Octets of a code.
    #[must_use]
    pub const fn output_len(self) -> usize {
        self.hash().output_len()
    }

    /// The hash under it.
    #[must_use]
    pub const fn hash(self) -> HashAlgorithm {
        match self {
            Self::HmacSha1 => HashAlgorithm::Sha1,
            Self::HmacSha256 => HashAlgorithm::Sha256,
            Self::HmacSha384 => HashAlgorithm::Sha384,
            Self::HmacSha512 => HashAlgorithm::Sha512,
        }
    }
}

/// One message authentication code.
pub trait Mac: Send + Sync {
    /// Which one.
    fn algorithm(&self) -> MacAlgorithm;

    /// A keyed object; a key may have any length.
    fn key(&self, key: &[u8]) -> Box<dyn MacKey>;
}

/// A message authentication code with its key schedule done.
pub trait MacKey: Send + Sync {
    /// The code of `parts`, one after the other, in the first octets of `out`; returns its length,
    /// or as much as fits.
    fn sign(&self, parts: &[&[u8]], out: &mut [u8]) -> usize;

    /// Whether `tag` is the code of `parts`, or its first octets, compared in constant time.
    /// An empty tag never matches.
    fn verify(&self, parts: &[&[u8]], tag: &[u8]) -> bool;
}
