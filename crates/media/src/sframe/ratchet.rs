use stonechat_crypto::{Provider, Secret, hkdf_expand, hkdf_extract};

use super::{CipherSuite, KeyError};

/// The base key of the next ratchet step (RFC 9605, section 5.1): who has it cannot open what came
/// before.
///
/// # Errors
///
/// [`KeyError::Unsupported`] if the provider lacks the hash of the suite, [`KeyError::Length`] if
/// the key is empty.
pub fn ratchet(
    provider: &Provider,
    suite: CipherSuite,
    base_key: &Secret,
) -> Result<Secret, KeyError> {
    if base_key.as_bytes().is_empty() {
        return Err(KeyError::Length);
    }
    let mac = provider.mac(suite.mac()).ok_or(KeyError::Unsupported)?;
    let secret = hkdf_extract(mac, &[], base_key.as_bytes());
    let len = suite.mac().output_len();
    hkdf_expand(mac, &secret, &[b"SFrame 1.0 Ratchet"], len).map_err(|_| KeyError::Length)
}

/// A key id of the sender-key scheme (RFC 9605, section 5.1).
///
/// ```text
///      64-R bits         R bits
///  <---------------> <------------>
/// +-----------------+--------------+
/// | Key Generation  | Ratchet Step |
/// +-----------------+--------------+
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct SenderKeyId {
    /// Counts the keys that were distributed, in 64 - R bits.
    pub generation: u64,
    /// Counts the ratchet steps since, modulo 2 to the power of R.
    pub step: u64,
}

impl SenderKeyId {
    /// The key id, with `bits` (R) for the ratchet step; of the generation those bits that fit.
    #[must_use]
    pub const fn to_key_id(self, bits: u32) -> u64 {
        match 1_u64.checked_shl(bits) {
            Some(steps) => match self.generation.checked_shl(bits) {
                Some(generation) => generation | (self.step & (steps - 1)),
                None => self.step,
            },
            None => self.step,
        }
    }

    /// What a key id says, with `bits` (R) for the ratchet step.
    #[must_use]
    pub const fn from_key_id(key_id: u64, bits: u32) -> Self {
        match 1_u64.checked_shl(bits) {
            Some(steps) => Self {
                generation: key_id >> bits,
                step: key_id & (steps - 1),
            },
            None => Self {
                generation: 0,
                step: key_id,
            },
        }
    }
}
