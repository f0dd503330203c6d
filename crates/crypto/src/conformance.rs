//! The suite that every provider has to pass.
//!
//! It panics with the vector or property that fails. [`structure`] tests what any provider owes its
//! callers: lengths, round trips, that any change of key, nonce, data or tag is noticed.
//! [`vectors`] tests that the algorithms are what their names say, and needs real ones. What a
//! provider lacks is not tested.
//!
//! ```
//! # #[cfg(feature = "rust-crypto")]
//! stonechat_crypto::conformance::run(&stonechat_crypto::rust::PROVIDER);
//! ```

pub mod aead;
pub mod counter_mode;
pub mod hash;
pub mod hkdf;
pub mod key_exchange;
pub mod mac;
pub mod signature;
mod vector;

use crate::{Provider, Random};

/// Runs the whole suite.
///
/// # Panics
///
/// If the provider fails it.
pub fn run(provider: &'static Provider) {
    structure(provider);
    vectors(provider);
}

/// Runs the part that needs no real algorithms.
///
/// # Panics
///
/// If the provider fails it.
pub fn structure(provider: &'static Provider) {
    hash::structure(provider);
    mac::structure(provider);
    hkdf::structure(provider);
    aead::structure(provider);
    counter_mode::structure(provider);
    key_exchange::structure(provider);
    signature::structure(provider);
}

/// Compares with published results.
///
/// # Panics
///
/// If the provider differs from one.
pub fn vectors(provider: &'static Provider) {
    hash::vectors(provider);
    mac::vectors(provider);
    hkdf::vectors(provider);
    aead::vectors(provider);
    counter_mode::vectors(provider);
    key_exchange::vectors(provider);
    signature::vectors(provider);
}

/// A generator for the suite alone: a linear congruence, or octets that are given.
struct Octets {
    state: u64,
    given: Vec<u8>,
}

impl Octets {
    const fn seeded(state: u64) -> Self {
        Self {
            state,
            given: Vec::new(),
        }
    }

    /// First these octets, then others.
    fn given(octets: &[u8]) -> Self {
        Self {
            state: 1,
            given: octets.iter().rev().copied().collect(),
        }
    }
}

impl Random for Octets {
    fn fill(&mut self, out: &mut [u8]) {
        for octet in out {
            *octet = self.given.pop().unwrap_or_else(|| {
                self.state = self
                    .state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695);
                self.state.to_be_bytes()[0]
            });
        }
    }
}

/// `len` octets, different ones for each `salt`.
fn octets(len: usize, salt: u64) -> Vec<u8> {
    let mut out = vec![0; len];
    Octets::seeded(salt).fill(&mut out);
    out
}

/// All copies of `octets` with one bit changed; of long ones, only some.
fn changed(octets: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let step = octets.len().div_ceil(24).max(1);
    (0..octets.len()).step_by(step).map(|at| {
        let mut copy = octets.to_vec();
        if let Some(octet) = copy.get_mut(at) {
            *octet ^= 1 << (at % 8);
        }
        copy
    })
}
