//! The instants from which virtual time starts.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use stonechat_crypto::Provider;
use stonechat_sansio::{Env, Seed};

/// Where virtual time starts: the same instant each time in one process.
///
/// It lies a day after the process began, so that tests may subtract from it.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the one instant that all virtual time starts from"
)]
pub fn start() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(|| Instant::now() + Duration::from_secs(86_400))
}

/// The wall clock at [`start`]: the morning of 2027-01-15, the same in each run.
#[must_use]
pub fn wall() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

/// An environment of toy cryptography ([`provider`](crate::provider)) for `seed`.
///
/// Give the two ends of a pair different labels: `env(seed).child("a")`.
#[must_use]
pub fn env(seed: u64) -> Env {
    env_with(seed, crate::provider::provider())
}

/// An environment for `seed` with another provider.
#[must_use]
pub fn env_with(seed: u64, crypto: Arc<Provider>) -> Env {
    Env::new(Seed::from_u64(seed), (start(), wall()), crypto)
}
