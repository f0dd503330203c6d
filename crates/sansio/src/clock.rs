use std::time::Instant;

/// Time that never goes back: the largest instant seen.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    now: Instant,
}

impl Clock {
    /// A clock that stands at `now`.
    #[inline]
    #[must_use]
    pub const fn new(now: Instant) -> Self {
        Self { now }
    }

    /// Moves on to `now`, or stays if that is earlier, and returns where it stands.
    #[inline]
    pub fn advance(&mut self, now: Instant) -> Instant {
        self.now = self.now.max(now);
        self.now
    }

    /// Where it stands.
    #[inline]
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }
}
