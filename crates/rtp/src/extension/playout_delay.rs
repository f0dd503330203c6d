#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use core::time::Duration;

use super::{ExtensionValue, write};
use crate::Full;

/// The bounds between which a receiver may delay playing, in steps of 10 ms up to 40.95 s.
///
/// ```text
///  0                   1                   2
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |       MIN delay       |       MAX delay       |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct PlayoutDelay {
    /// The least delay, rounded down to 10 ms when written.
    pub min: Duration,
    /// The largest delay, rounded down to 10 ms when written.
    pub max: Duration,
}

impl ExtensionValue<'_> for PlayoutDelay {
    const URI: &'static str = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";

    fn parse(value: &[u8]) -> Option<Self> {
        let &[a, b, c] = value else { return None };
        let min = u64::from(a) << 4 | u64::from(b >> 4);
        let max = u64::from(b & 0x0f) << 8 | u64::from(c);
        let delay = |steps: u64| Duration::from_millis(steps.saturating_mul(10));
        (min <= max).then_some(Self {
            min: delay(min),
            max: delay(max),
        })
    }

    fn encoded_len(&self) -> usize {
        3
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        let steps = |delay: Duration| {
            u32::try_from(delay.as_millis() / 10)
                .unwrap_or(u32::MAX)
                .min(0x0fff)
        };
        let [_, a, b, c] = (steps(self.min) << 12 | steps(self.max)).to_be_bytes();
        write(&[a, b, c], out)
    }
}
