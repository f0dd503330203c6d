use std::collections::VecDeque;
use std::sync::Arc;

use stonechat_crypto::{Provider, Secret};

use super::key::Key;
use super::{CipherSuite, Header, KeyError};

/// Keys of which the counter is remembered after they were replaced.
const MAX_REMEMBERED: usize = 64;

/// Why nothing was encrypted.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EncryptError {
    /// No key was set yet.
    #[error("no key was set: set one first")]
    NoKey,
    /// The counter of the key came to its end: set another key.
    #[error("the counter of the key came to its end: set another key")]
    Exhausted,
    /// The provider could not encrypt.
    #[error("the provider could not encrypt")]
    Provider,
}

/// Makes SFrame ciphertexts.
///
/// No counter is used twice with a key, also if a key is set, replaced and set again. What outlives
/// the object is up to the application: [`next_counter`](Self::next_counter) and
/// [`set_key_from`](Self::set_key_from) carry the counter over.
///
/// # Limits
///
/// It remembers 64 keys that were replaced; beyond, keys it does not remember begin behind the
/// highest counter that it forgot.
#[derive(Debug)]
pub struct Encryptor {
    provider: Arc<Provider>,
    suite: CipherSuite,
    current: Option<Current>,
    before: VecDeque<(u64, [u8; 12], Option<u64>)>,
    floor: Option<u64>,
}

#[derive(Debug)]
struct Current {
    key_id: u64,
    key: Key,
    /// `None` once all were used.
    next: Option<u64>,
}

impl Encryptor {
    /// An encryptor without a key.
    #[must_use]
    pub const fn new(provider: Arc<Provider>, suite: CipherSuite) -> Self {
        Self {
            provider,
            suite,
            current: None,
            before: VecDeque::new(),
            floor: Some(0),
        }
    }

    /// The suite.
    #[must_use]
    pub const fn suite(&self) -> CipherSuite {
        self.suite
    }

    /// Encrypts with `base_key` under `key_id` from now on. A key that was used before goes on
    /// where it was.
    ///
    /// # Errors
    ///
    /// See [`KeyError`]; what was set before stays.
    pub fn set_key(&mut self, key_id: u64, base_key: &Secret) -> Result<(), KeyError> {
        self.set_key_from(key_id, base_key, 0)
    }

    /// The same for a key whose counters below `counter` were used by another encryptor.
    ///
    /// # Errors
    ///
    /// See [`KeyError`]; what was set before stays.
    pub fn set_key_from(
        &mut self,
        key_id: u64,
        base_key: &Secret,
        counter: u64,
    ) -> Result<(), KeyError> {
        let key = Key::new(&self.provider, self.suite, key_id, base_key)?;
        if let Some(current) = self.current.take() {
            self.remember(current.key_id, current.key.fingerprint(), current.next);
        }
        let known = self
            .before
            .iter()
            .position(|(id, print, _)| (*id, *print) == (key_id, key.fingerprint()));
        let next = match known.and_then(|index| self.before.remove(index)) {
            Some((_, _, next)) => next,
            None => self.floor,
        };
        self.current = Some(Current {
            key_id,
            key,
            next: next.map(|next| next.max(counter)),
        });
        Ok(())
    }

    fn remember(&mut self, key_id: u64, print: [u8; 12], next: Option<u64>) {
        self.before.push_back((key_id, print, next));
        if self.before.len() > MAX_REMEMBERED
            && let Some((_, _, forgotten)) = self.before.pop_front()
        {
            let floors = self.floor.zip(forgotten);
            self.floor = floors.map(|(floor, forgotten)| floor.max(forgotten));
        }
    }

    /// The id of the key that is used.
    #[must_use]
    pub fn key_id(&self) -> Option<u64> {
        self.current.as_ref().map(|current| current.key_id)
    }

    /// The counter that the next ciphertext gets; `None` without a key, or after the last one.
    #[must_use]
    pub fn next_counter(&self) -> Option<u64> {
        self.current.as_ref()?.next
    }

    /// The ciphertext of `plain`; `metadata` is authenticated and not part of it (RFC 9605,
    /// section 4.4.3).
    ///
    /// # Errors
    ///
    /// See [`EncryptError`]. A counter is used up even if the provider fails.
    pub fn encrypt(&mut self, metadata: &[u8], plain: &[u8]) -> Result<Vec<u8>, EncryptError> {
        let current = self.current.as_mut().ok_or(EncryptError::NoKey)?;
        let counter = current.next.ok_or(EncryptError::Exhausted)?;
        current.next = counter.checked_add(1);
        let header = Header {
            key_id: current.key_id,
            counter,
        };
        current
            .key
            .seal(header, metadata, plain)
            .map_err(|_| EncryptError::Provider)
    }
}
