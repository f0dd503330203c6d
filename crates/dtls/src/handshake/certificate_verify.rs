//! CertificateVerify (RFC 5246, section 7.4.8).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::codec::{ParseError, Reader, put_u16, put_vec};

/// A signature and its scheme (RFC 5246, section 4.7).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct DigitallySigned<'a> {
    pub(crate) scheme: u16,
    pub(crate) signature: &'a [u8],
}

impl<'a> DigitallySigned<'a> {
    pub(crate) fn parse(body: &'a [u8]) -> Result<Self, ParseError> {
        let mut reader = Reader::new(body);
        let signed = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(signed)
    }

    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Self, ParseError> {
        Ok(Self {
            scheme: reader.u16()?,
            signature: reader.vec16()?,
        })
    }

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        put_u16(out, self.scheme);
        put_vec::<2>(out, |out| out.extend_from_slice(self.signature));
    }
}
