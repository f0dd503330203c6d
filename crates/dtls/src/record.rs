//! Records (RFC 6347, section 4.1).
//!
//! ```text
//!  0      1      3      5            11     13
//! +------+------+------+------------+------+----------
//! | type | vers.| epoch|  sequence  | len. | fragment
//! +------+------+------+------------+------+----------
//! ```
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

pub(crate) mod epoch;
pub(crate) mod protect;
pub(crate) mod replay;

use crate::codec::{ParseError, Reader};

/// Octets of a record's header.
pub(crate) const HEADER_LEN: usize = 13;
/// The most that a record may carry in plain text.
pub(crate) const MAX_PLAINTEXT: usize = 1 << 14;
/// DTLS 1.0, which a first ClientHello's record may bear.
pub(crate) const VERSION_1_0: u16 = 0xfeff;
/// DTLS 1.2.
pub(crate) const VERSION_1_2: u16 = 0xfefd;
/// The first sequence number that a record cannot have.
pub(crate) const SEQUENCE_END: u64 = 1 << 48;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ContentType {
    ChangeCipherSpec,
    Alert,
    Handshake,
    ApplicationData,
}

impl ContentType {
    const fn code(self) -> u8 {
        match self {
            Self::ChangeCipherSpec => 20,
            Self::Alert => 21,
            Self::Handshake => 22,
            Self::ApplicationData => 23,
        }
    }

    const fn from_code(code: u8) -> Option<Self> {
        match code {
            20 => Some(Self::ChangeCipherSpec),
            21 => Some(Self::Alert),
            22 => Some(Self::Handshake),
            23 => Some(Self::ApplicationData),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct RecordHeader {
    pub(crate) content_type: ContentType,
    pub(crate) version: u16,
    pub(crate) epoch: u16,
    pub(crate) sequence: u64,
    pub(crate) length: u16,
}

impl RecordHeader {
    /// Reads the header at the front of `octets`, which hold at least the whole record.
    pub(crate) fn parse(octets: &[u8]) -> Result<Self, ParseError> {
        let mut reader = Reader::new(octets);
        let content_type = ContentType::from_code(reader.u8()?).ok_or(ParseError)?;
        let version = reader.u16()?;
        let (epoch, sequence, length) = (reader.u16()?, reader.u48()?, reader.u16()?);
        if !matches!(version, VERSION_1_0 | VERSION_1_2) {
            return Err(ParseError);
        }
        reader.take(length.into())?;
        Ok(Self {
            content_type,
            version,
            epoch,
            sequence,
            length,
        })
    }

    pub(crate) fn encode(self) -> [u8; HEADER_LEN] {
        let [v0, v1] = self.version.to_be_bytes();
        let [e0, e1] = self.epoch.to_be_bytes();
        let [_, _, s0, s1, s2, s3, s4, s5] = self.sequence.to_be_bytes();
        let [l0, l1] = self.length.to_be_bytes();
        [
            self.content_type.code(),
            v0,
            v1,
            e0,
            e1,
            s0,
            s1,
            s2,
            s3,
            s4,
            s5,
            l0,
            l1,
        ]
    }

    /// Octets of the whole record.
    pub(crate) fn record_len(self) -> usize {
        usize::from(self.length).saturating_add(HEADER_LEN)
    }

    /// Epoch and sequence number in one, as nonces and associated data hold them.
    pub(crate) const fn number(epoch: u16, sequence: u64) -> [u8; 8] {
        let [_, _, s0, s1, s2, s3, s4, s5] = sequence.to_be_bytes();
        let [e0, e1] = epoch.to_be_bytes();
        [e0, e1, s0, s1, s2, s3, s4, s5]
    }
}
