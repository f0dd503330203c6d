/// Hash functions that a provider may have.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum HashAlgorithm {
    /// MD5: only for the long-term credentials of STUN (RFC 8489, section 9.2).
    Md5,
    /// SHA-1: only where a protocol demands it.
    Sha1,
    /// SHA-224: only as a certificate fingerprint.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl HashAlgorithm {
    /// Octets of a digest.
    #[must_use]
    pub const fn output_len(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// One hash function.
pub trait Hash: Send + Sync {
    /// Which one.
    fn algorithm(&self) -> HashAlgorithm;

    /// Begins a digest that is fed piece by piece.
    fn start(&self) -> Box<dyn HashContext>;

    /// The digest of `parts`, one after the other, in the first octets of `out`; returns its
    /// length. `out` is at least [`HashAlgorithm::output_len`] long, else as much as fits.
    fn hash(&self, parts: &[&[u8]], out: &mut [u8]) -> usize;
}

/// A digest under way.
pub trait HashContext: Send + Sync {
    /// Adds `octets`.
    fn update(&mut self, octets: &[u8]);

    /// A copy, to go on from here twice.
    fn fork(&self) -> Box<dyn HashContext>;

    /// The digest of all that was added so far; the context can go on. Writes into the first
    /// octets of `out` and returns the length.
    fn digest(&self, out: &mut [u8]) -> usize;
}
