use core::marker::PhantomData;

use aes::cipher::consts::U16;
use aes::cipher::{BlockCipherEncrypt, BlockSizeUser, InnerIvInit, KeyInit, StreamCipher};
use aes::{Aes128, Aes192, Aes256};
use ctr::Ctr128BE;

use crate::{CounterMode, CounterModeAlgorithm, CounterModeKey, InvalidKeyLength};

pub(super) static AES_128: Cipher<Aes128> = Cipher::new(CounterModeAlgorithm::Aes128);
pub(super) static AES_192: Cipher<Aes192> = Cipher::new(CounterModeAlgorithm::Aes192);
pub(super) static AES_256: Cipher<Aes256> = Cipher::new(CounterModeAlgorithm::Aes256);

pub(super) struct Cipher<C> {
    algorithm: CounterModeAlgorithm,
    cipher: PhantomData<fn() -> C>,
}

impl<C> Cipher<C> {
    const fn new(algorithm: CounterModeAlgorithm) -> Self {
        Self {
            algorithm,
            cipher: PhantomData,
        }
    }
}

impl<C> CounterMode for Cipher<C>
where
    C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> + KeyInit + Send + Sync + 'static,
{
    fn algorithm(&self) -> CounterModeAlgorithm {
        self.algorithm
    }

    fn key(&self, key: &[u8]) -> Result<Box<dyn CounterModeKey>, InvalidKeyLength> {
        let wrong = InvalidKeyLength {
            expected: self.algorithm.key_len(),
            actual: key.len(),
        };
        let keyed = C::new_from_slice(key).map_err(|_| wrong)?;
        Ok(Box::new(Keyed(keyed)))
    }
}

/// The key schedule, borrowed by each use.
struct Keyed<C>(C);

impl<C> CounterModeKey for Keyed<C>
where
    C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> + Send + Sync,
{
    fn apply(&self, iv: &[u8; 16], data: &mut [u8]) {
        let core = ctr::CtrCore::inner_iv_init(&self.0, iv.into());
        Ctr128BE::<&C>::from_core(core).apply_keystream(data);
    }
}
