//! The provider made of the RustCrypto crates.
//!
//! Pure Rust, constant time where the crates are, deterministic: all randomness comes from the
//! generator that is handed in, and ECDSA signs by RFC 6979. Which AES implementation runs is
//! detected by the `aes` crate at run time.
//!
//! | part | of the crates |
//! | --- | --- |
//! | MD5, SHA-1, SHA-224 to SHA-512 | `md-5`, `sha1`, `sha2` |
//! | HMAC | `hmac` |
//! | AES-GCM, ChaCha20-Poly1305 | `aes-gcm`, `chacha20poly1305` |
//! | AES counter mode | `aes`, `ctr` |
//! | X25519, P-256, P-384, X25519MLKEM768 | `x25519-dalek`, `p256`, `p384`, `ml-kem` |
//! | ECDSA | `p256`, `p384` |
//! | RSA signatures | `rsa`, with base blinding |

mod aead;
mod counter_mode;
mod hash;
mod hybrid;
mod key_exchange;
mod mac;
mod random;
mod rsa_signature;
mod signature;

use std::sync::Arc;

use crate::Provider;

/// The provider, to be used by value.
#[must_use]
pub fn provider() -> Arc<Provider> {
    Arc::new(PROVIDER.clone())
}

/// The same table as a static. Key exchange prefers X25519, then P-256, P-384 and last the hybrid
/// with ML-KEM-768, whose share does not fit one datagram.
pub static PROVIDER: Provider = Provider::builder("rust-crypto")
    .deterministic()
    .hashes(&[
        &hash::SHA256,
        &hash::SHA384,
        &hash::SHA1,
        &hash::SHA512,
        &hash::SHA224,
        &hash::MD5,
    ])
    .macs(&[
        &mac::HMAC_SHA1,
        &mac::HMAC_SHA256,
        &mac::HMAC_SHA384,
        &mac::HMAC_SHA512,
    ])
    .aeads(&[
        &aead::AES_128_GCM,
        &aead::AES_256_GCM,
        &aead::CHACHA20_POLY1305,
    ])
    .counter_modes(&[
        &counter_mode::AES_128,
        &counter_mode::AES_192,
        &counter_mode::AES_256,
    ])
    .key_exchanges(&[
        &key_exchange::X25519,
        &key_exchange::SECP256R1,
        &key_exchange::SECP384R1,
        &hybrid::X25519_MLKEM768,
    ])
    .signatures(&[
        &signature::P256,
        &signature::P384,
        &rsa_signature::PSS,
        &rsa_signature::PKCS1,
    ])
    .build();
