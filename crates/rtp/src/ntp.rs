use core::time::Duration;

/// Seconds from the NTP epoch (1900) to the Unix epoch (1970).
const UNIX_EPOCH: u64 = 2_208_988_800;

/// An NTP timestamp: seconds since 1900 in the upper 32 bits, fractions of 2⁻³² s in the lower
/// (RFC 3550, section 4). It wraps in 2036.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct NtpTime(pub u64);

impl NtpTime {
    /// The time `since_epoch` after the Unix epoch.
    #[must_use]
    pub const fn from_unix(since_epoch: Duration) -> Self {
        let seconds = since_epoch.as_secs().wrapping_add(UNIX_EPOCH) & 0xffff_ffff;
        let fraction = ((since_epoch.subsec_nanos() as u64) << 32) / 1_000_000_000;
        Self(seconds << 32 | fraction)
    }

    /// The time since the Unix epoch, rounded down to nanoseconds; seconds below 2³¹ are taken as
    /// of the era that begins in 2036.
    #[must_use]
    pub const fn to_unix(self) -> Duration {
        let seconds = self.0 >> 32;
        let era = if seconds < 1 << 31 { 1 << 32 } else { 0 };
        let nanos = ((self.0 & 0xffff_ffff) * 1_000_000_000) >> 32;
        Duration::from_secs((seconds + era).saturating_sub(UNIX_EPOCH))
            .saturating_add(Duration::from_nanos(nanos))
    }

    /// The middle 32 bits: 16 bits of seconds, 16 of fraction.
    #[inline]
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the middle bits are asked for"
    )]
    pub const fn compact(self) -> CompactNtp {
        CompactNtp((self.0 >> 16) as u32)
    }
}

/// The middle 32 bits of an NTP timestamp, or a time span, in units of 2⁻¹⁶ s
/// (RFC 3550, sections 4 and 6.4.1: LSR and DLSR).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct CompactNtp(pub u32);

impl CompactNtp {
    /// The span `duration`, at most 65,536 s less a unit.
    #[must_use]
    pub fn from_duration(duration: Duration) -> Self {
        let units = (u128::from(duration.as_secs()) << 16)
            | ((u128::from(duration.subsec_nanos()) << 16) / 1_000_000_000);
        Self(u32::try_from(units).unwrap_or(u32::MAX))
    }

    /// As a span.
    #[must_use]
    pub const fn to_duration(self) -> Duration {
        Duration::from_nanos((self.0 as u64 * 1_000_000_000) >> 16)
    }

    /// The span from `earlier` to it, modulo 65,536 s.
    #[must_use]
    pub const fn wrapping_sub(self, earlier: Self) -> Self {
        Self(self.0.wrapping_sub(earlier.0))
    }
}
