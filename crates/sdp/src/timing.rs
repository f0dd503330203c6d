//! `t=`: when the session is active (RFC 8866 section 5.9).

use core::fmt;

use nom::Parser;
use nom::sequence::separated_pair;

use crate::grammar::{number, space, whole};

/// The value of `t=`: seconds since the year 1900; 0 where there is no bound.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Timing {
    /// When the session starts.
    pub start: u64,
    /// When it stops.
    pub stop: u64,
}

impl Timing {
    pub(crate) fn parse(value: &str) -> Result<Self, usize> {
        whole(
            |input| {
                separated_pair(number, space, number)
                    .map(|(start, stop)| Self { start, stop })
                    .parse(input)
            },
            value,
        )
    }
}

impl fmt::Display for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.start, self.stop)
    }
}
