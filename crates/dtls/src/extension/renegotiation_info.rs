//! The sender knows secure renegotiation (RFC 5746), which this crate never does.
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::codec::{ParseError, Reader};

pub(crate) const TYPE: u16 = 0xff01;
/// The cipher suite that stands for an empty extension.
pub(crate) const SIGNALING_SUITE: u16 = 0x00ff;

/// Whether it is that of an initial handshake.
pub(crate) fn parse(body: &[u8]) -> Result<bool, ParseError> {
    let mut reader = Reader::new(body);
    let renegotiated_connection = reader.vec8()?;
    reader.finish()?;
    Ok(renegotiated_connection.is_empty())
}

pub(crate) fn put(block: &mut Vec<u8>) {
    super::put(block, TYPE, |out| out.push(0));
}
