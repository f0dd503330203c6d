//! `m=` and the lines of its section (RFC 8866 section 5.14).

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroU16;

use nom::character::complete::char;
use nom::combinator::{opt, recognize};
use nom::multi::{many0_count, many1_count, separated_list1};
use nom::sequence::preceded;
use nom::{IResult, Parser};

use crate::error::{BuildError, ErrorKind};
use crate::getters::getters;
use crate::grammar::{number, payload_type, space, token, whole};
use crate::line::{Line, Problem, checked, split};
use crate::text::Text;
use crate::token_list::TokenList;

/// What kind of media a section has.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum MediaKind {
    /// `audio`
    Audio,
    /// `video`
    Video,
    /// `application`, as data channels have it.
    Application,
    /// Any other name.
    Other(String),
}

impl MediaKind {
    /// The name as it stands in the line.
    pub fn name(&self) -> &str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Application => "application",
            Self::Other(name) => name,
        }
    }
}

impl From<&str> for MediaKind {
    fn from(name: &str) -> Self {
        match name {
            "audio" => Self::Audio,
            "video" => Self::Video,
            "application" => Self::Application,
            other => Self::Other(other.to_string()),
        }
    }
}

impl fmt::Display for MediaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A media section: its `m=` line and the lines that follow it.
#[derive(Clone)]
pub struct Media {
    text: Text,
    field: Field,
    pub(crate) lines: Vec<Line>,
}

/// The value of `m=`.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Field {
    kind: MediaKind,
    port: u16,
    port_count: Option<NonZeroU16>,
    protocol: String,
    formats: TokenList,
}

impl Media {
    /// A section without lines of its own.
    ///
    /// `protocol` is `UDP/TLS/RTP/SAVPF` or `UDP/DTLS/SCTP`; `formats` are payload types or
    /// `webrtc-datachannel`. Port 0 refuses the section, 9 stands for a port not yet known.
    ///
    /// # Errors
    ///
    /// A value breaks the grammar; there is no format; a format of RTP is no payload type.
    pub fn new<S: AsRef<str>>(
        kind: MediaKind,
        port: u16,
        protocol: &str,
        formats: impl IntoIterator<Item = S>,
    ) -> Result<Self, BuildError> {
        Self::from_field(&Field {
            kind,
            port,
            port_count: None,
            protocol: protocol.to_string(),
            formats: formats.into_iter().collect(),
        })
    }

    /// What kind of media it is.
    pub fn kind(&self) -> &MediaKind {
        &self.field.kind
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.field.port
    }

    /// How many ports, where that is written.
    pub fn port_count(&self) -> Option<NonZeroU16> {
        self.field.port_count
    }

    /// The transport protocol: `UDP/TLS/RTP/SAVPF`.
    pub fn protocol(&self) -> &str {
        &self.field.protocol
    }

    /// The formats, preferred first.
    pub fn formats(&self) -> impl Iterator<Item = &str> {
        self.field.formats.iter()
    }

    /// The formats that are payload types: all of them in RTP.
    pub fn payload_types(&self) -> impl Iterator<Item = u8> {
        let formats = self.formats().filter_map(|format| format.parse().ok());
        formats.filter(|payload_type| *payload_type < 128)
    }

    /// Whether the protocol is a profile of RTP.
    pub fn is_rtp(&self) -> bool {
        is_rtp(self.protocol())
    }

    /// Whether the port is 0: refused, stopped, or bundle-only.
    pub fn is_port_zero(&self) -> bool {
        self.port() == 0
    }

    /// Replaces the port.
    pub fn set_port(&mut self, port: u16) {
        let field = Field {
            port,
            ..self.field.clone()
        };
        // A port has no way to break the line.
        if let Ok(media) = Self::from_field(&field) {
            self.text = media.text;
            self.field = media.field;
        }
    }

    /// Replaces the formats.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new); then nothing changed.
    pub fn set_formats<S: AsRef<str>>(
        &mut self,
        formats: impl IntoIterator<Item = S>,
    ) -> Result<(), BuildError> {
        let field = Field {
            formats: formats.into_iter().collect(),
            ..self.field.clone()
        };
        let media = Self::from_field(&field)?;
        self.text = media.text;
        self.field = media.field;
        Ok(())
    }

    /// The text of the `m=` line.
    pub fn text(&self) -> &str {
        self.text.as_str()
    }

    pub(crate) fn parse(text: Text) -> Result<Self, Problem> {
        let (_, value) = split(text.as_str())?;
        let field =
            whole(field, value).map_err(|at| (at.saturating_add(2), ErrorKind::Field('m')))?;
        Ok(Self {
            text,
            field,
            lines: Vec::new(),
        })
    }

    fn from_field(field: &Field) -> Result<Self, BuildError> {
        let text = checked(format!("m={field}"))?;
        let media = Self::parse(text).map_err(|(_, kind)| BuildError::Malformed(kind))?;
        if media.field == *field {
            Ok(media)
        } else {
            Err(BuildError::Ambiguous)
        }
    }
}

getters!(Media, "micbka");

/// Sections are equal if their texts are.
impl PartialEq for Media {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text() && self.lines == other.lines
    }
}

impl Eq for Media {}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.lines.iter().map(Line::text);
        f.debug_list().entry(&self.text()).entries(lines).finish()
    }
}

/// Writes all lines with CRLF.
impl fmt::Display for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())?;
        f.write_str("\r\n")?;
        for line in &self.lines {
            f.write_str(line.text())?;
            f.write_str("\r\n")?;
        }
        Ok(())
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.port)?;
        if let Some(count) = self.port_count {
            write!(f, "/{count}")?;
        }
        write!(f, " {} {}", self.protocol, self.formats)
    }
}

fn field(input: &str) -> IResult<&str, Field> {
    let (input, (kind, port, port_count, protocol)) = (
        token,
        preceded(space, number),
        opt(preceded(char('/'), number)),
        preceded(space, recognize(separated_list1(char('/'), token))),
    )
        .parse(input)?;
    let format = if is_rtp(protocol) {
        |input| recognize(payload_type).parse(input)
    } else {
        token
    };
    let (input, formats) = recognize(many1_count(preceded(space, format))).parse(input)?;
    // Spaces at the end are common enough.
    let (input, _) = many0_count(space).parse(input)?;
    let field = Field {
        kind: MediaKind::from(kind),
        port,
        port_count,
        protocol: protocol.to_string(),
        formats: TokenList::from(formats.trim_start()),
    };
    Ok((input, field))
}

fn is_rtp(protocol: &str) -> bool {
    protocol.split('/').any(|part| part == "RTP")
}
