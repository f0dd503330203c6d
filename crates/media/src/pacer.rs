use std::time::{Duration, Instant};

/// How fast video may leave: a bucket of octets. The place where bandwidth estimation will set
/// the rate.
#[derive(Debug)]
pub(crate) struct Pacer {
    /// Bits per second; `None`: no limit.
    rate: Option<u64>,
    burst: i64,
    credit: i64,
    filled: Instant,
}

impl Pacer {
    pub(crate) fn new(rate: Option<u64>, burst: usize, now: Instant) -> Self {
        let burst = i64::try_from(burst).unwrap_or(i64::MAX).max(1);
        Self {
            rate: rate.map(|rate| rate.max(MIN_RATE)),
            burst,
            credit: burst,
            filled: now,
        }
    }

    pub(crate) fn set_rate(&mut self, now: Instant, rate: Option<u64>) {
        self.fill(now);
        self.rate = rate.map(|rate| rate.max(MIN_RATE));
    }

    fn fill(&mut self, now: Instant) {
        let Some(rate) = self.rate else { return };
        let elapsed = now.saturating_duration_since(self.filled);
        let octets = elapsed.as_nanos() * u128::from(rate) / 8_000_000_000;
        if octets > 0 {
            let octets = i64::try_from(octets).unwrap_or(i64::MAX);
            self.credit = self.credit.saturating_add(octets).min(self.burst);
            self.filled = now;
        }
    }

    /// Whether a packet may leave now.
    pub(crate) fn is_open(&mut self, now: Instant) -> bool {
        self.fill(now);
        self.rate.is_none() || self.credit > 0
    }

    pub(crate) fn on_sent(&mut self, len: usize) {
        if self.rate.is_some() {
            self.credit -= i64::try_from(len).unwrap_or(i64::MAX);
        }
    }

    /// When a packet may leave, if not now; at least 1 ms after the bucket was looked at.
    pub(crate) fn opens_at(&self) -> Option<Instant> {
        let rate = self.rate.filter(|_| self.credit <= 0)?;
        let missing = u64::try_from(1 - self.credit).unwrap_or(1);
        let nanos = u128::from(missing) * 8_000_000_000 / u128::from(rate) + 1;
        let wait = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        Some(self.filled + wait.max(Duration::from_millis(1)))
    }
}

const MIN_RATE: u64 = 10_000;
