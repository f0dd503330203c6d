use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use stonechat_crypto::Provider;
use stonechat_media::PacketSealer;
use stonechat_media::sframe::{Encryptor, MAX_OVERHEAD};

use super::key::refused;
use super::{CryptoKey, CryptoKeyId, SFrameCipherSuite, SFrameType};
use crate::encoded_transform::Owner;
use crate::error::RtcError;

/// `RTCRtpSFrameEncryptorOptions`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RtcRtpSFrameEncryptorOptions {
    /// `cipherSuite`: the same at both ends.
    pub cipher_suite: SFrameCipherSuite,
    /// `type`: what is one ciphertext.
    pub kind: SFrameType,
}

impl RtcRtpSFrameEncryptorOptions {
    /// Whole frames with this suite.
    #[must_use]
    pub const fn new(cipher_suite: SFrameCipherSuite) -> Self {
        Self {
            cipher_suite,
            kind: SFrameType::PerFrame,
        }
    }
}

/// `RTCRtpSFrameEncryptor`: encrypts what one sender sends. All clones are the same.
///
/// Nothing is sent until a key is set. H.264 per frame is carried in a NAL unit of its own making,
/// which ends that are not stonechat do not know; per packet, any codec can be encrypted.
#[derive(Clone, Debug)]
pub struct RtcRtpSFrameEncryptor {
    pub(crate) core: Arc<EncryptorCore>,
}

impl RtcRtpSFrameEncryptor {
    /// The constructor, with the default cryptography.
    #[cfg(feature = "rust-crypto")]
    #[must_use]
    pub fn new(options: RtcRtpSFrameEncryptorOptions) -> Self {
        Self::with_crypto(stonechat_crypto::rust::provider(), options)
    }

    /// The same with this cryptography.
    #[must_use]
    pub fn with_crypto(crypto: Arc<Provider>, options: RtcRtpSFrameEncryptorOptions) -> Self {
        let core = EncryptorCore::new(crypto, options.cipher_suite, options.kind);
        Self {
            core: Arc::new(core),
        }
    }

    /// `setEncryptionKey()`: encrypts with `key` under `key_id` from now on. A key that was used
    /// before goes on where it was: no counter is used twice.
    ///
    /// # Errors
    ///
    /// `InvalidModificationError` if the key cannot be used.
    #[expect(clippy::unused_async, reason = "a promise of the W3C API")]
    pub async fn set_encryption_key(
        &self,
        key: &CryptoKey,
        key_id: impl Into<CryptoKeyId>,
    ) -> Result<(), RtcError> {
        self.core.set_key(key, key_id.into())
    }

    pub(crate) fn kind(&self) -> SFrameType {
        self.core.kind
    }
}

/// What the clones of an encryptor share.
#[derive(Debug)]
pub(crate) struct EncryptorCore {
    kind: SFrameType,
    encryptor: Mutex<Encryptor>,
    owner: Mutex<Option<Owner>>,
}

impl EncryptorCore {
    pub(super) const fn new(
        crypto: Arc<Provider>,
        suite: SFrameCipherSuite,
        kind: SFrameType,
    ) -> Self {
        Self {
            kind,
            encryptor: Mutex::new(Encryptor::new(crypto, suite.suite())),
            owner: Mutex::new(None),
        }
    }

    pub(super) fn set_key(&self, key: &CryptoKey, key_id: CryptoKeyId) -> Result<(), RtcError> {
        lock(&self.encryptor)
            .set_key(key_id.0, &key.0)
            .map_err(refused)
    }

    /// The ciphertext; `None` while there is no key.
    pub(crate) fn encrypt(&self, plain: &[u8]) -> Option<Bytes> {
        match lock(&self.encryptor).encrypt(&[], plain) {
            Ok(sealed) => Some(sealed.into()),
            Err(error) => {
                tracing::debug!(%error, "frame not encrypted");
                None
            }
        }
    }

    /// Belongs to `owner` from now on; `false` if it belongs to one already.
    pub(crate) fn claim(&self, owner: Owner) -> bool {
        claim(&self.owner, owner)
    }
}

impl PacketSealer for EncryptorCore {
    fn overhead(&self) -> usize {
        MAX_OVERHEAD
    }

    fn seal(&self, payload: &[u8]) -> Option<Bytes> {
        self.encrypt(payload)
    }
}

pub(super) fn claim(slot: &Mutex<Option<Owner>>, owner: Owner) -> bool {
    let mut slot = lock(slot);
    if slot.is_some() {
        return false;
    }
    *slot = Some(owner);
    true
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
