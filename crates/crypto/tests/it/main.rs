//! Tests of the RustCrypto provider, of certificates and of fingerprints.
#![expect(clippy::unwrap_used, reason = "a failed step of a test ends it")]

mod certificate;
mod fingerprint;
mod random;
mod rsa;
mod rust_crypto;
