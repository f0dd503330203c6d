//! Certificate (RFC 5246, section 7.4.2).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::codec::{ParseError, Reader, put_vec};

/// The chain as it was sent; only the first certificate counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct CertificateChain<'a> {
    /// The sender's own certificate in DER, or none.
    pub(crate) leaf: Option<&'a [u8]>,
}

impl<'a> CertificateChain<'a> {
    pub(crate) fn parse(body: &'a [u8]) -> Result<Self, ParseError> {
        let mut reader = Reader::new(body);
        let mut list = Reader::new(reader.vec24()?);
        reader.finish()?;
        let mut leaf = None;
        while !list.is_empty() {
            let certificate = list.vec24()?;
            if certificate.is_empty() {
                return Err(ParseError);
            }
            leaf = leaf.or(Some(certificate));
        }
        Ok(Self { leaf })
    }

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        put_vec::<3>(out, |out| {
            if let Some(leaf) = self.leaf {
                put_vec::<3>(out, |out| out.extend_from_slice(leaf));
            }
        });
    }
}
