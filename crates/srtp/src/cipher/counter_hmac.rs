use stonechat_crypto::{CounterModeKey, MacAlgorithm, MacKey, Provider};
use stonechat_rtp::Ssrc;

use super::{Failed, IndexWord};
use crate::{KeyError, Profile};

/// AES in counter mode with HMAC-SHA-1 (RFC 3711, sections 4.1.1 and 4.2).
pub(crate) struct CounterHmac {
    key: Box<dyn CounterModeKey>,
    mac: Box<dyn MacKey>,
    salt: [u8; 14],
    tag_len: usize,
}

impl CounterHmac {
    /// Octets of a session authentication key (RFC 3711, section 5.2).
    pub(super) const MAC_KEY_LEN: usize = 20;

    /// Of session keys: for encryption, authentication and the salt.
    pub(super) fn new(
        provider: &Provider,
        profile: Profile,
        (key, mac, salt): (&[u8], &[u8], &[u8]),
        tag_len: usize,
    ) -> Result<Self, KeyError> {
        let cipher = provider
            .counter_mode(profile.counter_mode())
            .ok_or(KeyError::Unsupported)?;
        let hmac = provider
            .mac(MacAlgorithm::HmacSha1)
            .ok_or(KeyError::Unsupported)?;
        Ok(Self {
            key: cipher.key(key).map_err(|_| KeyError::Unsupported)?,
            mac: hmac.key(mac),
            salt: salt.try_into().map_err(|_| KeyError::Unsupported)?,
            tag_len,
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
        let payload = packet.get_mut(header_len..).ok_or(Failed)?;
        self.key.apply(&self.iv(ssrc, index), payload);
        self.sign(&[packet, &rollover(index)], tag)
    }

    pub(super) fn open_rtp(
        &self,
        ssrc: Ssrc,
        index: u64,
        packet: &mut [u8],
        header_len: usize,
        tag: &[u8],
    ) -> Result<(), Failed> {
        self.verify(&[packet, &rollover(index)], tag)?;
        let payload = packet.get_mut(header_len..).ok_or(Failed)?;
        self.key.apply(&self.iv(ssrc, index), payload);
        Ok(())
    }

    pub(super) fn seal_rtcp(
        &self,
        ssrc: Ssrc,
        word: IndexWord,
        packet: &mut [u8],
        trailer: &mut [u8],
    ) -> Result<(), Failed> {
        if word.is_encrypted() {
            let body = packet.get_mut(8..).ok_or(Failed)?;
            self.key
                .apply(&self.iv(ssrc, u64::from(word.index())), body);
        }
        let (out, tag) = trailer.split_first_chunk_mut().ok_or(Failed)?;
        *out = word.0;
        self.sign(&[packet, &word.0], tag)
    }

    pub(super) fn open_rtcp(
        &self,
        ssrc: Ssrc,
        word: IndexWord,
        packet: &mut [u8],
        tag: &[u8],
    ) -> Result<(), Failed> {
        self.verify(&[packet, &word.0], tag)?;
        if word.is_encrypted() {
            let body = packet.get_mut(8..).ok_or(Failed)?;
            self.key
                .apply(&self.iv(ssrc, u64::from(word.index())), body);
        }
        Ok(())
    }

    fn sign(&self, parts: &[&[u8]], tag: &mut [u8]) -> Result<(), Failed> {
        let len = tag.len();
        if len == self.tag_len && self.mac.sign(parts, tag) == len {
            Ok(())
        } else {
            Err(Failed)
        }
    }

    fn verify(&self, parts: &[&[u8]], tag: &[u8]) -> Result<(), Failed> {
        // A shorter tag would match more easily.
        if tag.len() == self.tag_len && self.mac.verify(parts, tag) {
            Ok(())
        } else {
            Err(Failed)
        }
    }

    /// The first counter block: (salt · 2¹⁶) xor (SSRC · 2⁶⁴) xor (index · 2¹⁶).
    fn iv(&self, ssrc: Ssrc, index: u64) -> [u8; 16] {
        let mut salted = [0; 16];
        if let Some(out) = salted.first_chunk_mut() {
            *out = self.salt;
        }
        let mask = u128::from(ssrc.0) << 64 | u128::from(index) << 16;
        (u128::from_be_bytes(salted) ^ mask).to_be_bytes()
    }
}

/// The rollover counter, which the tag covers behind the packet.
const fn rollover(index: u64) -> [u8; 4] {
    let [_, _, a, b, c, d, _, _] = index.to_be_bytes();
    [a, b, c, d]
}
