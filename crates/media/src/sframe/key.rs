use stonechat_crypto::{Provider, Secret, hkdf_expand, hkdf_extract};

use super::aead::{Aead, SealError};
use super::{CipherSuite, Header};

/// Octets of the longest base key.
const MAX_BASE_KEY: usize = 1_024;

/// Why a key was not taken. Nothing was changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The key has no octets, more than 1,024, or not those of its algorithm.
    #[error("the key has a length that cannot be used")]
    Length,
    /// The provider lacks a part of the suite.
    #[error("the cryptography provider lacks the cipher suite")]
    Unsupported,
    /// There are as many keys as there may be: remove one.
    #[error("there are as many keys as there may be")]
    TooMany,
}

/// What a base key gives (RFC 9605, section 4.4.2).
#[derive(Clone, Debug)]
pub struct Derived {
    /// `sframe_secret`.
    pub secret: Secret,
    /// `sframe_key`, of [`CipherSuite::key_len`] octets.
    pub key: Secret,
    /// `sframe_salt`.
    pub salt: [u8; 12],
}

/// Derives key and salt from the base key that `key_id` names (RFC 9605, section 4.4.2).
///
/// # Errors
///
/// See [`KeyError`].
pub fn derive(
    provider: &Provider,
    suite: CipherSuite,
    key_id: u64,
    base_key: &Secret,
) -> Result<Derived, KeyError> {
    if !(1..=MAX_BASE_KEY).contains(&base_key.as_bytes().len()) {
        return Err(KeyError::Length);
    }
    let mac = provider.mac(suite.mac()).ok_or(KeyError::Unsupported)?;
    let secret = hkdf_extract(mac, &[], base_key.as_bytes());
    let (key_id, suite_id) = (key_id.to_be_bytes(), suite.id().to_be_bytes());
    let expand = |label: &[u8], len| {
        hkdf_expand(mac, &secret, &[label, &key_id, &suite_id], len).map_err(|_| KeyError::Length)
    };
    let key = expand(b"SFrame 1.0 Secret key ", suite.key_len())?;
    let salt = expand(b"SFrame 1.0 Secret salt ", 12)?;
    let salt = salt
        .as_bytes()
        .try_into()
        .map_err(|_| KeyError::Unsupported)?;
    Ok(Derived { secret, key, salt })
}

/// A key that is ready to be used.
#[derive(Debug)]
pub(super) struct Key {
    aead: Aead,
    salt: [u8; 12],
    tag_len: usize,
}

impl Key {
    pub(super) fn new(
        provider: &Provider,
        suite: CipherSuite,
        key_id: u64,
        base_key: &Secret,
    ) -> Result<Self, KeyError> {
        let derived = derive(provider, suite, key_id, base_key)?;
        Ok(Self {
            aead: Aead::new(provider, suite, derived.key.as_bytes())?,
            salt: derived.salt,
            tag_len: suite.tag_len(),
        })
    }

    /// What tells this key from others, without telling what it is.
    pub(super) const fn fingerprint(&self) -> [u8; 12] {
        self.salt
    }

    /// The ciphertext of `plain` under `header`.
    pub(super) fn seal(
        &self,
        header: Header,
        metadata: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        let header_len = header.encoded_len();
        let mut out = Vec::with_capacity(header_len + plain.len() + self.tag_len);
        header.encode(&mut out);
        let aad = [&out, metadata].concat();
        out.extend_from_slice(plain);
        let data = out.get_mut(header_len..).unwrap_or_default();
        let tag = self.aead.seal(&self.nonce(header.counter), &aad, data)?;
        out.extend(tag.iter().take(self.tag_len));
        Ok(out)
    }

    /// The plaintext of `sealed`, which begins with `header`; `None` if it is not authentic.
    pub(super) fn open(&self, header: Header, metadata: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (head, body) = sealed.split_at_checked(header.encoded_len())?;
        let (data, tag) = body.split_at_checked(body.len().checked_sub(self.tag_len)?)?;
        let aad = [head, metadata].concat();
        let mut data = data.to_vec();
        let nonce = self.nonce(header.counter);
        self.aead.open(&nonce, &aad, &mut data, tag).then_some(data)
    }

    /// The salt with the counter added to its last octets without carry.
    fn nonce(&self, counter: u64) -> [u8; 12] {
        let mut nonce = self.salt;
        for (slot, octet) in nonce.iter_mut().skip(4).zip(counter.to_be_bytes()) {
            *slot ^= octet;
        }
        nonce
    }
}
