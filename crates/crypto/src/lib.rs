//! The cryptography that stonechat's protocols ask for, as traits.
//!
//! Nothing here is an algorithm of our own. A [`Provider`] is a table of static parts; each part
//! makes keyed objects that are created once per session and then work with `&self`, in place and
//! without allocation. There is no default provider and nothing process-wide: the application
//! chooses one by value.
//!
//! | part | makes | used by |
//! | --- | --- | --- |
//! | [`Hash`] | [`HashContext`] | transcripts, fingerprints, seeds |
//! | [`Mac`] | [`MacKey`] | STUN integrity, SRTP, SFrame, key schedules |
//! | [`hkdf_extract`], [`hkdf_expand`] | keys, of any [`Mac`] | SFrame |
//! | [`Aead`] | [`AeadKey`] | DTLS records, SRTP |
//! | [`CounterMode`] | [`CounterModeKey`] | SRTP, SFrame |
//! | [`KeyExchange`] | [`ActiveKeyExchange`] | DTLS handshakes |
//! | [`Signature`] | [`SigningKey`], verification | DTLS handshakes, certificates |
//!
//! | feature | brings |
//! | --- | --- |
//! | `rust-crypto` | the module `rust`, the provider made of the RustCrypto crates, and `certificate` |
//! | `certificate` | `Certificate::self_signed`, with any provider |
//! | `conformance` | the suite that each provider has to pass |
//!
//! None is on by default. Reading the public key of a certificate needs no feature.

#![cfg_attr(all(doctest, feature = "rust-crypto"), doc = include_str!("../README.md"))]

mod aead;
mod certificate;
#[cfg(feature = "conformance")]
pub mod conformance;
mod counter_mode;
mod fingerprint;
mod hash;
mod hkdf;
mod key_exchange;
mod mac;
mod provider;
mod random;
#[cfg(feature = "rust-crypto")]
pub mod rust;
mod secret;
mod signature;

pub use aead::{Aead, AeadAlgorithm, AeadKey, OpenError, SealError};
pub use certificate::{
    Certificate, CertificateError, CertificateParams, PublicKey, PublicKeyAlgorithm,
};
pub use counter_mode::{CounterMode, CounterModeAlgorithm, CounterModeKey};
pub use fingerprint::{Fingerprint, FingerprintError};
pub use hash::{Hash, HashAlgorithm, HashContext};
pub use hkdf::{HkdfTooLong, hkdf_expand, hkdf_extract};
pub use key_exchange::{ActiveKeyExchange, Completed, InvalidShare, KeyExchange, NamedGroup};
pub use mac::{Mac, MacAlgorithm, MacKey};
pub use provider::{Provider, ProviderBuilder};
pub use random::Random;
pub use secret::Secret;
pub use signature::{InvalidSignature, KeyError, Signature, SignatureScheme, SigningKey, Unsigned};

/// A key of the wrong length for its algorithm.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a key of {actual} octets where {expected} are needed")]
pub struct InvalidKeyLength {
    /// Octets that the algorithm needs.
    pub expected: usize,
    /// Octets that were given.
    pub actual: usize,
}
