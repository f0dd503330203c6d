//! The payload of a retransmission stream (RFC 4588, section 4): the original sequence number
//! (OSN), then the original payload.

#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::{Full, SequenceNumber};

/// Octets that go before the original payload.
pub const OVERHEAD: usize = 2;

/// The original sequence number and payload of a retransmission, or `None` if `payload` is too
/// short for one: padding that a sender probes with on this stream looks so.
#[inline]
#[must_use]
pub fn parse(payload: &[u8]) -> Option<(SequenceNumber, &[u8])> {
    let (osn, original) = payload.split_first_chunk()?;
    Some((SequenceNumber(u16::from_be_bytes(*osn)), original))
}

/// Writes the payload of a retransmission; returns its length.
///
/// # Errors
///
/// [`Full`] if `out` is shorter than [`OVERHEAD`] and `original`.
pub fn encode(osn: SequenceNumber, original: &[u8], out: &mut [u8]) -> Result<usize, Full> {
    let needed = original.len().saturating_add(OVERHEAD);
    let (head, tail) = out
        .get_mut(..needed)
        .and_then(|out| out.split_first_chunk_mut())
        .ok_or(Full { needed })?;
    *head = osn.0.to_be_bytes();
    tail.copy_from_slice(original);
    Ok(needed)
}
