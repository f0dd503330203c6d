//! The signature schemes that the sender verifies (RFC 5246, section 7.4.1.4.1).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::codec::{ParseError, Reader, U16List, put_u16s, put_vec};

pub(crate) const TYPE: u16 = 13;

pub(crate) fn parse(body: &[u8]) -> Result<U16List<'_>, ParseError> {
    let mut reader = Reader::new(body);
    let list = U16List::new(reader.vec16()?)?;
    reader.finish()?;
    Ok(list)
}

pub(crate) fn put(block: &mut Vec<u8>, codes: impl IntoIterator<Item = u16>) {
    super::put(block, TYPE, |out| {
        put_vec::<2>(out, |out| put_u16s(out, codes));
    });
}
