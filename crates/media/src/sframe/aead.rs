#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use stonechat_crypto::{AeadKey, CounterModeKey, MacKey, Provider};

use super::cipher_suite::Cipher;
use super::{CipherSuite, KeyError};

/// The provider could not encrypt.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the provider could not encrypt")]
pub struct SealError;

/// The authenticated encryption of a suite with its key: that of a provider, or counter mode with
/// a code behind it (RFC 9605, section 4.5.1).
pub struct Aead {
    suite: CipherSuite,
    keyed: Keyed,
}

enum Keyed {
    CounterMode(Box<dyn CounterModeKey>, Box<dyn MacKey>),
    Gcm(Box<dyn AeadKey>),
}

impl Aead {
    /// With a key of [`CipherSuite::key_len`] octets.
    ///
    /// # Errors
    ///
    /// [`KeyError::Unsupported`] if the provider lacks a part, [`KeyError::Length`] if the key has
    /// another length.
    pub fn new(provider: &Provider, suite: CipherSuite, key: &[u8]) -> Result<Self, KeyError> {
        let keyed = match suite.cipher() {
            Cipher::Gcm(algorithm) => {
                let aead = provider.aead(algorithm).ok_or(KeyError::Unsupported)?;
                Keyed::Gcm(aead.key(key).map_err(|_| KeyError::Length)?)
            }
            Cipher::CounterMode(algorithm) => {
                let cipher = provider.counter_mode(algorithm);
                let mac = provider.mac(suite.mac());
                let (cipher, mac) = cipher.zip(mac).ok_or(KeyError::Unsupported)?;
                let parts = key.split_at_checked(algorithm.key_len());
                let (encryption, authentication) = parts.ok_or(KeyError::Length)?;
                if authentication.len() != suite.mac().output_len() {
                    return Err(KeyError::Length);
                }
                let cipher = cipher.key(encryption).map_err(|_| KeyError::Length)?;
                Keyed::CounterMode(cipher, mac.key(authentication))
            }
        };
        Ok(Self { suite, keyed })
    }

    /// Encrypts `data` in place, appends nothing; the tag is returned, of which the first
    /// [`CipherSuite::tag_len`] octets count.
    ///
    /// # Errors
    ///
    /// [`SealError`]; `data` must then not be sent.
    pub fn seal(
        &self,
        nonce: &[u8; 12],
        aad: &[u8],
        data: &mut [u8],
    ) -> Result<[u8; 16], SealError> {
        let mut tag = [0; 16];
        match &self.keyed {
            Keyed::Gcm(key) => key
                .seal(nonce, aad, data, &mut tag)
                .map_err(|_| SealError)?,
            Keyed::CounterMode(cipher, mac) => {
                cipher.apply(&counter_block(nonce), data);
                let lengths = self.lengths(aad, data);
                mac.sign(&[&lengths, nonce, aad, data], &mut tag);
            }
        }
        Ok(tag)
    }

    /// Checks `tag` and decrypts `data` in place; `false` if the tag is wrong.
    #[must_use]
    pub fn open(&self, nonce: &[u8; 12], aad: &[u8], data: &mut [u8], tag: &[u8]) -> bool {
        if tag.len() != self.suite.tag_len() {
            return false;
        }
        match &self.keyed {
            Keyed::Gcm(key) => {
                let Ok(tag) = tag.try_into() else {
                    return false;
                };
                key.open(nonce, aad, data, tag).is_ok()
            }
            Keyed::CounterMode(cipher, mac) => {
                let lengths = self.lengths(aad, data);
                let valid = mac.verify(&[&lengths, nonce, aad, data], tag);
                if valid {
                    cipher.apply(&counter_block(nonce), data);
                }
                valid
            }
        }
    }

    /// The lengths that the code covers.
    fn lengths(&self, aad: &[u8], data: &[u8]) -> [u8; 24] {
        let mut out = [0; 24];
        let lengths = [aad.len(), data.len(), self.suite.tag_len()];
        for (slot, len) in out.chunks_mut(8).zip(lengths) {
            let len = u64::try_from(len).unwrap_or(u64::MAX);
            slot.copy_from_slice(&len.to_be_bytes());
        }
        out
    }
}

impl core::fmt::Debug for Aead {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Aead({:?})", self.suite)
    }
}

/// The nonce with four zero octets behind it.
fn counter_block(nonce: &[u8; 12]) -> [u8; 16] {
    let mut block = [0; 16];
    for (slot, octet) in block.iter_mut().zip(nonce) {
        *slot = *octet;
    }
    block
}
