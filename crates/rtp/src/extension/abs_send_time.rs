#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use core::time::Duration;

use super::{ExtensionValue, write};
use crate::{Full, NtpTime};

/// When the packet left, in units of 2⁻¹⁸ s; 24 bits that wrap every 64 s.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct AbsSendTime(u32);

impl AbsSendTime {
    /// The low 24 bits of `units`.
    #[must_use]
    pub const fn new(units: u32) -> Self {
        Self(units & 0x00ff_ffff)
    }

    /// The send time `time`.
    #[must_use]
    pub const fn from_ntp(time: NtpTime) -> Self {
        Self((time.0 >> 14 & 0x00ff_ffff) as u32)
    }

    /// In units of 2⁻¹⁸ s, below 2²⁴.
    #[inline]
    #[must_use]
    pub const fn units(self) -> u32 {
        self.0
    }

    /// Units from `other` to it, −2²³ to 2²³ − 1; negative if it is earlier.
    #[must_use]
    pub const fn distance_from(self, other: Self) -> i32 {
        // Shifted to the top, the wrapping is that of the machine's integers.
        (self.0 << 8).wrapping_sub(other.0 << 8).cast_signed() >> 8
    }

    /// The time since the last wrap.
    #[must_use]
    pub const fn since_wrap(self) -> Duration {
        Duration::from_nanos((self.0 as u64).saturating_mul(1_000_000_000) >> 18)
    }
}

impl ExtensionValue<'_> for AbsSendTime {
    const URI: &'static str = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";

    fn parse(value: &[u8]) -> Option<Self> {
        let &[a, b, c] = value else { return None };
        Some(Self(u32::from_be_bytes([0, a, b, c])))
    }

    fn encoded_len(&self) -> usize {
        3
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        let [_, a, b, c] = self.0.to_be_bytes();
        write(&[a, b, c], out)
    }
}
