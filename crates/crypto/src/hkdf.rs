//! HKDF (RFC 5869) over any HMAC of a provider.

use crate::{Mac, Secret};

/// More output was asked for than 255 codes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("at most {max} octets can be expanded, not {wanted}")]
pub struct HkdfTooLong {
    /// Octets that were asked for.
    pub wanted: usize,
    /// 255 times the length of the code.
    pub max: usize,
}

/// HKDF-Extract (RFC 5869, section 2.2): a pseudorandom key of the length of the code, from key
/// material of any length. An empty `salt` is the same as one of zeros.
#[must_use]
pub fn hkdf_extract(mac: &dyn Mac, salt: &[u8], key_material: &[u8]) -> Secret {
    let mut key = vec![0; mac.algorithm().output_len()];
    mac.key(salt).sign(&[key_material], &mut key);
    Secret::new(key)
}

/// HKDF-Expand (RFC 5869, section 2.3): `len` octets from a pseudorandom key, for the parts of
/// `info` one after the other.
///
/// # Errors
///
/// [`HkdfTooLong`] if `len` is more than 255 codes.
pub fn hkdf_expand(
    mac: &dyn Mac,
    key: &Secret,
    info: &[&[u8]],
    len: usize,
) -> Result<Secret, HkdfTooLong> {
    let code_len = mac.algorithm().output_len();
    let max = code_len.saturating_mul(255);
    if len > max {
        return Err(HkdfTooLong { wanted: len, max });
    }
    let keyed = mac.key(key.as_bytes());
    let mut out = vec![0; len];
    let mut before = Secret::new(Vec::new());
    for (piece, counter) in out.chunks_mut(code_len.max(1)).zip(1..=u8::MAX) {
        let mut parts: Vec<&[u8]> = vec![before.as_bytes()];
        parts.extend_from_slice(info);
        let counter = [counter];
        parts.push(&counter);
        let mut code = vec![0; code_len];
        keyed.sign(&parts, &mut code);
        for (octet, from) in piece.iter_mut().zip(&code) {
            *octet = *from;
        }
        before = Secret::new(code);
    }
    Ok(Secret::new(out))
}
