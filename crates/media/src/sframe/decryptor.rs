use std::collections::BTreeMap;
use std::sync::Arc;

use stonechat_crypto::{Provider, Secret};

use super::key::Key;
use super::replay::ReplayWindow;
use super::{CipherSuite, Header, KeyError, SyntaxError};

/// Keys that a decryptor holds unless it is told otherwise.
const MAX_KEYS: usize = 1_024;

/// Why a ciphertext was not decrypted.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DecryptError {
    /// The octets are no SFrame ciphertext.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// There is no key with the id that the ciphertext names.
    #[error("there is no key {0}")]
    UnknownKey(u64),
    /// The ciphertext was changed, or made with another key.
    #[error("the ciphertext is not authentic")]
    Authentication,
    /// The ciphertext is authentic, and came before or is too old to know.
    #[error("the ciphertext was seen before")]
    Replayed,
}

/// Opens SFrame ciphertexts.
///
/// # Limits
///
/// It holds 1,024 keys unless [`with_max_keys`](Self::with_max_keys) says otherwise.
#[derive(Debug)]
pub struct Decryptor {
    provider: Arc<Provider>,
    suite: CipherSuite,
    keys: BTreeMap<u64, (Key, ReplayWindow)>,
    max_keys: usize,
    refuses_replay: bool,
}

impl Decryptor {
    /// A decryptor without keys that opens a ciphertext as often as it comes.
    #[must_use]
    pub const fn new(provider: Arc<Provider>, suite: CipherSuite) -> Self {
        Self {
            provider,
            suite,
            keys: BTreeMap::new(),
            max_keys: MAX_KEYS,
            refuses_replay: false,
        }
    }

    /// Refuses what came before, and what is 1,024 counters behind the newest (RFC 9605,
    /// section 9.3).
    #[must_use]
    pub const fn refusing_replay(mut self) -> Self {
        self.refuses_replay = true;
        self
    }

    /// Holds at most so many keys.
    #[must_use]
    pub const fn with_max_keys(mut self, max_keys: usize) -> Self {
        self.max_keys = max_keys;
        self
    }

    /// The suite.
    #[must_use]
    pub const fn suite(&self) -> CipherSuite {
        self.suite
    }

    /// Opens with `base_key` what names `key_id` from now on, in place of the key of that id that
    /// was there.
    ///
    /// # Errors
    ///
    /// See [`KeyError`]; nothing changed.
    pub fn add_key(&mut self, key_id: u64, base_key: &Secret) -> Result<(), KeyError> {
        let key = Key::new(&self.provider, self.suite, key_id, base_key)?;
        if let Some((old, _)) = self.keys.get(&key_id) {
            if old.fingerprint() == key.fingerprint() {
                // The same key: what was seen with it stays seen.
                return Ok(());
            }
        } else if self.keys.len() >= self.max_keys {
            return Err(KeyError::TooMany);
        }
        self.keys.insert(key_id, (key, ReplayWindow::default()));
        Ok(())
    }

    /// Forgets the key; `false` if there was none.
    pub fn remove_key(&mut self, key_id: u64) -> bool {
        self.keys.remove(&key_id).is_some()
    }

    /// How many keys it holds.
    #[must_use]
    pub fn key_count(&self) -> usize {
        self.keys.len()
    }

    /// The plaintext of `sealed`; `metadata` is that of the encryption.
    ///
    /// # Errors
    ///
    /// See [`DecryptError`].
    pub fn decrypt(&mut self, metadata: &[u8], sealed: &[u8]) -> Result<Vec<u8>, DecryptError> {
        let (header, body) = Header::parse(sealed)?;
        if body.len() < self.suite.tag_len() {
            return Err(SyntaxError.into());
        }
        let (key, window) = self
            .keys
            .get_mut(&header.key_id)
            .ok_or(DecryptError::UnknownKey(header.key_id))?;
        let plain = key
            .open(header, metadata, sealed)
            .ok_or(DecryptError::Authentication)?;
        if self.refuses_replay && !window.insert(header.counter) {
            return Err(DecryptError::Replayed);
        }
        Ok(plain)
    }
}
