//! ServerHello (RFC 5246, section 7.4.1.3).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::codec::{ParseError, Reader, put_u16, put_vec};
use crate::extension::Extensions;

use super::HelloRandom;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct ServerHello<'a> {
    pub(crate) version: u16,
    pub(crate) random: HelloRandom,
    pub(crate) session_id: &'a [u8],
    pub(crate) cipher_suite: u16,
    pub(crate) compression_method: u8,
    pub(crate) extensions: Extensions<'a>,
}

impl<'a> ServerHello<'a> {
    pub(crate) fn parse(body: &'a [u8]) -> Result<Self, ParseError> {
        let mut reader = Reader::new(body);
        let version = reader.u16()?;
        let random = reader.array()?;
        let session_id = reader.vec8()?;
        let cipher_suite = reader.u16()?;
        let compression_method = reader.u8()?;
        let extensions = Extensions::parse(&mut reader)?;
        reader.finish()?;
        if session_id.len() > 32 {
            return Err(ParseError);
        }
        Ok(Self {
            version,
            random,
            session_id,
            cipher_suite,
            compression_method,
            extensions,
        })
    }

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        put_u16(out, self.version);
        out.extend_from_slice(&self.random);
        put_vec::<1>(out, |out| out.extend_from_slice(self.session_id));
        put_u16(out, self.cipher_suite);
        out.push(self.compression_method);
        self.extensions.encode(out);
    }
}
