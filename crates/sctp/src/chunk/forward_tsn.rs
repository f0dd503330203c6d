//! FORWARD TSN (RFC 3758, section 3.2).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::packet::{u16_at, u32_at};
use crate::{StreamId, Tsn};

/// A FORWARD TSN as it came in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ForwardTsn<'a> {
    pub(crate) cumulative: Tsn,
    skipped: &'a [u8],
}

impl<'a> ForwardTsn<'a> {
    pub(crate) fn parse(value: &'a [u8]) -> Option<Self> {
        let skipped = value.get(4..)?;
        (skipped.len() % 4 == 0).then_some(Self {
            cumulative: Tsn(u32_at(value, 0)?),
            skipped,
        })
    }

    /// The streams and the last sequence number skipped on each.
    pub(crate) fn skipped(&self) -> impl Iterator<Item = (StreamId, u16)> + use<'a> {
        self.skipped
            .chunks_exact(4)
            .filter_map(|entry| Some((StreamId(u16_at(entry, 0)?), u16_at(entry, 2)?)))
    }
}
