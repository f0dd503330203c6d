use stonechat_crypto::Provider;

use crate::CipherSuite;
use crate::fault::Fault;
use crate::handshake::{FragmentHeader, HandshakeType};

/// All messages of a handshake, as if none had been fragmented (RFC 6347, section 4.2.6).
///
/// Kept whole because a CertificateVerify signs the octets themselves; bounded by the reassembly
/// limit of what the peer may send.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transcript {
    octets: Vec<u8>,
}

impl Transcript {
    pub(crate) fn add(&mut self, kind: HandshakeType, sequence: u16, body: &[u8]) {
        self.octets
            .extend_from_slice(&FragmentHeader::whole(kind, sequence, body).encode());
        self.octets.extend_from_slice(body);
    }

    #[cfg(test)]
    pub(crate) const fn from_octets(octets: Vec<u8>) -> Self {
        Self { octets }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.octets
    }

    /// The hash of all messages so far.
    pub(crate) fn hash(&self, provider: &Provider, suite: CipherSuite) -> Result<Vec<u8>, Fault> {
        let hash = provider.hash(suite.hash()).ok_or(Fault::Internal)?;
        let mut digest = vec![0; suite.hash().output_len()];
        hash.hash(&[&self.octets], &mut digest);
        Ok(digest)
    }
}
