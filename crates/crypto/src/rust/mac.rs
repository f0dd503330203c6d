use core::marker::PhantomData;

use hmac::{EagerHash, Hmac, KeyInit, Mac as _};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use super::hash::copy_prefix;
use crate::{Mac, MacAlgorithm, MacKey};

pub(super) static HMAC_SHA1: Function<Sha1> = Function::new(MacAlgorithm::HmacSha1);
pub(super) static HMAC_SHA256: Function<Sha256> = Function::new(MacAlgorithm::HmacSha256);
pub(super) static HMAC_SHA384: Function<Sha384> = Function::new(MacAlgorithm::HmacSha384);
pub(super) static HMAC_SHA512: Function<Sha512> = Function::new(MacAlgorithm::HmacSha512);

pub(super) struct Function<D> {
    algorithm: MacAlgorithm,
    digest: PhantomData<fn() -> D>,
}

impl<D> Function<D> {
    const fn new(algorithm: MacAlgorithm) -> Self {
        Self {
            algorithm,
            digest: PhantomData,
        }
    }
}

impl<D> Mac for Function<D>
where
    D: EagerHash + 'static,
    Hmac<D>: KeyInit + hmac::Mac + Clone + Send + Sync,
{
    fn algorithm(&self) -> MacAlgorithm {
        self.algorithm
    }

    fn key(&self, key: &[u8]) -> Box<dyn MacKey> {
        // HMAC hashes a key that is longer than a block and pads a shorter one, so this cannot
        // fail; the empty key is what it would be reduced to.
        let keyed = <Hmac<D> as KeyInit>::new_from_slice(key)
            .unwrap_or_else(|_| <Hmac<D> as KeyInit>::new(&Default::default()));
        Box::new(Keyed(keyed))
    }
}

/// The state after the padded key: copied for each use.
struct Keyed<D: EagerHash>(Hmac<D>);

impl<D> Keyed<D>
where
    D: EagerHash,
    Hmac<D>: hmac::Mac + Clone,
{
    fn over(&self, parts: &[&[u8]]) -> Hmac<D> {
        let mut state = self.0.clone();
        for part in parts {
            state.update(part);
        }
        state
    }
}

impl<D> MacKey for Keyed<D>
where
    D: EagerHash,
    Hmac<D>: hmac::Mac + Clone + Send + Sync,
{
    fn sign(&self, parts: &[&[u8]], out: &mut [u8]) -> usize {
        copy_prefix(&self.over(parts).finalize().into_bytes(), out)
    }

    fn verify(&self, parts: &[&[u8]], tag: &[u8]) -> bool {
        !tag.is_empty() && self.over(parts).verify_truncated_left(tag).is_ok()
    }
}
