#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::{ExtensionValue, write};
use crate::Full;

/// How loud the audio of the packet is (RFC 6464).
///
/// ```text
///  0 1 2 3 4 5 6 7
/// +-+-+-+-+-+-+-+-+
/// |V| level       |
/// +-+-+-+-+-+-+-+-+
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct AudioLevel {
    /// The level in −dBov, 0 (loudest) to 127 (silence); larger numbers are written as 127.
    pub level: u8,
    /// Whether the packet is known to contain voice.
    pub voice: bool,
}

impl ExtensionValue<'_> for AudioLevel {
    const URI: &'static str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";

    fn parse(value: &[u8]) -> Option<Self> {
        // The two-byte form of RFC 6464, section 3, may bring a second octet to skip.
        let (&octet, rest) = value.split_first()?;
        (rest.len() <= 1).then_some(Self {
            level: octet & 0x7f,
            voice: octet & 0x80 != 0,
        })
    }

    fn encoded_len(&self) -> usize {
        1
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        write(&[u8::from(self.voice) << 7 | self.level.min(127)], out)
    }
}
