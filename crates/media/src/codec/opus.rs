#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::time::Duration;

use super::PayloadError;

/// What the first octets of an Opus packet say (RFC 6716, section 3).
///
/// ```text
///  0 1 2 3 4 5 6 7
/// +-+-+-+-+-+-+-+-+
/// | config  |s| c |
/// +-+-+-+-+-+-+-+-+
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OpusToc {
    config: u8,
    stereo: bool,
    frames: u8,
}

impl OpusToc {
    /// Reads the table-of-contents octet of `packet` and, for code 3, its count of frames.
    ///
    /// # Errors
    ///
    /// [`PayloadError::Empty`] without an octet, [`Truncated`](PayloadError::Truncated) if the
    /// count is missing, [`Invalid`](PayloadError::Invalid) if it is 0 or the packet would last
    /// more than 120 ms.
    pub fn parse(packet: &[u8]) -> Result<Self, PayloadError> {
        let toc = *packet.first().ok_or(PayloadError::Empty)?;
        let frames = match toc & 0x03 {
            0 => 1,
            1 | 2 => 2,
            _ => *packet.get(1).ok_or(PayloadError::Truncated)? & 0x3f,
        };
        let this = Self {
            config: toc >> 3,
            stereo: toc & 0x04 != 0,
            frames,
        };
        if frames == 0 || this.samples() > MAX_SAMPLES {
            return Err(PayloadError::Invalid);
        }
        Ok(this)
    }

    /// The configuration number, 0 to 31: mode, bandwidth and frame size.
    #[must_use]
    pub const fn config(&self) -> u8 {
        self.config
    }

    /// Whether the packet holds two channels.
    #[must_use]
    pub const fn is_stereo(&self) -> bool {
        self.stereo
    }

    /// Frames in the packet, 1 to 48.
    #[must_use]
    pub const fn frames(&self) -> u8 {
        self.frames
    }

    /// Ticks of 48,000 Hz that one frame lasts.
    #[must_use]
    pub const fn samples_per_frame(&self) -> u32 {
        match self.config {
            16 | 20 | 24 | 28 => 120,
            17 | 21 | 25 | 29 => 240,
            0 | 4 | 8 | 12 | 14 | 18 | 22 | 26 | 30 => 480,
            1 | 5 | 9 | 13 | 15 | 19 | 23 | 27 | 31 => 960,
            2 | 6 | 10 => 1_920,
            _ => 2_880,
        }
    }

    /// Ticks of 48,000 Hz that the packet lasts.
    #[must_use]
    pub const fn samples(&self) -> u32 {
        self.samples_per_frame().saturating_mul(self.frames as u32)
    }

    /// How long the packet lasts.
    #[must_use]
    pub fn duration(&self) -> Duration {
        Duration::from_micros(u64::from(self.samples()).saturating_mul(125) / 6)
    }
}

/// Whether `packet` is a frame that an encoder makes in discontinuous transmission: the table of
/// contents and at most one octet (RFC 7587, section 3.1.3).
#[must_use]
pub const fn is_dtx(packet: &[u8]) -> bool {
    matches!(packet.len(), 1 | 2)
}

/// 120 ms.
const MAX_SAMPLES: u32 = 5_760;
