use std::sync::Arc;

use stonechat_crypto::Provider;
use tokio::sync::{Mutex, mpsc};

use super::decryptor::decryptor;
use super::{
    CryptoKey, CryptoKeyId, DecryptorCore, EncryptorCore, SFrameChunk, SFrameDecryptorEvent,
    SFrameTransformOptions, SFrameType,
};
use crate::error::{RtcError, RtcErrorName};
use crate::events::Events;

/// Chunks between `writable` and `readable`; then writing waits.
const WAITING: usize = 16;

/// `SFrameEncryptorStream`: encrypts what is written to it, without any peer connection.
#[derive(Debug)]
pub struct SFrameEncryptorStream {
    core: Arc<EncryptorCore>,
    pipe: Pipe,
}

/// `SFrameDecryptorStream`: decrypts what is written to it, without any peer connection. What
/// cannot be decrypted is left out, and `error` fires.
#[derive(Debug)]
pub struct SFrameDecryptorStream {
    core: Arc<DecryptorCore>,
    pipe: Pipe,
}

/// `readable` of an SFrame stream.
#[derive(Clone, Debug)]
pub struct SFrameReadable {
    chunks: Arc<Mutex<mpsc::Receiver<SFrameChunk>>>,
}

/// `writable` of an SFrame stream. The readable end ends when it is closed.
#[derive(Clone, Debug)]
pub struct SFrameWritable {
    role: Role,
    chunks: Arc<std::sync::Mutex<Option<mpsc::Sender<SFrameChunk>>>>,
}

#[derive(Clone, Debug)]
enum Role {
    Encrypt(Arc<EncryptorCore>),
    Decrypt(Arc<DecryptorCore>),
}

#[derive(Debug)]
struct Pipe {
    readable: SFrameReadable,
    writable: SFrameWritable,
}

impl Pipe {
    fn new(role: Role) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        Self {
            readable: SFrameReadable {
                chunks: Arc::new(Mutex::new(receiver)),
            },
            writable: SFrameWritable {
                role,
                chunks: Arc::new(std::sync::Mutex::new(Some(sender))),
            },
        }
    }
}

impl SFrameEncryptorStream {
    /// The constructor, with the default cryptography.
    #[cfg(feature = "rust-crypto")]
    #[must_use]
    pub fn new(options: SFrameTransformOptions) -> Self {
        Self::with_crypto(stonechat_crypto::rust::provider(), options)
    }

    /// The same with this cryptography.
    #[must_use]
    pub fn with_crypto(crypto: Arc<Provider>, options: SFrameTransformOptions) -> Self {
        let core = EncryptorCore::new(crypto, options.cipher_suite, SFrameType::PerFrame);
        let core = Arc::new(core);
        Self {
            pipe: Pipe::new(Role::Encrypt(Arc::clone(&core))),
            core,
        }
    }

    /// `setEncryptionKey()`: encrypts with `key` under `key_id` from now on.
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

    /// `readable`: the ciphertexts.
    #[must_use]
    pub fn readable(&self) -> SFrameReadable {
        self.pipe.readable.clone()
    }

    /// `writable`: what is to be encrypted.
    #[must_use]
    pub fn writable(&self) -> SFrameWritable {
        self.pipe.writable.clone()
    }
}

impl SFrameDecryptorStream {
    /// The constructor, with the default cryptography.
    #[cfg(feature = "rust-crypto")]
    #[must_use]
    pub fn new(options: SFrameTransformOptions) -> Self {
        Self::with_crypto(stonechat_crypto::rust::provider(), options)
    }

    /// The same with this cryptography.
    #[must_use]
    pub fn with_crypto(crypto: Arc<Provider>, options: SFrameTransformOptions) -> Self {
        let core = Arc::new(DecryptorCore::new(decryptor(crypto, options.cipher_suite)));
        Self {
            pipe: Pipe::new(Role::Decrypt(Arc::clone(&core))),
            core,
        }
    }

    /// `addDecryptionKey()`: opens what names `key_id` with `key`, in place of a key of that id.
    ///
    /// # Errors
    ///
    /// `InvalidModificationError` if the key cannot be used, or there are 1,024 already.
    #[expect(clippy::unused_async, reason = "a promise of the W3C API")]
    pub async fn add_decryption_key(
        &self,
        key: &CryptoKey,
        key_id: impl Into<CryptoKeyId>,
    ) -> Result<(), RtcError> {
        self.core.add_key(key, key_id.into())
    }

    /// `removeDecryptionKey()`: forgets a key; it is no error if there is none.
    ///
    /// # Errors
    ///
    /// None.
    #[expect(clippy::unused_async, reason = "a promise of the W3C API")]
    pub async fn remove_decryption_key(
        &self,
        key_id: impl Into<CryptoKeyId>,
    ) -> Result<(), RtcError> {
        self.core.remove_key(key_id.into());
        Ok(())
    }

    /// `error`, from now on; the first who asks also gets those of before. While 64 are not read,
    /// no more come.
    #[must_use]
    pub fn events(&self) -> Events<SFrameDecryptorEvent> {
        self.core.events()
    }

    /// `readable`: the plaintexts.
    #[must_use]
    pub fn readable(&self) -> SFrameReadable {
        self.pipe.readable.clone()
    }

    /// `writable`: the ciphertexts.
    #[must_use]
    pub fn writable(&self) -> SFrameWritable {
        self.pipe.writable.clone()
    }
}

impl SFrameReadable {
    /// The next chunk; `None` after the writable end was closed and everything was read.
    ///
    /// Nothing is lost if the future is dropped before it is ready.
    pub async fn read(&self) -> Option<SFrameChunk> {
        self.chunks.lock().await.recv().await
    }
}

impl SFrameWritable {
    /// Writes a chunk; waits while 16 chunks were not read.
    ///
    /// # Errors
    ///
    /// `TypeError` after [`close`](Self::close).
    pub async fn write(&self, chunk: impl Into<SFrameChunk>) -> Result<(), RtcError> {
        let sender = self.sender().clone();
        let Some(sender) = sender else {
            return Err(RtcError::new(
                RtcErrorName::TypeError,
                "the stream was closed: nothing can be written",
            ));
        };
        let mut chunk = chunk.into();
        let data = match &self.role {
            Role::Encrypt(core) => core.encrypt(chunk.data()),
            Role::Decrypt(core) => core.decrypt(chunk.data(), || chunk.clone()),
        };
        if let Some(data) = data {
            chunk.set_data(data);
            // Nobody reads any more: it goes nowhere.
            let _ = sender.send(chunk).await;
        }
        Ok(())
    }

    /// Closes the stream: what was written can still be read.
    pub fn close(&self) {
        *self.sender() = None;
    }

    fn sender(&self) -> std::sync::MutexGuard<'_, Option<mpsc::Sender<SFrameChunk>>> {
        super::encryptor::lock(&self.chunks)
    }
}
