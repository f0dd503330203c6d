//! Algorithms that turn a password into a key (RFC 8489, sections 14.11 and 18.5).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

/// How a long-term password becomes a key. None of the registered ones has parameters.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum PasswordAlgorithm {
    /// MD5 of `username:realm:password`: the only one of RFC 5389.
    Md5,
    /// SHA-256 of the same.
    Sha256,
    /// One that this crate does not know, by number; its parameters are not kept.
    Unknown(u16),
}

impl PasswordAlgorithm {
    /// Its number in the registry.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Md5 => 1,
            Self::Sha256 => 2,
            Self::Unknown(number) => number,
        }
    }

    pub(crate) const fn encode(self) -> [u8; 4] {
        let [high, low] = self.number().to_be_bytes();
        [high, low, 0, 0]
    }
}

/// The algorithms in a value, in the order of the server's preference; ends at the first malformed
/// one.
pub(crate) fn decode(value: &[u8]) -> impl Iterator<Item = PasswordAlgorithm> {
    let mut rest = value;
    core::iter::from_fn(move || {
        let (algorithm, after) = split(rest)?;
        rest = after;
        Some(algorithm)
    })
}

pub(crate) fn is_well_formed(value: &[u8]) -> bool {
    let mut rest = value;
    while let Some((_, after)) = split(rest) {
        rest = after;
    }
    rest.is_empty() && !value.is_empty()
}

fn split(value: &[u8]) -> Option<(PasswordAlgorithm, &[u8])> {
    let (&[high, low, parameters_high, parameters_low], rest) = value.split_first_chunk::<4>()?;
    let parameters = usize::from(u16::from_be_bytes([parameters_high, parameters_low]));
    // The last parameters may come without their padding.
    rest.get(..parameters)?;
    let after = rest
        .get(parameters.saturating_add(3) & !3..)
        .unwrap_or_default();
    let algorithm = match (u16::from_be_bytes([high, low]), parameters) {
        (1, 0) => PasswordAlgorithm::Md5,
        (2, 0) => PasswordAlgorithm::Sha256,
        (number, _) => PasswordAlgorithm::Unknown(number),
    };
    Some((algorithm, after))
}
