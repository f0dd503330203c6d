//! Certificate (RFC 5246, section 7.4.2).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::codec::{ParseError, Reader, put_vec};
use crate::verify;

/// The chain as it was sent; only the first certificate counts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct CertificateChain<'a> {
    /// The sender's own certificate in DER, then the others; or nothing.
    pub(crate) certificates: Vec<&'a [u8]>,
}

/// What is kept of the peer's chain.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct RemoteChain {
    /// The peer's own certificate in DER.
    pub(crate) leaf: Vec<u8>,
    /// What it sent behind that.
    pub(crate) issuers: Vec<Vec<u8>>,
    /// How many it sent besides.
    pub(crate) unkept: usize,
}

impl<'a> CertificateChain<'a> {
    pub(crate) fn parse(body: &'a [u8]) -> Result<Self, ParseError> {
        let mut reader = Reader::new(body);
        let mut list = Reader::new(reader.vec24()?);
        reader.finish()?;
        let mut certificates = Vec::new();
        while !list.is_empty() {
            let certificate = list.vec24()?;
            if certificate.is_empty() {
                return Err(ParseError);
            }
            certificates.push(certificate);
        }
        Ok(Self { certificates })
    }

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        put_vec::<3>(out, |out| {
            for certificate in &self.certificates {
                put_vec::<3>(out, |out| out.extend_from_slice(certificate));
            }
        });
    }

    /// The first certificate.
    pub(crate) fn leaf(&self) -> Option<&'a [u8]> {
        self.certificates.first().copied()
    }

    /// What to keep of it: `max` certificates that have the form of one, each once. Their order is
    /// the peer's.
    //= https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2
    //# all implementations SHOULD be prepared to handle potentially extraneous certificates and
    //# arbitrary orderings from any TLS version, with the exception of the end-entity certificate
    //# which MUST be first.
    pub(crate) fn keep(&self, max: usize) -> RemoteChain {
        let mut chain = RemoteChain::default();
        let Some((leaf, others)) = self.certificates.split_first() else {
            return chain;
        };
        chain.leaf = leaf.to_vec();
        for certificate in others {
            let has_room = chain.issuers.len().saturating_add(1) < max;
            let is_known =
                certificate == leaf || chain.issuers.iter().any(|one| one == certificate);
            if has_room && !is_known && verify::is_certificate(certificate) {
                chain.issuers.push(certificate.to_vec());
            } else {
                chain.unkept = chain.unkept.saturating_add(1);
            }
        }
        chain
    }
}
