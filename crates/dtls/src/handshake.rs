//! Handshake messages (RFC 6347, section 4.2.2), one file per message.
//!
//! ```text
//!  0      1        4      6          9          12
//! +------+--------+------+----------+----------+----------
//! | type | length | seq. | fr. off. | fr. len. | fragment
//! +------+--------+------+----------+----------+----------
//! ```
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

pub(crate) mod certificate;
pub(crate) mod certificate_request;
pub(crate) mod certificate_verify;
pub(crate) mod client_hello;
pub(crate) mod finished;
pub(crate) mod hello_verify_request;
pub(crate) mod key_exchange;
pub(crate) mod server_hello;
#[cfg(test)]
mod tests;

use crate::codec::{ParseError, Reader};

/// Octets of a fragment's header.
pub(crate) const HEADER_LEN: usize = 12;

/// 32 octets of a hello message.
pub(crate) type HelloRandom = [u8; 32];

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum HandshakeType {
    ClientHello,
    ServerHello,
    HelloVerifyRequest,
    Certificate,
    ServerKeyExchange,
    CertificateRequest,
    ServerHelloDone,
    CertificateVerify,
    ClientKeyExchange,
    Finished,
}

impl HandshakeType {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::ClientHello => 1,
            Self::ServerHello => 2,
            Self::HelloVerifyRequest => 3,
            Self::Certificate => 11,
            Self::ServerKeyExchange => 12,
            Self::CertificateRequest => 13,
            Self::ServerHelloDone => 14,
            Self::CertificateVerify => 15,
            Self::ClientKeyExchange => 16,
            Self::Finished => 20,
        }
    }

    const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::ClientHello),
            2 => Some(Self::ServerHello),
            3 => Some(Self::HelloVerifyRequest),
            11 => Some(Self::Certificate),
            12 => Some(Self::ServerKeyExchange),
            13 => Some(Self::CertificateRequest),
            14 => Some(Self::ServerHelloDone),
            15 => Some(Self::CertificateVerify),
            16 => Some(Self::ClientKeyExchange),
            20 => Some(Self::Finished),
            _ => None,
        }
    }
}

/// The header of a fragment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct FragmentHeader {
    pub(crate) kind: HandshakeType,
    /// Octets of the whole message, below 2^24.
    pub(crate) total: u32,
    pub(crate) sequence: u16,
    pub(crate) offset: u32,
    pub(crate) len: u32,
}

impl FragmentHeader {
    /// Reads one fragment from the front.
    pub(crate) fn parse<'a>(reader: &mut Reader<'a>) -> Result<(Self, &'a [u8]), ParseError> {
        let kind = HandshakeType::from_code(reader.u8()?).ok_or(ParseError)?;
        let (total, sequence) = (reader.u24()?, reader.u16()?);
        let (offset, len) = (reader.u24()?, reader.u24()?);
        let body = reader.take(usize::try_from(len).map_err(|_| ParseError)?)?;
        if offset.saturating_add(len) > total || (len == 0 && total != 0) {
            return Err(ParseError);
        }
        Ok((
            Self {
                kind,
                total,
                sequence,
                offset,
                len,
            },
            body,
        ))
    }

    pub(crate) fn encode(self) -> [u8; HEADER_LEN] {
        let [_, t0, t1, t2] = self.total.to_be_bytes();
        let [s0, s1] = self.sequence.to_be_bytes();
        let [_, o0, o1, o2] = self.offset.to_be_bytes();
        let [_, l0, l1, l2] = self.len.to_be_bytes();
        [self.kind.code(), t0, t1, t2, s0, s1, o0, o1, o2, l0, l1, l2]
    }

    /// The header of a message in one piece, as the transcript has it.
    pub(crate) fn whole(kind: HandshakeType, sequence: u16, body: &[u8]) -> Self {
        let total = u32::try_from(body.len()).unwrap_or(u32::MAX);
        Self {
            kind,
            total,
            sequence,
            offset: 0,
            len: total,
        }
    }
}

/// A whole message that was received.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Message {
    pub(crate) kind: HandshakeType,
    pub(crate) sequence: u16,
    pub(crate) body: Vec<u8>,
    /// The number of the record that completed it.
    pub(crate) record: u64,
}
