use stonechat_crypto::Random;

/// The 96 random bits that tie a response to its request (RFC 8489, section 5).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TransactionId([u8; 12]);

impl TransactionId {
    /// A fresh one. Nobody on the path may guess it, so `random` has to be cryptographically secure.
    #[inline]
    #[must_use]
    pub fn new(random: &mut dyn Random) -> Self {
        let mut octets = [0; 12];
        random.fill(&mut octets);
        Self(octets)
    }

    /// The one made of these octets.
    #[inline]
    #[must_use]
    pub const fn from_bytes(octets: [u8; 12]) -> Self {
        Self(octets)
    }

    /// Its octets, as on the wire.
    #[inline]
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 12] {
        &self.0
    }
}
