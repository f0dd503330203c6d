//! `a=fingerprint` (RFC 8122 section 5).

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use nom::bytes::complete::take_while_m_n;
use nom::character::complete::char;
use nom::combinator::{map_res, verify};
use nom::multi::separated_list1;
use nom::sequence::preceded;
use nom::{IResult, Parser};

use crate::grammar::{space, token, whole};

/// The hash of a certificate.
///
/// The digest has the length that its hash function gives; MD2 and MD5 are refused. Whether SHA-1
/// counts is the owner's policy.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Fingerprint {
    /// The hash function in lower case: `sha-256`.
    pub hash: String,
    /// The hash.
    pub digest: Vec<u8>,
}

impl Fingerprint {
    /// A digest by this hash function.
    pub fn new(hash: &str, digest: &[u8]) -> Self {
        Self {
            hash: hash.to_ascii_lowercase(),
            digest: digest.to_vec(),
        }
    }

    pub(super) fn parse(value: &str) -> Result<Self, usize> {
        let fingerprint = whole(fingerprint, value)?;
        match digest_len(&fingerprint.hash) {
            Some(len) if len != fingerprint.digest.len() => Err(value.len()),
            _ => Ok(fingerprint),
        }
    }
}

fn fingerprint(input: &str) -> IResult<&str, Fingerprint> {
    (
        //= https://www.rfc-editor.org/rfc/rfc8122#section-5
        //# Implementations compliant with this specification MUST NOT use the
        //# MD2 and MD5 hash functions to calculate fingerprints or to verify
        //# received fingerprints that have been calculated using them.
        verify(token, |hash: &str| {
            !hash.eq_ignore_ascii_case("md2") && !hash.eq_ignore_ascii_case("md5")
        }),
        preceded(space, separated_list1(char(':'), octet)),
    )
        .map(|(hash, digest)| Fingerprint {
            hash: hash.to_ascii_lowercase(),
            digest,
        })
        .parse(input)
}

fn octet(input: &str) -> IResult<&str, u8> {
    map_res(
        take_while_m_n(2, 2, |c: char| c.is_ascii_hexdigit()),
        |digits| u8::from_str_radix(digits, 16),
    )
    .parse(input)
}

/// Octets of a digest, for the hash functions that RFC 8122 names.
fn digest_len(hash: &str) -> Option<usize> {
    match hash {
        "sha-1" => Some(20),
        "sha-224" => Some(28),
        "sha-256" => Some(32),
        "sha-384" => Some(48),
        "sha-512" => Some(64),
        _ => None,
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hash)?;
        for (index, octet) in self.digest.iter().enumerate() {
            let separator = if index == 0 { ' ' } else { ':' };
            write!(f, "{separator}{octet:02X}")?;
        }
        Ok(())
    }
}
