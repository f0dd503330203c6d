//! `a=extmap` (RFC 8285 sections 5 and 8).

use alloc::string::{String, ToString};
use core::fmt;

use nom::character::complete::char;
use nom::combinator::{map_opt, opt, verify};
use nom::sequence::preceded;
use nom::{IResult, Parser};

use super::direction::Direction;
use super::owned;
use crate::grammar::{number, space, text, token, whole, word};

/// A number for an RTP header extension.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Extmap {
    /// The local number: 1 to 14, up to 255 with two-octet headers, or 4096 to 4351 for one that
    /// is offered without a number.
    pub id: u16,
    /// In which direction it is used, where that differs from the stream's.
    pub direction: Option<Direction>,
    /// What the extension is.
    pub uri: String,
    /// What the extension's specification defines to follow.
    pub attributes: Option<String>,
}

impl Extmap {
    /// An extension in both directions.
    pub fn new(id: u16, uri: &str) -> Self {
        Self {
            id,
            direction: None,
            uri: uri.to_string(),
            attributes: None,
        }
    }

    /// Restricts it to a direction.
    #[must_use]
    pub fn with_direction(mut self, direction: Direction) -> Self {
        self.direction = Some(direction);
        self
    }

    /// Adds what the extension's specification defines to follow.
    #[must_use]
    pub fn with_attributes(mut self, attributes: &str) -> Self {
        self.attributes = Some(attributes.to_string());
        self
    }

    pub(super) fn parse(value: &str) -> Result<Self, usize> {
        whole(extmap, value)
    }
}

fn extmap(input: &str) -> IResult<&str, Extmap> {
    (
        verify(number::<u16>, |id| {
            (1..=255).contains(id) || (4096..=4351).contains(id)
        }),
        opt(preceded(char('/'), map_opt(token, Direction::from_name))),
        preceded(space, word),
        opt(preceded(space, text)),
    )
        .map(|(id, direction, uri, attributes)| Extmap {
            id,
            direction,
            uri: uri.to_string(),
            attributes: owned(attributes),
        })
        .parse(input)
}

impl fmt::Display for Extmap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.id)?;
        if let Some(direction) = self.direction {
            write!(f, "/{direction}")?;
        }
        write!(f, " {}", self.uri)?;
        if let Some(attributes) = &self.attributes {
            write!(f, " {attributes}")?;
        }
        Ok(())
    }
}
