//! Extensions of hello messages (RFC 5246, section 7.4.1.4), one file per extension.
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

pub(crate) mod ec_point_formats;
pub(crate) mod extended_master_secret;
pub(crate) mod renegotiation_info;
pub(crate) mod signature_algorithms;
pub(crate) mod supported_groups;
pub(crate) mod supported_versions;
pub(crate) mod use_srtp;

use crate::codec::{ParseError, Reader, put_u16, put_vec};

/// A block of extensions as it stands on the wire, without its length. No type occurs twice.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Extensions<'a>(&'a [u8]);

impl<'a> Extensions<'a> {
    /// Checks a block.
    pub(crate) fn new(block: &'a [u8]) -> Result<Self, ParseError> {
        let mut reader = Reader::new(block);
        let mut kinds = Vec::new();
        while !reader.is_empty() {
            kinds.push(reader.u16()?);
            reader.vec16()?;
        }
        kinds.sort_unstable();
        let count = kinds.len();
        kinds.dedup();
        if kinds.len() == count {
            Ok(Self(block))
        } else {
            Err(ParseError)
        }
    }

    /// Reads the block and its length; no length at all is an empty block.
    pub(crate) fn parse(reader: &mut Reader<'a>) -> Result<Self, ParseError> {
        if reader.is_empty() {
            return Ok(Self::default());
        }
        Self::new(reader.vec16()?)
    }

    pub(crate) fn encode(self, out: &mut Vec<u8>) {
        if !self.0.is_empty() {
            put_vec::<2>(out, |out| out.extend_from_slice(self.0));
        }
    }

    /// Types and bodies.
    pub(crate) fn iter(self) -> impl Iterator<Item = (u16, &'a [u8])> {
        let mut reader = Reader::new(self.0);
        core::iter::from_fn(move || Some((reader.u16().ok()?, reader.vec16().ok()?)))
    }

    /// The body of the extension `kind`.
    pub(crate) fn get(self, kind: u16) -> Option<&'a [u8]> {
        self.iter()
            .find(|(other, _)| *other == kind)
            .map(|(_, body)| body)
    }
}

/// Appends one extension to a block.
pub(crate) fn put(block: &mut Vec<u8>, kind: u16, body: impl FnOnce(&mut Vec<u8>)) {
    put_u16(block, kind);
    put_vec::<2>(block, body);
}
