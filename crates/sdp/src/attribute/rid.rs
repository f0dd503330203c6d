//! `a=rid` (RFC 8851 section 10).

use alloc::string::{String, ToString};
use core::fmt;

use nom::branch::alt;
use nom::bytes::complete::{tag, take_while_m_n};
use nom::combinator::{opt, value};
use nom::sequence::preceded;
use nom::{IResult, Parser};

use crate::grammar::{space, text, whole};
use crate::parameters::Parameters;

/// The direction of an RTP stream with an identifier.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum RidDirection {
    /// `send`
    Send,
    /// `recv`
    Recv,
}

impl RidDirection {
    /// The name as it stands in a line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Recv => "recv",
        }
    }

    /// The same stream seen from the other side.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Send => Self::Recv,
            Self::Recv => Self::Send,
        }
    }
}

impl fmt::Display for RidDirection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An RTP stream with an identifier and restrictions.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Rid {
    /// The identifier: 1 to 255 letters, digits, `-` or `_`.
    pub id: String,
    /// Its direction.
    pub direction: RidDirection,
    /// Its formats (`pt`) and restrictions.
    pub parameters: Parameters,
}

impl Rid {
    /// A stream without restrictions.
    pub fn new(id: &str, direction: RidDirection) -> Self {
        Self {
            id: id.to_string(),
            direction,
            parameters: Parameters::default(),
        }
    }

    /// Replaces formats and restrictions.
    #[must_use]
    pub fn with_parameters(mut self, parameters: impl Into<Parameters>) -> Self {
        self.parameters = parameters.into();
        self
    }

    /// The payload types of `pt`; none if it does not restrict them.
    pub fn formats(&self) -> impl Iterator<Item = &str> {
        self.parameters
            .get("pt")
            .unwrap_or_default()
            .split(',')
            .filter(|format| !format.is_empty())
    }

    /// The restrictions: all parameters but `pt`.
    pub fn restrictions(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.parameters.iter().filter(|(name, _)| *name != "pt")
    }

    pub(super) fn parse(value: &str) -> Result<Self, usize> {
        whole(rid, value)
    }
}

fn rid(input: &str) -> IResult<&str, Rid> {
    (
        rid_id,
        preceded(space, direction),
        opt(preceded(space, text)),
    )
        .map(|(id, direction, parameters)| Rid {
            id: id.to_string(),
            direction,
            parameters: Parameters::from(parameters.unwrap_or_default()),
        })
        .parse(input)
}

/// `rid-id`
pub(super) fn rid_id(input: &str) -> IResult<&str, &str> {
    take_while_m_n(1, 255, |c: char| {
        c.is_ascii_alphanumeric() || c == '-' || c == '_'
    })
    .parse(input)
}

pub(super) fn direction(input: &str) -> IResult<&str, RidDirection> {
    alt((
        value(RidDirection::Send, tag("send")),
        value(RidDirection::Recv, tag("recv")),
    ))
    .parse(input)
}

impl fmt::Display for Rid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.id, self.direction)?;
        if !self.parameters.is_empty() {
            write!(f, " {}", self.parameters)?;
        }
        Ok(())
    }
}
