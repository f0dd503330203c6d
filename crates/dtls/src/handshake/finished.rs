//! Finished (RFC 5246, section 7.4.9).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::codec::ParseError;

/// Octets of the proof in DTLS 1.2.
pub(crate) const VERIFY_DATA_LEN: usize = 12;

pub(crate) fn parse(body: &[u8]) -> Result<[u8; VERIFY_DATA_LEN], ParseError> {
    body.try_into().map_err(|_| ParseError)
}
