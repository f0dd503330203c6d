//! The formats of points (RFC 8422, section 5.1.2); only the uncompressed one is left.
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::codec::{ParseError, Reader};

pub(crate) const TYPE: u16 = 11;

const UNCOMPRESSED: u8 = 0;

/// Whether the list has the uncompressed format.
pub(crate) fn parse(body: &[u8]) -> Result<bool, ParseError> {
    let mut reader = Reader::new(body);
    let list = reader.vec8()?;
    reader.finish()?;
    Ok(list.contains(&UNCOMPRESSED))
}

pub(crate) fn put(block: &mut Vec<u8>) {
    super::put(block, TYPE, |out| out.extend_from_slice(&[1, UNCOMPRESSED]));
}
