use stonechat_crypto::{HashAlgorithm, Random, rust};

/// A reproducible generator: SHA-256 of a counter.
pub(crate) struct Counter(u64);

impl Counter {
    pub(crate) fn new(start: u64) -> Self {
        Self(start << 32)
    }
}

impl Random for Counter {
    fn fill(&mut self, out: &mut [u8]) {
        let hash = rust::PROVIDER.hash(HashAlgorithm::Sha256).unwrap();
        for chunk in out.chunks_mut(32) {
            self.0 += 1;
            let mut block = [0; 32];
            hash.hash(&[&self.0.to_be_bytes()], &mut block);
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}
