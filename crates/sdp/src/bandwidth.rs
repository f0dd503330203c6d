//! `b=`: proposed bandwidth (RFC 8866 section 5.8).

use alloc::string::{String, ToString};
use core::fmt;

use nom::Parser;
use nom::character::complete::char;
use nom::sequence::separated_pair;

use crate::grammar::{number, token, whole};

/// The value of `b=`.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Bandwidth {
    /// What is bounded: `CT` or `AS` (kilobits per second), `TIAS`, `RS` or `RR` (bits per second).
    pub kind: String,
    /// How much, in the unit of the kind.
    pub value: u64,
}

impl Bandwidth {
    /// A bound of this kind, in the unit of the kind.
    pub fn new(kind: &str, value: u64) -> Self {
        Self {
            kind: kind.to_string(),
            value,
        }
    }

    pub(crate) fn parse(value: &str) -> Result<Self, usize> {
        whole(
            |input| {
                separated_pair(token, char(':'), number)
                    .map(|(kind, value)| Self::new(kind, value))
                    .parse(input)
            },
            value,
        )
    }
}

impl fmt::Display for Bandwidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.value)
    }
}
