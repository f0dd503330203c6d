//! A provider of toy cryptography: no security, next to no cost, realistic lengths.
//!
//! It is deterministic, covers every algorithm of the traits, and still notices what tests want
//! noticed: a changed octet in data, associated data, nonce, tag, share or signature, a wrong key,
//! another message. Certificates made with it are well-formed, with toy keys and signatures.

mod aead;
mod counter_mode;
mod hash;
mod key_exchange;
mod mixer;
mod signature;

use std::sync::Arc;

use stonechat_crypto::{
    AeadAlgorithm, CounterModeAlgorithm, HashAlgorithm, MacAlgorithm, NamedGroup, Provider,
    SignatureScheme,
};

use aead::ToyAead;
use counter_mode::ToyCounterMode;
use hash::{ToyHash, ToyMac};
use key_exchange::ToyKeyExchange;
use signature::ToySignature;

/// The provider, to be used by value.
#[must_use]
pub fn provider() -> Arc<Provider> {
    Arc::new(PROVIDER.clone())
}

/// The same table as a static.
pub static PROVIDER: Provider = Provider::builder("toy")
    .deterministic()
    .hashes(&[
        &ToyHash(HashAlgorithm::Sha256),
        &ToyHash(HashAlgorithm::Sha384),
        &ToyHash(HashAlgorithm::Sha1),
        &ToyHash(HashAlgorithm::Sha512),
        &ToyHash(HashAlgorithm::Sha224),
        &ToyHash(HashAlgorithm::Md5),
    ])
    .macs(&[
        &ToyMac(MacAlgorithm::HmacSha1),
        &ToyMac(MacAlgorithm::HmacSha256),
        &ToyMac(MacAlgorithm::HmacSha384),
        &ToyMac(MacAlgorithm::HmacSha512),
    ])
    .aeads(&[
        &ToyAead(AeadAlgorithm::Aes128Gcm),
        &ToyAead(AeadAlgorithm::Aes256Gcm),
        &ToyAead(AeadAlgorithm::ChaCha20Poly1305),
    ])
    .counter_modes(&[
        &ToyCounterMode(CounterModeAlgorithm::Aes128),
        &ToyCounterMode(CounterModeAlgorithm::Aes192),
        &ToyCounterMode(CounterModeAlgorithm::Aes256),
    ])
    .key_exchanges(&[
        &ToyKeyExchange(NamedGroup::X25519),
        &ToyKeyExchange(NamedGroup::Secp256r1),
        &ToyKeyExchange(NamedGroup::Secp384r1),
        &ToyKeyExchange(NamedGroup::X25519MlKem768),
    ])
    .signatures(&[
        &ToySignature(SignatureScheme::EcdsaSecp256r1Sha256),
        &ToySignature(SignatureScheme::EcdsaSecp384r1Sha384),
        &ToySignature(SignatureScheme::RsaPssRsaeSha256),
        &ToySignature(SignatureScheme::RsaPkcs1Sha256),
    ])
    .build();
