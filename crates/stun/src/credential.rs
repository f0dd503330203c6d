//! Keys of short-term and long-term credentials, and what they protect.
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use stonechat_crypto::{HashAlgorithm, MacAlgorithm, MacKey, Provider};

use crate::attribute::{self, ATTRIBUTE_HEADER_LEN, AttributeType, padded};
use crate::header::HEADER_LEN;
use crate::message::split;
use crate::{Full, IntegrityError, PasswordAlgorithm, opaque_string};

/// Octets of the value of MESSAGE-INTEGRITY.
const SHA1_LEN: usize = 20;
/// Octets of the value of MESSAGE-INTEGRITY-SHA256, never truncated here.
const SHA256_LEN: usize = 32;

/// Which integrity attributes a key writes.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Integrity {
    /// MESSAGE-INTEGRITY: understood by everyone (RFC 8489, section 14.5).
    Sha1,
    /// MESSAGE-INTEGRITY-SHA256, after a server has offered password algorithms (RFC 8489, section
    /// 14.6). Such a key accepts nothing weaker.
    Sha256,
    /// Both, for a first request to somebody who may know only one (RFC 8489, section 9.1.2).
    Both,
}

/// A key with its schedule done, made once per credential.
///
/// Signs and verifies with `&self`, in constant time and without allocation.
pub struct IntegrityKey {
    integrity: Integrity,
    sha1: Box<dyn MacKey>,
    sha256: Option<Box<dyn MacKey>>,
}

impl IntegrityKey {
    /// The key of a short-term credential: the password itself, as in ICE. It writes
    /// [`Integrity::Sha1`] and verifies whichever is there.
    ///
    /// `None` if `crypto` lacks HMAC-SHA-1, or if the password is empty or has control characters
    /// (see [`opaque_string`]).
    ///
    /// # Spec
    ///
    /// RFC 8489, section 9.1.1.
    #[must_use]
    pub fn short_term(crypto: &Provider, password: &str) -> Option<Self> {
        let password = opaque_string(password)?;
        Self::new(crypto, Integrity::Sha1, password.as_bytes())
    }

    /// The key of a long-term credential as in RFC 5389: MD5 of `username:realm:password`. It
    /// writes [`Integrity::Sha1`].
    ///
    /// `None` if `crypto` lacks MD5 or HMAC-SHA-1, or if a text cannot be prepared.
    ///
    /// # Spec
    ///
    /// RFC 8489, section 9.2.2.
    #[must_use]
    pub fn long_term(
        crypto: &Provider,
        username: &str,
        realm: &str,
        password: &str,
    ) -> Option<Self> {
        let key = long_term_key(crypto, PasswordAlgorithm::Md5, username, realm, password)?;
        Self::new(crypto, Integrity::Sha1, key.get(..16)?)
    }

    /// The key of a long-term credential by an algorithm that the server offered. It writes
    /// [`Integrity::Sha256`] and accepts nothing else.
    ///
    /// `None` if `crypto` lacks an algorithm or `algorithm` is unknown, or if a text cannot be
    /// prepared.
    ///
    /// # Spec
    ///
    /// RFC 8489, sections 9.2.2 and 18.5.
    #[must_use]
    pub fn long_term_with(
        crypto: &Provider,
        algorithm: PasswordAlgorithm,
        username: &str,
        realm: &str,
        password: &str,
    ) -> Option<Self> {
        let key = long_term_key(crypto, algorithm, username, realm, password)?;
        let len = if algorithm == PasswordAlgorithm::Md5 {
            16
        } else {
            32
        };
        let key = Self::new(crypto, Integrity::Sha256, key.get(..len)?)?;
        key.sha256.is_some().then_some(key)
    }

    fn new(crypto: &Provider, integrity: Integrity, key: &[u8]) -> Option<Self> {
        Some(Self {
            integrity,
            sha1: crypto.mac(MacAlgorithm::HmacSha1)?.key(key),
            sha256: crypto.mac(MacAlgorithm::HmacSha256).map(|mac| mac.key(key)),
        })
    }

    /// The same key that writes other attributes. Without HMAC-SHA-256 it stays as it is.
    #[must_use]
    pub fn with_integrity(self, integrity: Integrity) -> Self {
        if self.sha256.is_none() {
            return self;
        }
        Self { integrity, ..self }
    }

    /// Which attributes it writes.
    #[must_use]
    pub const fn integrity(&self) -> Integrity {
        self.integrity
    }

    /// Octets of the attributes that it writes.
    pub(crate) const fn encoded_len(&self) -> usize {
        match self.integrity {
            Integrity::Sha1 => ATTRIBUTE_HEADER_LEN + SHA1_LEN,
            Integrity::Sha256 => ATTRIBUTE_HEADER_LEN + SHA256_LEN,
            Integrity::Both => 2 * ATTRIBUTE_HEADER_LEN + SHA1_LEN + SHA256_LEN,
        }
    }

