use std::sync::Arc;
use std::time::{Instant, SystemTime};

use stonechat_crypto::Provider;

use crate::Seed;

/// What a machine takes from the outside world, given once when it is made.
#[derive(Clone, Debug)]
pub struct Env {
    seed: Seed,
    wall: (Instant, SystemTime),
    crypto: Arc<Provider>,
}

impl Env {
    /// An environment of `seed` (fresh from the operating system, or a constant in tests), one
    /// moment on both clocks, and a provider of cryptography.
    #[must_use]
    pub fn new(seed: Seed, wall: (Instant, SystemTime), crypto: Arc<Provider>) -> Self {
        Self { seed, wall, crypto }
    }

    /// The same environment with the child seed of `label`, for a layer inside.
    #[must_use]
    pub fn child(&self, label: &str) -> Self {
        Self {
            seed: self.seed.child(label),
            wall: self.wall,
            crypto: Arc::clone(&self.crypto),
        }
    }

    /// The seed.
    #[must_use]
    pub fn seed(&self) -> &Seed {
        &self.seed
    }

    /// The provider of cryptography.
    #[must_use]
    pub fn crypto(&self) -> &Arc<Provider> {
        &self.crypto
    }

    /// The wall clock at `now`, from the anchor.
    #[inline]
    #[must_use]
    pub fn wall_at(&self, now: Instant) -> SystemTime {
        let (anchor, wall) = self.wall;
        match now.checked_duration_since(anchor) {
            Some(after) => wall + after,
            None => wall - anchor.duration_since(now),
        }
    }
}
