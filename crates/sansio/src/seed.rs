use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};
use stonechat_crypto::Random;

/// 32 octets from which all randomness of a machine comes.
///
/// A parent gives each layer a [child](Self::child) of its own, by label; each layer runs its own
/// [`Rng`]. The same seed gives the same octets.
#[derive(Clone, Eq, PartialEq)]
pub struct Seed([u8; 32]);

impl Seed {
    /// A seed of these octets. A driver takes them from the operating system.
    #[must_use]
    pub const fn new(octets: [u8; 32]) -> Self {
        Self(octets)
    }

    /// A seed for tests and simulations.
    #[must_use]
    pub fn from_u64(number: u64) -> Self {
        let mut octets = [0; 32];
        octets[..8].copy_from_slice(&number.to_be_bytes());
        Self(octets)
    }

    /// The seed of the layer named `label`.
    #[must_use]
    pub fn child(&self, label: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"stonechat seed");
        hash.update(self.0);
        hash.update(label.as_bytes());
        Self(hash.finalize().into())
    }

    /// A cryptographically secure generator that starts at this seed.
    #[must_use]
    pub fn rng(&self) -> Rng {
        Rng(ChaCha20Rng::from_seed(self.0))
    }
}

impl core::fmt::Debug for Seed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Seed(..)")
    }
}

/// A cryptographically secure generator: ChaCha20 keyed by a [`Seed`].
pub struct Rng(ChaCha20Rng);

impl Rng {
    /// A number of 32 random bits.
    #[inline]
    pub fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// A number of 64 random bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number from 0 up to, not including, `bound`; 0 if `bound` is 0.
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the high half of a product below 2^96"
    )]
    pub fn below(&mut self, bound: u32) -> u32 {
        ((u128::from(self.next_u64()) * u128::from(bound)) >> 64) as u32
    }

    /// A number from 0 up to, not including, 1.
    #[inline]
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Fills `out` with random octets.
    #[inline]
    pub fn fill(&mut self, out: &mut [u8]) {
        self.0.fill_bytes(out);
    }

    /// An array of random octets.
    #[inline]
    #[must_use]
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.fill(&mut out);
        out
    }
}

impl Random for Rng {
    fn fill(&mut self, out: &mut [u8]) {
        self.0.fill_bytes(out);
    }
}

impl core::fmt::Debug for Rng {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Rng(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_differ_by_label_and_repeat_by_seed() {
        let seed = Seed::from_u64(7);
        assert_eq!(
            seed.child("ice").rng().array::<16>(),
            seed.child("ice").rng().array::<16>()
        );
        assert_ne!(
            seed.child("ice").rng().next_u64(),
            seed.child("dtls").rng().next_u64()
        );
        assert_ne!(seed.child("ice"), Seed::from_u64(8).child("ice"));
    }

    #[test]
    fn numbers_stay_below_their_bound() {
        let mut rng = Seed::from_u64(1).rng();
        assert_eq!(rng.below(0), 0);
        let mut seen = [false; 6];
        for _ in 0..200 {
            seen[rng.below(6) as usize] = true;
            assert!((0.0..1.0).contains(&rng.unit()));
        }
        assert_eq!(seen, [true; 6]);
    }
}
