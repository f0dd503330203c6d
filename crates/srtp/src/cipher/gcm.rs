use stonechat_crypto::{AeadKey, Provider};
use stonechat_rtp::Ssrc;

use super::{Failed, IndexWord};
use crate::{KeyError, Profile};

/// AES in Galois/counter mode (RFC 7714).
pub(crate) struct Gcm {
    key: Box<dyn AeadKey>,
    salt: [u8; 12],
}

impl Gcm {
    /// Of session keys.
    pub(super) fn new(
        provider: &Provider,
        profile: Profile,
        key: &[u8],
        salt: &[u8],
    ) -> Result<Self, KeyError> {
        let aead = profile.aead().and_then(|aead| provider.aead(aead));
        Ok(Self {
            key: aead
                .ok_or(KeyError::Unsupported)?
                .key(key)
                .map_err(|_| KeyError::Unsupported)?,
            salt: salt.try_into().map_err(|_| KeyError::Unsupported)?,
        })
    }

    pub(super) fn seal_rtp(
        &self,
        ssrc: Ssrc,
        index: u64,
        packet: &mut [u8],
        header_len: usize,
        tag: &mut [u8],
    ) -> Result<(), Failed> {
        let (header, payload) = packet.split_at_mut_checked(header_len).ok_or(Failed)?;
        let tag = tag.try_into().map_err(|_| Failed)?;
        self.key
            .seal(&self.iv(ssrc, index), header, payload, tag)
            .map_err(|_| Failed)
    }

    pub(super) fn open_rtp(
        &self,
        ssrc: Ssrc,
        index: u64,
        packet: &mut [u8],
        header_len: usize,
        tag: &[u8],
    ) -> Result<(), Failed> {
        let (header, payload) = packet.split_at_mut_checked(header_len).ok_or(Failed)?;
        let tag = tag.try_into().map_err(|_| Failed)?;
        self.key
            .open(&self.iv(ssrc, index), header, payload, tag)
            .map_err(|_| Failed)
    }

    pub(super) fn seal_rtcp(
        &self,
        ssrc: Ssrc,
        word: IndexWord,
        packet: &mut [u8],
        trailer: &mut [u8],
    ) -> Result<(), Failed> {
        let (tag, out) = trailer.split_first_chunk_mut::<16>().ok_or(Failed)?;
        *<&mut [u8; 4]>::try_from(out).map_err(|_| Failed)? = word.0;
        let iv = self.iv(ssrc, u64::from(word.index()));
        if word.is_encrypted() {
            let (head, body) = packet.split_first_chunk_mut().ok_or(Failed)?;
            self.key
                .seal(&iv, &associated(head, word), body, tag)
                .map_err(|_| Failed)
        } else {
            self.key
                .seal(&iv, &associated_plain(packet, word), &mut [], tag)
                .map_err(|_| Failed)
        }
    }

    pub(super) fn open_rtcp(
        &self,
        ssrc: Ssrc,
        word: IndexWord,
        packet: &mut [u8],
        tag: &[u8],
    ) -> Result<(), Failed> {
        let tag = tag.try_into().map_err(|_| Failed)?;
        let iv = self.iv(ssrc, u64::from(word.index()));
        if word.is_encrypted() {
            let (head, body) = packet.split_first_chunk_mut().ok_or(Failed)?;
            self.key
                .open(&iv, &associated(head, word), body, tag)
                .map_err(|_| Failed)
        } else {
            self.key
                .open(&iv, &associated_plain(packet, word), &mut [], tag)
                .map_err(|_| Failed)
        }
    }

    /// (0 ‖ SSRC ‖ 48 bits of index) xor salt (RFC 7714, sections 8.1 and 9.1); an SRTCP index
    /// has 31 bits.
    fn iv(&self, ssrc: Ssrc, index: u64) -> [u8; 12] {
        let plain = u128::from(ssrc.0) << 48 | u128::from(index);
        let [_, _, _, _, plain @ ..] = plain.to_be_bytes();
        let mut iv = self.salt;
        for (out, octet) in iv.iter_mut().zip(plain) {
            *out ^= octet;
        }
        iv
    }
}

/// The associated data of an encrypted SRTCP packet (RFC 7714, section 9.2).
fn associated(head: &[u8; 8], word: IndexWord) -> [u8; 12] {
    let mut aad = [0; 12];
    if let Some((first, last)) = aad.split_first_chunk_mut::<8>() {
        *first = *head;
        last.copy_from_slice(&word.0);
    }
    aad
}

/// The associated data of an unencrypted SRTCP packet: all of it and the index word (RFC 7714,
/// section 9.3). The provider wants it in one piece, so this rare case copies.
fn associated_plain(packet: &[u8], word: IndexWord) -> Vec<u8> {
    [packet, &word.0].concat()
}
