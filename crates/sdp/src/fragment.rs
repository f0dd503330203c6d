//! Lines without the head of a session (RFC 8840 section 9).

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use crate::error::ParseError;
use crate::getters::getters;
use crate::limits::Limits;
use crate::line::Line;
use crate::media::Media;
use crate::parse::{Shape, parse};

/// A part of a description, as candidates are trickled in: attributes, then media sections.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Fragment {
    pub(crate) lines: Vec<Line>,
    media: Vec<Media>,
}

impl Fragment {
    /// A fragment without lines.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a fragment within these limits.
    ///
    /// # Errors
    ///
    /// The text is no fragment, or exceeds a limit.
    pub fn parse_with(text: &str, limits: &Limits) -> Result<Self, ParseError> {
        let parts = parse(text, limits, Shape::Fragment)?;
        Ok(Self {
            lines: parts.lines,
            media: parts.media,
        })
    }

    /// The media sections.
    pub fn media(&self) -> &[Media] {
        &self.media
    }

    /// The media sections, to change them.
    pub fn media_mut(&mut self) -> &mut Vec<Media> {
        &mut self.media
    }
}

getters!(Fragment, "vosiuepcbtrzka");

impl FromStr for Fragment {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::parse_with(text, &Limits::default())
    }
}

/// Writes all lines with CRLF.
impl fmt::Display for Fragment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            write!(f, "{line}\r\n")?;
        }
        self.media.iter().try_for_each(|media| media.fmt(f))
    }
}
