//! Error causes of ERROR and ABORT chunks (RFC 9260, section 3.3.10).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use bytes::Bytes;

use crate::packet::padded;

pub(crate) const INVALID_STREAM: u16 = 1;
pub(crate) const MISSING_PARAMETER: u16 = 2;
pub(crate) const STALE_COOKIE: u16 = 3;
pub(crate) const OUT_OF_RESOURCE: u16 = 4;
pub(crate) const UNRESOLVABLE_ADDRESS: u16 = 5;
pub(crate) const UNRECOGNIZED_CHUNK: u16 = 6;
pub(crate) const INVALID_PARAMETER: u16 = 7;
pub(crate) const NO_USER_DATA: u16 = 9;
pub(crate) const COOKIE_WHILE_SHUTTING_DOWN: u16 = 10;
pub(crate) const USER_ABORT: u16 = 12;
pub(crate) const PROTOCOL_VIOLATION: u16 = 13;

/// An error cause that we owe the peer.
#[derive(Clone, Debug)]
pub(crate) struct Cause {
    pub(crate) code: u16,
    pub(crate) info: Bytes,
}

impl Cause {
    pub(crate) fn new(code: u16, info: &[u8]) -> Self {
        Self {
            code,
            info: Bytes::copy_from_slice(info.get(..256).unwrap_or(info)),
        }
    }

    /// The octets of the cause with padding.
    pub(crate) fn encoded(&self) -> Vec<u8> {
        let len = self.info.len().saturating_add(4);
        let mut out = Vec::with_capacity(padded(len));
        out.extend_from_slice(&self.code.to_be_bytes());
        out.extend_from_slice(&u16::try_from(len).unwrap_or(4).to_be_bytes());
        out.extend_from_slice(&self.info);
        out.resize(padded(len), 0);
        out
    }
}
