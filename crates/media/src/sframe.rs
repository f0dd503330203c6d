//! SFrame: end-to-end encryption of media (RFC 9605).
//!
//! An [`Encryptor`] turns a frame, or the payload of a packet, into an SFrame ciphertext; a
//! [`Decryptor`] with the same key turns it back. How keys are agreed is the application's
//! business; [`ratchet`] and [`SenderKeyId`] are the parts of the sender-key scheme that do not
//! depend on it.
//!
//! ```
//! use stonechat_crypto::{Secret, rust};
//! use stonechat_media::sframe::{CipherSuite, Decryptor, Encryptor};
//!
//! let suite = CipherSuite::Aes128GcmSha256T128;
//! let key = Secret::new(vec![7; 16]);
//! let mut alice = Encryptor::new(rust::provider(), suite);
//! alice.set_key(1, &key).unwrap();
//! let mut bob = Decryptor::new(rust::provider(), suite);
//! bob.add_key(1, &key).unwrap();
//! let sealed = alice.encrypt(b"", b"a frame").unwrap();
//! assert_eq!(bob.decrypt(b"", &sealed).unwrap(), b"a frame");
//! ```

mod aead;
mod av1;
mod cipher_suite;
mod decryptor;
mod encryptor;
mod h264;
mod header;
mod key;
mod ratchet;
mod replay;

pub use aead::{Aead, SealError};
pub use av1::{unwrap_av1, wrap_av1};
pub use cipher_suite::CipherSuite;
pub use decryptor::{DecryptError, Decryptor};
pub use encryptor::{EncryptError, Encryptor};
pub use h264::{unwrap_h264, wrap_h264};
pub use header::{Header, MAX_HEADER_LEN, SyntaxError};
pub use key::{Derived, KeyError, derive};
pub use ratchet::{SenderKeyId, ratchet};

/// Octets that a ciphertext is longer than its plaintext, at most: the longest header and the
/// longest tag.
pub const MAX_OVERHEAD: usize = MAX_HEADER_LEN + 16;
