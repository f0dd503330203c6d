use core::fmt;
use core::str::FromStr;

use crate::{HashAlgorithm, Provider};

/// The fingerprint of a certificate as SDP carries it (RFC 8122, section 5).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Fingerprint {
    algorithm: HashAlgorithm,
    digest: Vec<u8>,
}

impl Fingerprint {
    /// The fingerprint of a certificate in DER, or `None` if `provider` lacks the hash.
    #[must_use]
    pub fn of(provider: &Provider, algorithm: HashAlgorithm, der: &[u8]) -> Option<Self> {
        let hash = provider.hash(algorithm)?;
        let mut digest = vec![0; algorithm.output_len()];
        hash.hash(&[der], &mut digest);
        Some(Self { algorithm, digest })
    }

    /// The hash function.
    #[must_use]
    pub const fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    /// The name of the hash function in SDP, such as `sha-256`.
    #[must_use]
    pub const fn algorithm_name(&self) -> &'static str {
        name(self.algorithm)
    }

    /// The digest.
    #[must_use]
    pub fn digest(&self) -> &[u8] {
        &self.digest
    }

    /// Whether `der` is the certificate that this is the fingerprint of.
    #[must_use]
    pub fn matches(&self, provider: &Provider, der: &[u8]) -> bool {
        Self::of(provider, self.algorithm, der).is_some_and(|other| other == *self)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.algorithm_name())?;
        for (index, octet) in self.digest.iter().enumerate() {
            let separator = if index == 0 { ' ' } else { ':' };
            write!(f, "{separator}{octet:02X}")?;
        }
        Ok(())
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    /// Parses `sha-256 AB:CD:..`, both parts in any case.
    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let (algorithm, digest) = text
            .trim()
            .split_once(' ')
            .ok_or(FingerprintError::Malformed)?;
        let algorithm = [
            HashAlgorithm::Sha1,
            HashAlgorithm::Sha224,
            HashAlgorithm::Sha256,
            HashAlgorithm::Sha384,
            HashAlgorithm::Sha512,
            HashAlgorithm::Md5,
        ]
        .into_iter()
        .find(|candidate| name(*candidate).eq_ignore_ascii_case(algorithm))
        .ok_or(FingerprintError::UnknownHash)?;
        let digest = digest
            .trim()
            .split(':')
            .map(|octet| match octet.len() {
                2 if octet.bytes().all(|c| c.is_ascii_hexdigit()) => {
                    u8::from_str_radix(octet, 16).map_err(|_| FingerprintError::Malformed)
                }
                _ => Err(FingerprintError::Malformed),
            })
            .collect::<Result<Vec<_>, _>>()?;
        if digest.len() != algorithm.output_len() {
            return Err(FingerprintError::Malformed);
        }
        Ok(Self { algorithm, digest })
    }
}

/// Why a text is not a fingerprint.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FingerprintError {
    /// It is not a hash name and its digest in hexadecimal pairs.
    #[error("not a hash name and a digest of its length in hexadecimal pairs")]
    Malformed,
    /// The hash function is not known.
    #[error("the hash function is not known")]
    UnknownHash,
}

const fn name(algorithm: HashAlgorithm) -> &'static str {
    match algorithm {
        HashAlgorithm::Md5 => "md5",
        HashAlgorithm::Sha1 => "sha-1",
        HashAlgorithm::Sha224 => "sha-224",
        HashAlgorithm::Sha256 => "sha-256",
        HashAlgorithm::Sha384 => "sha-384",
        HashAlgorithm::Sha512 => "sha-512",
    }
}
