//! HelloVerifyRequest (RFC 6347, section 4.2.1).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::codec::{ParseError, Reader, put_u16, put_vec};
use crate::record::VERSION_1_0;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct HelloVerifyRequest<'a> {
    pub(crate) cookie: &'a [u8],
}

impl<'a> HelloVerifyRequest<'a> {
    pub(crate) fn parse(body: &'a [u8]) -> Result<Self, ParseError> {
        let mut reader = Reader::new(body);
        let _version = reader.u16()?;
        let cookie = reader.vec8()?;
        reader.finish()?;
        Ok(Self { cookie })
    }

    //= https://www.rfc-editor.org/rfc/rfc6347#section-4.2.1
    //# DTLS 1.2 server implementations SHOULD use DTLS version 1.0 regardless of the version of
    //# TLS that is expected to be negotiated.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        put_u16(out, VERSION_1_0);
        put_vec::<1>(out, |out| out.extend_from_slice(self.cookie));
    }
}
