#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::{ExtensionValue, write};
use crate::Full;

/// How loud each contributing source of a mixed packet is, in the order of the CSRC list
/// (RFC 6465).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct MixerLevels<'a>(&'a [u8]);

impl<'a> MixerLevels<'a> {
    /// The levels in −dBov, 0 (loudest) to 127 (silence), or `None` unless they are 1 to 15 such
    /// numbers.
    #[must_use]
    pub fn new(levels: &'a [u8]) -> Option<Self> {
        let valid = matches!(levels.len(), 1..=15) && levels.iter().all(|&level| level <= 127);
        valid.then_some(Self(levels))
    }

    /// The levels in −dBov, 0 (loudest) to 127 (silence).
    pub fn levels(&self) -> impl ExactSizeIterator<Item = u8> + use<'a> {
        self.0.iter().map(|octet| octet & 0x7f)
    }
}

impl<'a> ExtensionValue<'a> for MixerLevels<'a> {
    const URI: &'static str = "urn:ietf:params:rtp-hdrext:csrc-audio-level";

    fn parse(value: &'a [u8]) -> Option<Self> {
        matches!(value.len(), 1..=15).then_some(Self(value))
    }

    fn encoded_len(&self) -> usize {
        self.0.len()
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        write(self.0, out)
    }
}
