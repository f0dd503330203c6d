use stonechat_crypto::{Aead, AeadAlgorithm, AeadKey, InvalidKeyLength, OpenError, SealError};

use super::mixer::{Mixer, expand, mix, scramble};

pub(super) struct ToyAead(pub(super) AeadAlgorithm);

impl Aead for ToyAead {
    fn algorithm(&self) -> AeadAlgorithm {
        self.0
    }

    fn key(&self, key: &[u8]) -> Result<Box<dyn AeadKey>, InvalidKeyLength> {
        let expected = self.0.key_len();
        if key.len() != expected {
            return Err(InvalidKeyLength {
                expected,
                actual: key.len(),
            });
        }
        let domain = match self.0 {
            AeadAlgorithm::Aes128Gcm => 1,
            AeadAlgorithm::Aes256Gcm => 2,
            _ => 3,
        };
        Ok(Box::new(Keyed(mix(0x6165_6164, &[domain], key))))
    }
}

struct Keyed(u64);

impl Keyed {
    fn tag(&self, nonce: &[u8; 12], aad: &[u8], sealed: &[u8]) -> [u8; 16] {
        let mut mixer = Mixer::new(self.0);
        mixer.word(aad.len() as u64);
        mixer.update(nonce);
        mixer.update(aad);
        mixer.update(sealed);
        let mut tag = [0; 16];
        expand(mixer.finish(), &mut tag);
        tag
    }

    /// The key stream is one word, turned for each eight octets.
    fn apply(&self, nonce: &[u8; 12], data: &mut [u8]) {
        let mut word = mix(self.0, &[], nonce);
        for chunk in data.chunks_mut(8) {
            word = scramble(word);
            for (octet, key) in chunk.iter_mut().zip(word.to_le_bytes()) {
                *octet ^= key;
            }
        }
    }
}

impl AeadKey for Keyed {
    fn seal(
        &self,
        nonce: &[u8; 12],
        aad: &[u8],
        data: &mut [u8],
        tag: &mut [u8; 16],
    ) -> Result<(), SealError> {
        self.apply(nonce, data);
        *tag = self.tag(nonce, aad, data);
        Ok(())
    }

    fn open(
        &self,
        nonce: &[u8; 12],
        aad: &[u8],
        data: &mut [u8],
        tag: &[u8; 16],
    ) -> Result<(), OpenError> {
        if self.tag(nonce, aad, data) != *tag {
            return Err(OpenError);
        }
        self.apply(nonce, data);
        Ok(())
    }
}
