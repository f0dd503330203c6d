use core::marker::PhantomData;

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use crate::{Hash, HashAlgorithm, HashContext};

pub(super) static MD5: Function<Md5> = Function::new(HashAlgorithm::Md5);
pub(super) static SHA1: Function<Sha1> = Function::new(HashAlgorithm::Sha1);
pub(super) static SHA224: Function<Sha224> = Function::new(HashAlgorithm::Sha224);
pub(super) static SHA256: Function<Sha256> = Function::new(HashAlgorithm::Sha256);
pub(super) static SHA384: Function<Sha384> = Function::new(HashAlgorithm::Sha384);
pub(super) static SHA512: Function<Sha512> = Function::new(HashAlgorithm::Sha512);

pub(super) struct Function<D> {
    algorithm: HashAlgorithm,
    digest: PhantomData<fn() -> D>,
}

impl<D> Function<D> {
    const fn new(algorithm: HashAlgorithm) -> Self {
        Self {
            algorithm,
            digest: PhantomData,
        }
    }
}

impl<D: Digest + Clone + Send + Sync + 'static> Hash for Function<D> {
    fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    fn start(&self) -> Box<dyn HashContext> {
        Box::new(Context(D::new()))
    }

    fn hash(&self, parts: &[&[u8]], out: &mut [u8]) -> usize {
        let mut digest = D::new();
        for part in parts {
            digest.update(part);
        }
        copy_prefix(&digest.finalize(), out)
    }
}

struct Context<D>(D);

impl<D: Digest + Clone + Send + Sync + 'static> HashContext for Context<D> {
    fn update(&mut self, octets: &[u8]) {
        self.0.update(octets);
    }

    fn fork(&self) -> Box<dyn HashContext> {
        Box::new(Self(self.0.clone()))
    }

    fn digest(&self, out: &mut [u8]) -> usize {
        copy_prefix(&self.0.clone().finalize(), out)
    }
}

/// Copies as much of `from` as `out` takes and returns how much that is.
pub(super) fn copy_prefix(from: &[u8], out: &mut [u8]) -> usize {
    let mut len = 0;
    for (to, from) in out.iter_mut().zip(from) {
        *to = *from;
        len += 1;
    }
    len
}
