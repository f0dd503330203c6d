//! The master secret is bound to the whole handshake (RFC 7627).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::codec::{ParseError, Reader};

pub(crate) const TYPE: u16 = 23;

pub(crate) fn parse(body: &[u8]) -> Result<(), ParseError> {
    Reader::new(body).finish()
}

pub(crate) fn put(block: &mut Vec<u8>) {
    super::put(block, TYPE, |_| {});
}
