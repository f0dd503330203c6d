use core::marker::PhantomData;

use aes_gcm::aead::AeadInOut;
use aes_gcm::aead::consts::{U12, U16};
use aes_gcm::{Aes128Gcm, Aes256Gcm, KeyInit};
use chacha20poly1305::ChaCha20Poly1305;

use crate::{Aead, AeadAlgorithm, AeadKey, InvalidKeyLength, OpenError, SealError};

pub(super) static AES_128_GCM: Cipher<Aes128Gcm> = Cipher::new(AeadAlgorithm::Aes128Gcm);
pub(super) static AES_256_GCM: Cipher<Aes256Gcm> = Cipher::new(AeadAlgorithm::Aes256Gcm);
pub(super) static CHACHA20_POLY1305: Cipher<ChaCha20Poly1305> =
    Cipher::new(AeadAlgorithm::ChaCha20Poly1305);

pub(super) struct Cipher<C> {
    algorithm: AeadAlgorithm,
    cipher: PhantomData<fn() -> C>,
}

impl<C> Cipher<C> {
    const fn new(algorithm: AeadAlgorithm) -> Self {
        Self {
            algorithm,
            cipher: PhantomData,
        }
    }
}

impl<C> Aead for Cipher<C>
where
    C: AeadInOut<NonceSize = U12, TagSize = U16> + KeyInit + Send + Sync + 'static,
{
    fn algorithm(&self) -> AeadAlgorithm {
        self.algorithm
    }

    fn key(&self, key: &[u8]) -> Result<Box<dyn AeadKey>, InvalidKeyLength> {
        let wrong = InvalidKeyLength {
            expected: self.algorithm.key_len(),
            actual: key.len(),
        };
        let keyed = C::new_from_slice(key).map_err(|_| wrong)?;
        Ok(Box::new(Keyed(keyed)))
    }
}

struct Keyed<C>(C);

impl<C> AeadKey for Keyed<C>
where
    C: AeadInOut<NonceSize = U12, TagSize = U16> + Send + Sync,
{
    fn seal(
        &self,
        nonce: &[u8; 12],
        aad: &[u8],
        data: &mut [u8],
        tag: &mut [u8; 16],
    ) -> Result<(), SealError> {
        let made = self
            .0
            .encrypt_inout_detached(nonce.into(), aad, data.into())
            .map_err(|_| SealError)?;
        *tag = made.into();
        Ok(())
    }

    fn open(
        &self,
        nonce: &[u8; 12],
        aad: &[u8],
        data: &mut [u8],
        tag: &[u8; 16],
    ) -> Result<(), OpenError> {
        self.0
            .decrypt_inout_detached(nonce.into(), aad, data.into(), tag.into())
            .map_err(|_| OpenError)
    }
}