    /// Appends its attributes to the message in the first `at` octets of `out`; returns where they
    /// end. The length in the header may be anything.
    pub(crate) fn append(&self, out: &mut [u8], mut at: usize) -> Result<usize, Full> {
        if self.integrity != Integrity::Sha256 {
            at = append(
                &*self.sha1,
                AttributeType::MESSAGE_INTEGRITY,
                SHA1_LEN,
                out,
                at,
            )?;
        }
        if self.integrity != Integrity::Sha1 {
            let mac = self.sha256.as_deref().ok_or(Full)?;
            at = append(
                mac,
                AttributeType::MESSAGE_INTEGRITY_SHA256,
                SHA256_LEN,
                out,
                at,
            )?;
        }
        Ok(at)
    }

    /// Checks the attributes of `message` that begin at these places.
    pub(crate) fn verify(
        &self,
        message: &[u8],
        sha1: Option<usize>,
        sha256: Option<usize>,
    ) -> Result<(), IntegrityError> {
        if let (Some(at), Some(mac)) = (sha256, &self.sha256) {
            return verify(&**mac, SHA256_LEN, message, at);
        }
        match sha1 {
            Some(at) if self.integrity != Integrity::Sha256 => {
                verify(&*self.sha1, SHA1_LEN, message, at)
            }
            _ => Err(IntegrityError::Missing),
        }
    }
}

impl core::fmt::Debug for IntegrityKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("IntegrityKey")
            .field("integrity", &self.integrity)
            .finish_non_exhaustive()
    }
}

/// USERHASH: SHA-256 of `username:realm`, which hides the name from who reads the packets.
///
/// `None` if `crypto` lacks SHA-256 or a text cannot be prepared.
///
/// # Spec
///
/// RFC 8489, section 14.4.
#[must_use]
pub fn user_hash(crypto: &Provider, username: &str, realm: &str) -> Option<[u8; 32]> {
    let (username, realm) = (opaque_string(username)?, opaque_string(realm)?);
    let mut out = [0; 32];
    crypto
        .hash(HashAlgorithm::Sha256)?
        .hash(&[username.as_bytes(), b":", realm.as_bytes()], &mut out);
    Some(out)
}

/// The hash in the first octets of what is returned: 16 for MD5, 32 for SHA-256.
fn long_term_key(
    crypto: &Provider,
    algorithm: PasswordAlgorithm,
    username: &str,
    realm: &str,
    password: &str,
) -> Option<[u8; 32]> {
    let hash = match algorithm {
        PasswordAlgorithm::Md5 => HashAlgorithm::Md5,
        PasswordAlgorithm::Sha256 => HashAlgorithm::Sha256,
        PasswordAlgorithm::Unknown(_) => return None,
    };
    let username = opaque_string(username)?;
    let realm = opaque_string(realm)?;
    let password = opaque_string(password)?;
    let parts = [
        username.as_bytes(),
        b":",
        realm.as_bytes(),
        b":",
        password.as_bytes(),
    ];
    let mut out = [0; 32];
    crypto.hash(hash)?.hash(&parts, &mut out);
    Some(out)
}

/// The length field as it is when the attribute that begins at `at` is the last one.
fn adjusted_length(at: usize, len: usize) -> Option<[u8; 2]> {
    let end = at
        .checked_add(ATTRIBUTE_HEADER_LEN)?
        .checked_add(padded(len))?;
    Some(
        u16::try_from(end.checked_sub(HEADER_LEN)?)
            .ok()?
            .to_be_bytes(),
    )
}

//= https://www.rfc-editor.org/rfc/rfc8489#section-14.5
//# The text used as input to HMAC is the STUN message, up to and
//# including the attribute preceding the MESSAGE-INTEGRITY attribute.
fn append(
    mac: &dyn MacKey,
    kind: AttributeType,
    len: usize,
    out: &mut [u8],
    at: usize,
) -> Result<usize, Full> {
    let length = adjusted_length(at, len).ok_or(Full)?;
    let (message, rest) = out.split_at_mut_checked(at).ok_or(Full)?;
    let (value, total) = attribute::open(kind, len, rest)?;
    let (kind_field, after) = parts(message).ok_or(Full)?;
    mac.sign(&[kind_field, &length, after], value);
    at.checked_add(total).ok_or(Full)
}

fn verify(mac: &dyn MacKey, len: usize, message: &[u8], at: usize) -> Result<(), IntegrityError> {
    let (raw, _) = split(message, at).ok_or(IntegrityError::Missing)?;
    if raw.value.len() != len {
        return Err(IntegrityError::Truncated);
    }
    let length = adjusted_length(at, len).ok_or(IntegrityError::Mismatch)?;
    let covered = message.get(..at).ok_or(IntegrityError::Mismatch)?;
    let (kind_field, after) = parts(covered).ok_or(IntegrityError::Mismatch)?;
    if mac.verify(&[kind_field, &length, after], raw.value) {
        Ok(())
    } else {
        Err(IntegrityError::Mismatch)
    }
}

/// What is before and after the length field.
fn parts(message: &[u8]) -> Option<(&[u8], &[u8])> {
    Some((message.get(..2)?, message.get(4..)?))
}
