//! ClientHello (RFC 5246, section 7.4.1.2; RFC 6347, section 4.2.1).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::codec::{ParseError, Reader, U16List, put_u16, put_vec};
use crate::extension::Extensions;

use super::HelloRandom;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct ClientHello<'a> {
    pub(crate) version: u16,
    pub(crate) random: HelloRandom,
    pub(crate) session_id: &'a [u8],
    pub(crate) cookie: &'a [u8],
    pub(crate) cipher_suites: U16List<'a>,
    pub(crate) compression_methods: &'a [u8],
    pub(crate) extensions: Extensions<'a>,
}

impl<'a> ClientHello<'a> {
    pub(crate) fn parse(body: &'a [u8]) -> Result<Self, ParseError> {
        let mut reader = Reader::new(body);
        let version = reader.u16()?;
        let random = reader.array()?;
        let session_id = reader.vec8()?;
        let cookie = reader.vec8()?;
        let cipher_suites = U16List::new(reader.vec16()?)?;
        let compression_methods = reader.vec8()?;
        let extensions = Extensions::parse(&mut reader)?;
        reader.finish()?;
        if session_id.len() > 32 || compression_methods.is_empty() {
            return Err(ParseError);
        }
        Ok(Self {
            version,
            random,
            session_id,
            cookie,
            cipher_suites,
            compression_methods,
            extensions,
        })
    }

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        put_u16(out, self.version);
        out.extend_from_slice(&self.random);
        put_vec::<1>(out, |out| out.extend_from_slice(self.session_id));
        put_vec::<1>(out, |out| out.extend_from_slice(self.cookie));
        put_vec::<2>(out, |out| {
            out.extend_from_slice(self.cipher_suites.as_bytes());
        });
        put_vec::<1>(out, |out| out.extend_from_slice(self.compression_methods));
        self.extensions.encode(out);
    }
}
