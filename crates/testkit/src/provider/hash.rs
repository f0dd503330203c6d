use stonechat_crypto::{Hash, HashAlgorithm, HashContext, Mac, MacAlgorithm, MacKey};

use super::mixer::{Mixer, expand};

pub(super) struct ToyHash(pub(super) HashAlgorithm);

impl Hash for ToyHash {
    fn algorithm(&self) -> HashAlgorithm {
        self.0
    }

    fn start(&self) -> Box<dyn HashContext> {
        Box::new(Context {
            mixer: Mixer::new(self.0.output_len() as u64),
            len: self.0.output_len(),
        })
    }

    fn hash(&self, parts: &[&[u8]], out: &mut [u8]) -> usize {
        let mut mixer = Mixer::new(self.0.output_len() as u64);
        parts.iter().for_each(|part| mixer.update(part));
        write(mixer, self.0.output_len(), out)
    }
}

#[derive(Clone)]
struct Context {
    mixer: Mixer,
    len: usize,
}

impl HashContext for Context {
    fn update(&mut self, octets: &[u8]) {
        self.mixer.update(octets);
    }

    fn fork(&self) -> Box<dyn HashContext> {
        Box::new(self.clone())
    }

    fn digest(&self, out: &mut [u8]) -> usize {
        write(self.mixer.clone(), self.len, out)
    }
}

pub(super) struct ToyMac(pub(super) MacAlgorithm);

impl Mac for ToyMac {
    fn algorithm(&self) -> MacAlgorithm {
        self.0
    }

    fn key(&self, key: &[u8]) -> Box<dyn MacKey> {
        let mut mixer = Mixer::new(0x6d61_6300 + self.0.output_len() as u64);
        mixer.update(key);
        // A key and a message that swap an octet differ.
        let keyed = Mixer::new(mixer.finish());
        Box::new(Context {
            mixer: keyed,
            len: self.0.output_len(),
        })
    }
}

impl MacKey for Context {
    fn sign(&self, parts: &[&[u8]], out: &mut [u8]) -> usize {
        let mut mixer = self.mixer.clone();
        parts.iter().for_each(|part| mixer.update(part));
        write(mixer, self.len, out)
    }

    fn verify(&self, parts: &[&[u8]], tag: &[u8]) -> bool {
        let mut code = [0; 64];
        let len = self.sign(parts, &mut code);
        (1..=len).contains(&tag.len()) && code.starts_with(tag)
    }
}

fn write(mixer: Mixer, len: usize, out: &mut [u8]) -> usize {
    let len = len.min(out.len());
    expand(mixer.finish(), &mut out[..len]);
    len
}
