use ml_kem::kem::{Decapsulate as _, Encapsulate as _, Generate as _, KeyExport as _};
use ml_kem::{DecapsulationKey768, EncapsulationKey768};
use x25519_dalek::StaticSecret;

use super::key_exchange::ActiveMontgomery;
use super::random::Generator;
use crate::{ActiveKeyExchange, Completed, InvalidShare, KeyExchange, NamedGroup, Random, Secret};

pub(super) static X25519_MLKEM768: Hybrid = Hybrid;

/// X25519MLKEM768: shares and secrets are those of ML-KEM-768 followed by those of X25519
/// (draft-ietf-tls-ecdhe-mlkem, section 4).
pub(super) struct Hybrid;

/// Octets of an encapsulation key of ML-KEM-768 (FIPS 203, table 3).
const ENCAPSULATION_KEY_LEN: usize = 1184;

/// Octets of a ciphertext of ML-KEM-768 (FIPS 203, table 3).
const CIPHERTEXT_LEN: usize = 1088;

impl KeyExchange for Hybrid {
    fn group(&self) -> NamedGroup {
        NamedGroup::X25519MlKem768
    }

    fn start(&self, random: &mut dyn Random) -> Box<dyn ActiveKeyExchange> {
        let key = DecapsulationKey768::generate_from_rng(&mut Generator(random));
        let curve = start_curve(random);
        let mut share = key.encapsulation_key().to_bytes().to_vec();
        share.extend_from_slice(curve.share());
        Box::new(ActiveHybrid { key, curve, share })
    }

    fn start_and_complete(
        &self,
        random: &mut dyn Random,
        peer_share: &[u8],
    ) -> Result<Completed, InvalidShare> {
        let (peer_key, peer_point) = split(peer_share, ENCAPSULATION_KEY_LEN)?;
        let peer_key = peer_key.try_into().map_err(|_| InvalidShare)?;
        // This includes the modulus check of FIPS 203, section 7.2.
        let peer_key = EncapsulationKey768::new(peer_key).map_err(|_| InvalidShare)?;
        let curve = start_curve(random);
        let point_secret = curve.agree(peer_point)?;
        let (ciphertext, key_secret) = peer_key.encapsulate_with_rng(&mut Generator(random));
        let share = [ciphertext.as_slice(), curve.share()].concat();
        let secret = Secret::new([key_secret.as_slice(), &point_secret].concat());
        Ok(Completed { share, secret })
    }
}

struct ActiveHybrid {
    key: DecapsulationKey768,
    curve: ActiveMontgomery,
    share: Vec<u8>,
}

impl ActiveKeyExchange for ActiveHybrid {
    fn group(&self) -> NamedGroup {
        NamedGroup::X25519MlKem768
    }

    fn share(&self) -> &[u8] {
        &self.share
    }

    fn complete(self: Box<Self>, peer_share: &[u8]) -> Result<Secret, InvalidShare> {
        let (ciphertext, peer_point) = split(peer_share, CIPHERTEXT_LEN)?;
        let point_secret = self.curve.agree(peer_point)?;
        let key_secret = self
            .key
            .decapsulate_slice(ciphertext)
            .map_err(|_| InvalidShare)?;
        Ok(Secret::new([key_secret.as_slice(), &point_secret].concat()))
    }
}

fn start_curve(random: &mut dyn Random) -> ActiveMontgomery {
    let mut scalar = [0; 32];
    random.fill(&mut scalar);
    ActiveMontgomery::new(StaticSecret::from(scalar))
}

/// A share as its part for ML-KEM, of `len` octets, and its part for X25519.
fn split(share: &[u8], len: usize) -> Result<(&[u8], &[u8]), InvalidShare> {
    match share.split_at_checked(len) {
        Some((key, point)) if point.len() == 32 => Ok((key, point)),
        _ => Err(InvalidShare),
    }
}
