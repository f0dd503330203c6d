//! Profiles for SRTP keyed by this handshake (RFC 5764, section 4.1.1).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::SrtpProfile;
use crate::codec::{ParseError, Reader, U16List, put_u16s, put_vec};

pub(crate) const TYPE: u16 = 14;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct UseSrtp<'a> {
    pub(crate) profiles: U16List<'a>,
    pub(crate) mki: &'a [u8],
}

impl<'a> UseSrtp<'a> {
    pub(crate) fn parse(body: &'a [u8]) -> Result<Self, ParseError> {
        let mut reader = Reader::new(body);
        let profiles = U16List::new(reader.vec16()?)?;
        let mki = reader.vec8()?;
        reader.finish()?;
        Ok(Self { profiles, mki })
    }
}

/// Writes the extension without a master key identifier.
pub(crate) fn put(block: &mut Vec<u8>, profiles: &[SrtpProfile]) {
    super::put(block, TYPE, |out| {
        put_vec::<2>(out, |out| {
            put_u16s(out, profiles.iter().map(|profile| profile.code()));
        });
        out.push(0);
    });
}
