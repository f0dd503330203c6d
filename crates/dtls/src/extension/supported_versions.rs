//! The versions of a client that knows more than one scheme of them (RFC 8446, section 4.2.1).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::codec::{ParseError, Reader, U16List};

pub(crate) const TYPE: u16 = 43;

/// Reads the list of a ClientHello.
pub(crate) fn parse(body: &[u8]) -> Result<U16List<'_>, ParseError> {
    let mut reader = Reader::new(body);
    let list = U16List::new(reader.vec8()?)?;
    reader.finish()?;
    Ok(list)
}
