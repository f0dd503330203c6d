#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::{ExtensionValue, write};
use crate::Full;

/// Which media section the packet belongs to (RFC 8843, section 15.2).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct SdesMid<'a>(pub &'a str);

/// Which encoding of its source the packet belongs to (RFC 8852, section 3.1).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct SdesRid<'a>(pub &'a str);

/// Which encoding the redundancy in the packet repairs (RFC 8852, section 3.2).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct SdesRepairedRid<'a>(pub &'a str);

impl<'a> ExtensionValue<'a> for SdesMid<'a> {
    const URI: &'static str = "urn:ietf:params:rtp-hdrext:sdes:mid";

    fn parse(value: &'a [u8]) -> Option<Self> {
        text(value).map(Self)
    }

    fn encoded_len(&self) -> usize {
        self.0.len()
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        write(self.0.as_bytes(), out)
    }
}

impl<'a> ExtensionValue<'a> for SdesRid<'a> {
    const URI: &'static str = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";

    fn parse(value: &'a [u8]) -> Option<Self> {
        text(value).map(Self)
    }

    fn encoded_len(&self) -> usize {
        self.0.len()
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        write(self.0.as_bytes(), out)
    }
}

impl<'a> ExtensionValue<'a> for SdesRepairedRid<'a> {
    const URI: &'static str = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";

    fn parse(value: &'a [u8]) -> Option<Self> {
        text(value).map(Self)
    }

    fn encoded_len(&self) -> usize {
        self.0.len()
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        write(self.0.as_bytes(), out)
    }
}

/// Text of 1 to 255 octets. A sender may pad it with zero octets to keep the extension's length.
fn text(value: &[u8]) -> Option<&str> {
    let text = core::str::from_utf8(value).ok()?.trim_end_matches('\0');
    matches!(text.len(), 1..=255).then_some(text)
}
