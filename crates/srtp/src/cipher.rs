mod counter_hmac;
mod gcm;

use stonechat_crypto::Provider;
use stonechat_rtp::Ssrc;

use crate::key_derivation::{KeyDerivation, Label};
use crate::{KeyError, Profile};
use counter_hmac::CounterHmac;
use gcm::Gcm;

/// The session keys of one direction and protocol.
pub(crate) enum Cipher {
    CounterHmac(CounterHmac),
    Gcm(Gcm),
}

/// The packet is not authentic, or the provider failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Failed;

/// The E bit and the index of an SRTCP packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct IndexWord(pub(crate) [u8; 4]);

impl IndexWord {
    const ENCRYPTED: u32 = 1 << 31;

    pub(crate) const fn new(index: u32, encrypted: bool) -> Self {
        let flag = if encrypted { Self::ENCRYPTED } else { 0 };
        Self((index & !Self::ENCRYPTED | flag).to_be_bytes())
    }

    pub(crate) const fn index(self) -> u32 {
        u32::from_be_bytes(self.0) & !Self::ENCRYPTED
    }

    pub(crate) const fn is_encrypted(self) -> bool {
        u32::from_be_bytes(self.0) & Self::ENCRYPTED != 0
    }
}

impl Cipher {
    /// The ciphers of SRTP and of SRTCP under a master key and salt.
    pub(crate) fn pair(
        provider: &Provider,
        profile: Profile,
        key: &[u8],
        salt: &[u8],
    ) -> Result<(Self, Self), KeyError> {
        if key.len() != profile.key_len() {
            return Err(KeyError::KeyLength {
                expected: profile.key_len(),
                actual: key.len(),
            });
        }
        if salt.len() != profile.salt_len() {
            return Err(KeyError::SaltLength {
                expected: profile.salt_len(),
                actual: salt.len(),
            });
        }
        let counter_mode = provider
            .counter_mode(profile.counter_mode())
            .ok_or(KeyError::Unsupported)?;
        let master = counter_mode.key(key).map_err(|_| KeyError::Unsupported)?;
        let derivation = KeyDerivation {
            master: &*master,
            salt,
        };
        let rtp = [
            Label::RtpEncryption,
            Label::RtpAuthentication,
            Label::RtpSalt,
        ];
        let rtcp = [
            Label::RtcpEncryption,
            Label::RtcpAuthentication,
            Label::RtcpSalt,
        ];
        // SRTCP tags have 80 bits also where those of SRTP are shorter (RFC 5764, section 4.1.2).
        Ok((
            Self::derived(provider, profile, &derivation, rtp, profile.rtp_overhead())?,
            Self::derived(
                provider,
                profile,
                &derivation,
                rtcp,
                profile.rtcp_overhead() - 4,
            )?,
        ))
    }

    fn derived(
        provider: &Provider,
        profile: Profile,
        derivation: &KeyDerivation<'_>,
        [encryption, authentication, salt]: [Label; 3],
        tag_len: usize,
    ) -> Result<Self, KeyError> {
        let key = derivation.derive(encryption, profile.key_len());
        let salt = derivation.derive(salt, profile.salt_len());
        if profile.aead().is_some() {
            Gcm::new(provider, profile, key.as_bytes(), salt.as_bytes()).map(Self::Gcm)
        } else {
            let mac = derivation.derive(authentication, CounterHmac::MAC_KEY_LEN);
            let keys = (key.as_bytes(), mac.as_bytes(), salt.as_bytes());
            CounterHmac::new(provider, profile, keys, tag_len).map(Self::CounterHmac)
        }
    }

    /// Encrypts `packet` behind its header and writes the tag.
    pub(crate) fn seal_rtp(
        &self,
        ssrc: Ssrc,
        index: u64,
        packet: &mut [u8],
        header_len: usize,
        tag: &mut [u8],
    ) -> Result<(), Failed> {
        match self {
            Self::CounterHmac(cipher) => cipher.seal_rtp(ssrc, index, packet, header_len, tag),
            Self::Gcm(cipher) => cipher.seal_rtp(ssrc, index, packet, header_len, tag),
        }
    }

    /// Checks the tag and decrypts `packet` behind its header.
    pub(crate) fn open_rtp(
        &self,
        ssrc: Ssrc,
        index: u64,
        packet: &mut [u8],
        header_len: usize,
        tag: &[u8],
    ) -> Result<(), Failed> {
        match self {
            Self::CounterHmac(cipher) => cipher.open_rtp(ssrc, index, packet, header_len, tag),
            Self::Gcm(cipher) => cipher.open_rtp(ssrc, index, packet, header_len, tag),
        }
    }

    /// Encrypts `packet` behind its first 8 octets, if `word` says so, and writes the trailer.
    pub(crate) fn seal_rtcp(
        &self,
        ssrc: Ssrc,
        word: IndexWord,
        packet: &mut [u8],
        trailer: &mut [u8],
    ) -> Result<(), Failed> {
        match self {
            Self::CounterHmac(cipher) => cipher.seal_rtcp(ssrc, word, packet, trailer),
            Self::Gcm(cipher) => cipher.seal_rtcp(ssrc, word, packet, trailer),
        }
    }

    /// Checks the tag and decrypts `packet` behind its first 8 octets, if `word` says so.
    pub(crate) fn open_rtcp(
        &self,
        ssrc: Ssrc,
        word: IndexWord,
        packet: &mut [u8],
        tag: &[u8],
    ) -> Result<(), Failed> {
        match self {
            Self::CounterHmac(cipher) => cipher.open_rtcp(ssrc, word, packet, tag),
            Self::Gcm(cipher) => cipher.open_rtcp(ssrc, word, packet, tag),
        }
    }

    /// The index word and the tag of an SRTCP trailer.
    pub(crate) fn split_trailer<'t>(&self, trailer: &'t [u8]) -> Option<(IndexWord, &'t [u8])> {
        match self {
            Self::CounterHmac(_) => {
                let (word, tag) = trailer.split_first_chunk()?;
                Some((IndexWord(*word), tag))
            }
            Self::Gcm(_) => {
                let (tag, word) = trailer.split_last_chunk()?;
                Some((IndexWord(*word), tag))
            }
        }
    }
}

impl core::fmt::Debug for Cipher {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::CounterHmac(_) => "CounterHmac",
            Self::Gcm(_) => "Gcm",
        })
    }
}

#[cfg(test)]
mod tests;
