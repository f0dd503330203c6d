//! CertificateRequest (RFC 5246, section 7.4.4; RFC 8422, section 5.5).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::codec::{ParseError, Reader, U16List, put_vec};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct CertificateRequest<'a> {
    pub(crate) certificate_types: &'a [u8],
    pub(crate) signature_algorithms: U16List<'a>,
}

impl<'a> CertificateRequest<'a> {
    pub(crate) fn parse(body: &'a [u8]) -> Result<Self, ParseError> {
        let mut reader = Reader::new(body);
        let certificate_types = reader.vec8()?;
        let signature_algorithms = U16List::new(reader.vec16()?)?;
        let _authorities = reader.vec16()?;
        reader.finish()?;
        Ok(Self {
            certificate_types,
            signature_algorithms,
        })
    }

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        put_vec::<1>(out, |out| out.extend_from_slice(self.certificate_types));
        put_vec::<2>(out, |out| {
            out.extend_from_slice(self.signature_algorithms.as_bytes());
        });
        put_vec::<2>(out, |_| {});
    }
}
