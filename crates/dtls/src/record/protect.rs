//! Protection of records by authenticated encryption (RFC 5246, section 6.2.3.3; RFC 5288;
//! RFC 7905).

use bytes::{Buf as _, BytesMut};
use stonechat_crypto::{AeadKey, Provider};
use stonechat_sansio::Overhead;

use crate::CipherSuite;
use crate::fault::Fault;

use super::{ContentType, HEADER_LEN, MAX_PLAINTEXT, RecordHeader, VERSION_1_2};

const TAG_LEN: usize = 16;
/// Octets of a nonce that stand in the record, with AES-GCM.
const EXPLICIT_LEN: usize = 8;

/// The keys of one direction in one epoch.
pub(crate) struct Protection {
    key: Box<dyn AeadKey>,
    nonce: NonceForm,
}

#[derive(Clone, Copy)]
enum NonceForm {
    /// Four fixed octets and eight that stand in the record.
    Explicit([u8; 4]),
    /// Twelve octets, combined with the record number.
    Implicit([u8; 12]),
}

/// The record does not open.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum OpenFault {
    /// Too short or too long to be one.
    Length,
    /// The tag is wrong.
    Tag,
}

/// The provider refused to encrypt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct SealFault;

impl Protection {
    pub(crate) fn new(
        provider: &Provider,
        suite: CipherSuite,
        key: &[u8],
        iv: &[u8],
    ) -> Result<Self, Fault> {
        let aead = provider.aead(suite.aead()).ok_or(Fault::Internal)?;
        let nonce = match (<[u8; 4]>::try_from(iv), <[u8; 12]>::try_from(iv)) {
            (Ok(fixed), _) => NonceForm::Explicit(fixed),
            (_, Ok(iv)) => NonceForm::Implicit(iv),
            _ => return Err(Fault::Internal),
        };
        Ok(Self {
            key: aead.key(key).map_err(|_| Fault::Internal)?,
            nonce,
        })
    }

    /// Room around the plain text, with the record's header.
    #[inline]
    pub(crate) const fn overhead(&self) -> Overhead {
        Overhead::new(HEADER_LEN.saturating_add(self.explicit_len()), TAG_LEN)
    }

    #[inline]
    const fn explicit_len(&self) -> usize {
        match self.nonce {
            NonceForm::Explicit(_) => EXPLICIT_LEN,
            NonceForm::Implicit(_) => 0,
        }
    }

    /// Encrypts `body` in place and writes what is around it. `head` and `tail` are as long as
    /// [`overhead`](Self::overhead) says.
    //= https://www.rfc-editor.org/rfc/rfc5288#section-3
    //# The nonce_explicit MAY be the 64-bit sequence number.
    pub(crate) fn seal(
        &self,
        content_type: ContentType,
        epoch: u16,
        sequence: u64,
        (head, body, tail): (&mut [u8], &mut [u8], &mut [u8]),
    ) -> Result<(), SealFault> {
        let explicit_len = self.explicit_len();
        let plain_len = u16::try_from(body.len()).map_err(|_| SealFault)?;
        let fragment_len = body
            .len()
            .saturating_add(explicit_len)
            .saturating_add(TAG_LEN);
        let length = u16::try_from(fragment_len).map_err(|_| SealFault)?;
        let number = RecordHeader::number(epoch, sequence);
        let header = RecordHeader {
            content_type,
            version: VERSION_1_2,
            epoch,
            sequence,
            length,
        };
        let (header_place, explicit) = head.split_at_mut_checked(HEADER_LEN).ok_or(SealFault)?;
        if explicit.len() != explicit_len {
            return Err(SealFault);
        }
        header_place.copy_from_slice(&header.encode());
        if explicit_len == EXPLICIT_LEN {
            explicit.copy_from_slice(&number);
        }
        let tag: &mut [u8; TAG_LEN] = tail.try_into().map_err(|_| SealFault)?;
        let aad = associated_data(header, number, plain_len);
        self.key
            .seal(&self.nonce(number, number), &aad, body, tag)
            .map_err(|_| SealFault)
    }

    /// Decrypts `record`, a whole record, in place; what is left is the plain text.
    pub(crate) fn open(
        &self,
        header: RecordHeader,
        mut record: BytesMut,
    ) -> Result<BytesMut, OpenFault> {
        let explicit_len = self.explicit_len();
        let plain_len = usize::from(header.length)
            .checked_sub(explicit_len.saturating_add(TAG_LEN))
            .filter(|len| *len <= MAX_PLAINTEXT && record.len() == header.record_len())
            .ok_or(OpenFault::Length)?;
        let number = RecordHeader::number(header.epoch, header.sequence);
        record.advance(HEADER_LEN);
        let explicit = record.first_chunk().copied().unwrap_or(number);
        record.advance(explicit_len);
        let (data, tag) = record
            .split_at_mut_checked(plain_len)
            .ok_or(OpenFault::Length)?;
        let tag: &[u8; TAG_LEN] = (&*tag).try_into().map_err(|_| OpenFault::Length)?;
        let plain_len_field = u16::try_from(plain_len).map_err(|_| OpenFault::Length)?;
        let aad = associated_data(header, number, plain_len_field);
        self.key
            .open(&self.nonce(number, explicit), &aad, data, tag)
            .map_err(|_| OpenFault::Tag)?;
        record.truncate(plain_len);
        Ok(record)
    }

    #[inline]
    fn nonce(&self, number: [u8; 8], explicit: [u8; 8]) -> [u8; 12] {
        match self.nonce {
            NonceForm::Explicit(fixed) => {
                let mut nonce = [0; 12];
                nonce[..4].copy_from_slice(&fixed);
                nonce[4..].copy_from_slice(&explicit);
                nonce
            }
            NonceForm::Implicit(mut nonce) => {
                for (octet, other) in nonce.iter_mut().skip(4).zip(number) {
                    *octet ^= other;
                }
                nonce
            }
        }
    }
}

impl core::fmt::Debug for Protection {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Protection(..)")
    }
}

#[inline]
fn associated_data(header: RecordHeader, number: [u8; 8], plain_len: u16) -> [u8; 13] {
    let [content_type, v0, v1, ..] = header.encode();
    let [n0, n1, n2, n3, n4, n5, n6, n7] = number;
    let [l0, l1] = plain_len.to_be_bytes();
    [n0, n1, n2, n3, n4, n5, n6, n7, content_type, v0, v1, l0, l1]
}
