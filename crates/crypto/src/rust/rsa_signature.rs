//! RSA signatures (RFC 8017) with SHA-256.
//!
//! The crate `rsa` does its private arithmetic in constant time on a best-effort basis; against
//! what is left each signature is blinded besides. The factor comes from a generator that is keyed
//! by the private key and the message, so that signing stays deterministic and needs no source of
//! randomness of its own. Keys are used to sign and never to decrypt, where timing has been
//! exploited over networks.

use std::sync::Arc;

use chacha20::ChaCha20Rng;
use chacha20::rand_core::SeedableRng as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use rsa::pkcs1v15;
use rsa::pkcs8::{
    DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _,
};
use rsa::pss;
use rsa::signature::{RandomizedSigner as _, SignatureEncoding as _, Verifier as _};
use rsa::traits::PublicKeyParts as _;
use rsa::{RsaPrivateKey, RsaPublicKey};
use sha2::Sha256;

use super::random::Generator;
use crate::{
    InvalidSignature, KeyError, Random, Secret, Signature, SignatureScheme, SigningKey, Unsigned,
};

pub(super) static PKCS1: Rsa = Rsa(SignatureScheme::RsaPkcs1Sha256);
pub(super) static PSS: Rsa = Rsa(SignatureScheme::RsaPssRsaeSha256);

/// Bits of the modulus of a new key.
const BITS: usize = 2048;

/// Bits of a modulus that is taken: 2048 at least (RFC 7525, section 4.3), and what can be checked
/// in a few milliseconds.
const ACCEPTED: core::ops::RangeInclusive<u32> = 2048..=4096;

/// Octets of a SubjectPublicKeyInfo before the RSAPublicKey, for a modulus of 2048 bits and more.
const INFO_LEN: usize = 24;

/// One of the two paddings.
pub(super) struct Rsa(SignatureScheme);

impl Signature for Rsa {
    fn scheme(&self) -> SignatureScheme {
        self.0
    }

    fn generate(&self, random: &mut dyn Random) -> Arc<dyn SigningKey> {
        let mut random = Generator(random);
        loop {
            // It fails if what it drew makes no key of this size: then the next draw may.
            let key = RsaPrivateKey::new(&mut random, BITS).ok();
            if let Some(key) = key.and_then(|key| RsaKey::make(self.0, key)) {
                return Arc::new(key);
            }
        }
    }

    fn import(&self, pkcs8: &[u8]) -> Result<Arc<dyn SigningKey>, KeyError> {
        let key = RsaPrivateKey::from_pkcs8_der(pkcs8).map_err(|_| KeyError)?;
        let key = RsaKey::make(self.0, key).ok_or(KeyError)?;
        Ok(Arc::new(key))
    }

    fn verify(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let key = RsaPublicKey::from_public_key_der(public_key).map_err(|_| InvalidSignature)?;
        if !ACCEPTED.contains(&key.n().bits()) {
            return Err(InvalidSignature);
        }
        let verified = match self.0 {
            SignatureScheme::RsaPssRsaeSha256 => {
                pss::Signature::try_from(signature).and_then(|signature| {
                    pss::VerifyingKey::<Sha256>::new(key).verify(message, &signature)
                })
            }
            _ => pkcs1v15::Signature::try_from(signature).and_then(|signature| {
                pkcs1v15::VerifyingKey::<Sha256>::new(key).verify(message, &signature)
            }),
        };
        verified.map_err(|_| InvalidSignature)
    }
}

struct RsaKey {
    scheme: SignatureScheme,
    key: RsaPrivateKey,
    public_key: Vec<u8>,
    /// What the generators of signatures are keyed with.
    blinding: Secret,
}

impl RsaKey {
    fn make(scheme: SignatureScheme, key: RsaPrivateKey) -> Option<Self> {
        if !ACCEPTED.contains(&key.n().bits()) {
            return None;
        }
        let public_key = key.as_public_key().to_public_key_der().ok()?.into_vec();
        let exported = key.to_pkcs8_der().ok()?;
        let blinding = keyed(exported.as_bytes(), b"stonechat rsa blinding")?;
        Some(Self {
            scheme,
            key,
            public_key,
            blinding: Secret::from(&blinding[..]),
        })
    }

    /// The generator for one signature.
    fn generator(&self, scheme: SignatureScheme, message: &[u8]) -> Result<ChaCha20Rng, Unsigned> {
        let [high, low] = scheme.code().to_be_bytes();
        let message = [&[high, low], message].concat();
        keyed(self.blinding.as_bytes(), &message)
            .map(ChaCha20Rng::from_seed)
            .ok_or(Unsigned)
    }
}

impl SigningKey for RsaKey {
    fn scheme(&self) -> SignatureScheme {
        self.scheme
    }

    fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    fn public_point(&self) -> &[u8] {
        self.public_key.get(INFO_LEN..).unwrap_or_default()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unsigned> {
        self.sign_by(self.scheme, message)
    }

    fn signs_by(&self, scheme: SignatureScheme) -> bool {
        scheme.is_rsa()
    }

    fn sign_by(&self, scheme: SignatureScheme, message: &[u8]) -> Result<Vec<u8>, Unsigned> {
        let mut generator = self.generator(scheme, message)?;
        match scheme {
            SignatureScheme::RsaPkcs1Sha256 => {
                pkcs1v15::SigningKey::<Sha256>::new(self.key.clone())
                    .try_sign_with_rng(&mut generator, message)
                    .map(|signature| signature.to_vec())
                    .map_err(|_| Unsigned)
            }
            SignatureScheme::RsaPssRsaeSha256 => pss::SigningKey::<Sha256>::new(self.key.clone())
                .try_sign_with_rng(&mut generator, message)
                .map(|signature| signature.to_vec())
                .map_err(|_| Unsigned),
            _ => Err(Unsigned),
        }
    }

    fn export(&self) -> Option<Secret> {
        let document = self.key.to_pkcs8_der().ok()?;
        Some(Secret::from(document.as_bytes()))
    }
}

impl core::fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RsaKey").finish_non_exhaustive()
    }
}

/// A keyed hash of `message`.
fn keyed(key: &[u8], message: &[u8]) -> Option<[u8; 32]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(message);
    Some(mac.finalize().into_bytes().into())
}
