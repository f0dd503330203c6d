//! SACK (RFC 9260, section 3.3.4).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::Tsn;
use crate::packet::{u16_at, u32_at};

/// Octets of the value before the gap blocks.
pub(crate) const FIXED_LEN: usize = 12;

/// A SACK as it came in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sack<'a> {
    pub(crate) cumulative: Tsn,
    pub(crate) window: u32,
    gaps: &'a [u8],
}

impl<'a> Sack<'a> {
    /// Parses the value; `None` if the counts do not fit or a block is empty or reversed.
    pub(crate) fn parse(value: &'a [u8]) -> Option<Self> {
        let gaps = usize::from(u16_at(value, 8)?).checked_mul(4)?;
        let duplicates = usize::from(u16_at(value, 10)?);
        let lists = value.get(FIXED_LEN..)?;
        if lists.len() < gaps.checked_add(duplicates.checked_mul(4)?)? {
            return None;
        }
        let sack = Self {
            cumulative: Tsn(u32_at(value, 0)?),
            window: u32_at(value, 4)?,
            gaps: lists.get(..gaps)?,
        };
        sack.gaps()
            .all(|(start, end)| 0 < start && start <= end)
            .then_some(sack)
    }

    /// The gap blocks: first and last, counted from the cumulative TSN.
    pub(crate) fn gaps(&self) -> impl Iterator<Item = (u16, u16)> + use<'a> {
        self.gaps
            .chunks_exact(4)
            .filter_map(|gap| Some((u16_at(gap, 0)?, u16_at(gap, 2)?)))
    }
}
