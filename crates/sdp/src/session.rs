//! A whole description (RFC 8866 section 5).

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use crate::error::{BuildError, ParseError};
use crate::getters::getters;
use crate::limits::Limits;
use crate::line::{Content, Line};
use crate::media::Media;
use crate::origin::Origin;
use crate::parse::{Shape, parse, utf8};
use crate::section::Section;
use crate::timing::Timing;

/// A session description: the lines of the session and its media sections.
#[derive(Clone, Eq, PartialEq)]
pub struct Session {
    pub(crate) lines: Vec<Line>,
    media: Vec<Media>,
}

impl Session {
    /// A session without attributes and sections: `v=0`, `o=`, `s=-`, `t=0 0` (RFC 8829 section
    /// 5.2.1).
    ///
    /// # Errors
    ///
    /// A part of the origin breaks the grammar.
    pub fn new(origin: &Origin) -> Result<Self, BuildError> {
        Ok(Self {
            lines: vec![
                Line::build("v=0".to_string())?,
                Line::from_origin(origin)?,
                Line::build("s=-".to_string())?,
                Line::build("t=0 0".to_string())?,
            ],
            media: Vec::new(),
        })
    }

    /// Reads a description within the default limits; [`FromStr`] does the same.
    ///
    /// # Errors
    ///
    /// The text is no description, or exceeds a limit.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        Self::parse_with(text, &Limits::default())
    }

    /// Reads a description within these limits.
    ///
    /// # Errors
    ///
    /// The text is no description, or exceeds a limit.
    ///
    /// # Limits
    ///
    /// Time is linear in the text; memory is bounded as told at [`Limits`].
    pub fn parse_with(text: &str, limits: &Limits) -> Result<Self, ParseError> {
        let parts = parse(text, limits, Shape::Session)?;
        Ok(Self {
            lines: parts.lines,
            media: parts.media,
        })
    }

    /// Reads octets that should be a description within these limits.
    ///
    /// # Errors
    ///
    /// The octets are not UTF-8 or no description, or exceed a limit.
    pub fn parse_octets(octets: &[u8], limits: &Limits) -> Result<Self, ParseError> {
        Self::parse_with(utf8(octets, limits)?, limits)
    }

    /// Who made the session.
    pub fn origin(&self) -> Option<&Origin> {
        self.lines.iter().find_map(|line| match line.content() {
            Content::Origin(origin) => Some(&**origin),
            _ => None,
        })
    }

    /// Replaces who made the session.
    ///
    /// # Errors
    ///
    /// A part of the origin breaks the grammar; then nothing changed.
    pub fn set_origin(&mut self, origin: &Origin) -> Result<(), BuildError> {
        let new = Line::from_origin(origin)?;
        if let Some(line) = self.lines.iter_mut().find(|line| line.letter() == 'o') {
            *line = new;
        }
        Ok(())
    }

    /// The name of the session, `-` if it has none.
    pub fn name(&self) -> &str {
        self.values('s').next().unwrap_or_default()
    }

    /// When the session is active: the first `t=`, if there is one.
    pub fn timing(&self) -> Option<Timing> {
        self.lines.iter().find_map(|line| match line.content() {
            Content::Timing(timing) => Some(**timing),
            _ => None,
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

    /// Appends a media section.
    pub fn push_media(&mut self, media: Media) -> &mut Self {
        self.media.push(media);
        self
    }

    /// The media sections together with what they inherit from the session.
    pub fn sections(&self) -> impl Iterator<Item = Section<'_>> {
        self.media.iter().map(|media| Section::new(self, media))
    }

    /// The media section of this index.
    pub fn section(&self, index: usize) -> Option<Section<'_>> {
        self.media.get(index).map(|media| Section::new(self, media))
    }

    /// The first media section with this `a=mid`.
    pub fn section_by_mid(&self, mid: &str) -> Option<Section<'_>> {
        self.sections()
            .find(|section| section.media().mid() == Some(mid))
    }
}

getters!(Session, "vosiuepcbtrzka");

impl FromStr for Session {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::parse(text)
    }
}

/// Writes all lines with CRLF.
impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            f.write_str(line.text())?;
            f.write_str("\r\n")?;
        }
        self.media.iter().try_for_each(|media| media.fmt(f))
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("lines", &self.lines)
            .field("media", &self.media)
            .finish()
    }
}
