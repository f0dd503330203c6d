use core::num::NonZeroU32;
use core::time::Duration;

/// Ticks a second of a payload's timestamps, never 0.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ClockRate(NonZeroU32);

impl ClockRate {
    /// 90,000 Hz, the rate of video (RFC 3551, section 5).
    pub const VIDEO: Self = Self::literal(90_000);
    /// 48,000 Hz, the rate of Opus (RFC 7587).
    pub const OPUS: Self = Self::literal(48_000);
    /// 8,000 Hz, the rate of G.711, and by its registration of G.722 (RFC 3551).
    pub const TELEPHONE: Self = Self::literal(8_000);

    /// The rate `hertz`, or `None` for 0.
    #[must_use]
    pub const fn new(hertz: u32) -> Option<Self> {
        match NonZeroU32::new(hertz) {
            Some(rate) => Some(Self(rate)),
            None => None,
        }
    }

    const fn literal(hertz: u32) -> Self {
        match NonZeroU32::new(hertz) {
            Some(rate) => Self(rate),
            None => Self(NonZeroU32::MIN),
        }
    }

    /// Ticks a second.
    #[inline]
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0.get()
    }

    /// Whole ticks in `duration`, saturating.
    #[must_use]
    pub fn ticks(self, duration: Duration) -> u64 {
        let whole = duration.as_secs().saturating_mul(u64::from(self.get()));
        let part = u64::from(duration.subsec_nanos()) * u64::from(self.get()) / 1_000_000_000;
        whole.saturating_add(part)
    }

    /// The time that `ticks` take, rounded down to nanoseconds.
    #[must_use]
    pub fn duration(self, ticks: u64) -> Duration {
        let rate = u64::from(self.get());
        let nanos = (ticks % rate) * 1_000_000_000 / rate;
        Duration::from_secs(ticks / rate).saturating_add(Duration::from_nanos(nanos))
    }
}
