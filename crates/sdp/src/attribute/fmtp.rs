//! `a=fmtp` (RFC 8866 section 6.15).

use alloc::string::{String, ToString};
use core::fmt;

use nom::sequence::separated_pair;
use nom::{IResult, Parser};

use crate::grammar::{space, text, token, whole};
use crate::parameters::Parameters;

/// Parameters of a media format.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Fmtp {
    /// The format: in RTP the payload type.
    pub format: String,
    /// Its parameters.
    pub parameters: Parameters,
}

impl Fmtp {
    /// Parameters for a format.
    pub fn new(format: &str, parameters: impl Into<Parameters>) -> Self {
        Self {
            format: format.to_string(),
            parameters: parameters.into(),
        }
    }

    /// The payload type, if the format is one.
    pub fn payload_type(&self) -> Option<u8> {
        self.format.parse().ok().filter(|value| *value < 128)
    }

    pub(super) fn parse(value: &str) -> Result<Self, usize> {
        whole(fmtp, value)
    }
}

fn fmtp(input: &str) -> IResult<&str, Fmtp> {
    separated_pair(token, space, text)
        .map(|(format, parameters)| Fmtp::new(format, parameters))
        .parse(input)
}

impl fmt::Display for Fmtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.format, self.parameters)
    }
}
