//! One line of a description.

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use core::fmt;

use crate::attribute::{Attribute, AttributeKind, split_name};
use crate::bandwidth::Bandwidth;
use crate::connection::Connection;
use crate::error::{BuildError, ErrorKind};
use crate::grammar::is_token_char;
use crate::limits::Limits;
use crate::origin::Origin;
use crate::text::Text;
use crate::timing::Timing;

/// One line: its text, and its typed form if it has one.
///
/// The text is what is printed, always; the typed form was read from it.
#[derive(Clone)]
pub struct Line {
    text: Text,
    content: Content,
}

/// The typed form of a line.
#[derive(Clone)]
pub(crate) enum Content {
    /// A line that is kept as it is.
    Opaque,
    /// A line that is kept as it is because it is not well-formed.
    Ignored(ErrorKind),
    Origin(Box<Origin>),
    Connection(Box<Connection>),
    Bandwidth(Box<Bandwidth>),
    Timing(Box<Timing>),
    Attribute(Box<Attribute>),
}

/// What is wrong with a line, and at which of its octets, counted from 0.
pub(crate) type Problem = (usize, ErrorKind);

impl Line {
    /// The text without the line end.
    pub fn text(&self) -> &str {
        self.text.as_str()
    }

    /// The letter before `=`.
    pub fn letter(&self) -> char {
        self.text().chars().next().unwrap_or_default()
    }

    /// What follows `=`.
    pub fn value(&self) -> &str {
        self.text().get(2..).unwrap_or_default()
    }

    /// The typed form of an attribute; `None` for other lines and for attributes that are unknown
    /// or not well-formed.
    pub fn attribute(&self) -> Option<&Attribute> {
        match &self.content {
            Content::Attribute(attribute) => Some(attribute),
            _ => None,
        }
    }

    /// The name of an attribute, known or not.
    pub fn attribute_name(&self) -> Option<&str> {
        (self.letter() == 'a').then(|| split_name(self.value()).0)
    }

    /// The value of an attribute, known or not; `None` if it has none.
    pub fn attribute_value(&self) -> Option<&str> {
        match self.letter() {
            'a' => split_name(self.value()).1,
            _ => None,
        }
    }

    /// Why a line of a known kind has no typed form.
    pub fn problem(&self) -> Option<ErrorKind> {
        match self.content {
            Content::Ignored(kind) => Some(kind),
            _ => None,
        }
    }

    /// Reads a line; lines of type `m` are [`Media`](crate::Media)'s.
    pub(crate) fn parse(text: Text) -> Result<Self, Problem> {
        let content = parse(text.as_str())?;
        Ok(Self { text, content })
    }

    /// A line that reads back as what it was made of.
    pub(crate) fn from_attribute(attribute: &Attribute) -> Result<Self, BuildError> {
        let line = Self::build(format!("a={attribute}"))?;
        match line.attribute() {
            Some(read) if read == attribute => Ok(line),
            _ => Err(BuildError::Ambiguous),
        }
    }

    /// An attribute that has no typed form here, or one by its text.
    pub(crate) fn from_name(name: &str, value: Option<&str>) -> Result<Self, BuildError> {
        let line = Self::build(match value {
            Some(value) => format!("a={name}:{value}"),
            None => format!("a={name}"),
        })?;
        if line.attribute_name() == Some(name) && line.attribute_value() == value {
            Ok(line)
        } else {
            Err(BuildError::Ambiguous)
        }
    }

    pub(crate) fn from_origin(origin: &Origin) -> Result<Self, BuildError> {
        let line = Self::build(format!("o={origin}"))?;
        match line.content() {
            Content::Origin(read) if **read == *origin => Ok(line),
            _ => Err(BuildError::Ambiguous),
        }
    }

    pub(crate) fn from_connection(connection: &Connection) -> Result<Self, BuildError> {
        let line = Self::build(format!("c={connection}"))?;
        match line.content() {
            Content::Connection(read) if **read == *connection => Ok(line),
            _ => Err(BuildError::Ambiguous),
        }
    }

    pub(crate) fn from_bandwidth(bandwidth: &Bandwidth) -> Result<Self, BuildError> {
        let line = Self::build(format!("b={bandwidth}"))?;
        match line.content() {
            Content::Bandwidth(read) if **read == *bandwidth => Ok(line),
            _ => Err(BuildError::Ambiguous),
        }
    }

    pub(crate) fn build(text: String) -> Result<Self, BuildError> {
        let text = checked(text)?;
        let line = Self::parse(text).map_err(|(_, kind)| BuildError::Malformed(kind))?;
        match line.problem() {
            Some(kind) => Err(BuildError::Malformed(kind)),
            None => Ok(line),
        }
    }

    pub(crate) fn content(&self) -> &Content {
        &self.content
    }
}

/// Refuses text that would be more than one line.
pub(crate) fn checked(text: String) -> Result<Text, BuildError> {
    if text.contains(['\r', '\n', '\0']) {
        return Err(BuildError::Injection);
    }
    if text.len() > Limits::default().line {
        return Err(BuildError::TooLong);
    }
    Text::owned(text).ok_or(BuildError::TooLong)
}

/// The octet at which a control character stands that no line may hold.
pub(crate) fn control_character(text: &str) -> Option<usize> {
    text.bytes().position(|octet| octet == 0 || octet == b'\r')
}

/// Splits a line into its letter and its value.
pub(crate) fn split(text: &str) -> Result<(char, &str), Problem> {
    let letter = text.chars().next().filter(char::is_ascii_lowercase);
    let letter = letter.ok_or((0, ErrorKind::NotALine))?;
    let value = text.get(1..).and_then(|rest| rest.strip_prefix('='));
    Ok((letter, value.ok_or((1, ErrorKind::NotALine))?))
}

fn parse(text: &str) -> Result<Content, Problem> {
    let (letter, value) = split(text)?;
    let problem = |at: usize| (at.saturating_add(2), ErrorKind::Field(letter));
    Ok(match letter {
        'v' => version(value)?,
        'o' => Content::Origin(Box::new(Origin::parse(value).map_err(problem)?)),
        'c' => Content::Connection(Box::new(Connection::parse(value).map_err(problem)?)),
        't' => Content::Timing(Box::new(Timing::parse(value).map_err(problem)?)),
        'b' => match Bandwidth::parse(value) {
            Ok(bandwidth) => Content::Bandwidth(Box::new(bandwidth)),
            Err(_) => Content::Ignored(ErrorKind::Field('b')),
        },
        'a' => attribute(value)?,
        _ => Content::Opaque,
    })
}

fn version(value: &str) -> Result<Content, Problem> {
    if value == "0" {
        Ok(Content::Opaque)
    } else if !value.is_empty() && value.bytes().all(|octet| octet.is_ascii_digit()) {
        Err((2, ErrorKind::UnsupportedVersion))
    } else {
        Err((2, ErrorKind::Field('v')))
    }
}

fn attribute(text: &str) -> Result<Content, Problem> {
    let (name, value) = split_name(text);
    if name.is_empty() || !name.chars().all(is_token_char) {
        return Ok(Content::Ignored(ErrorKind::AttributeName));
    }
    let Some(kind) = AttributeKind::from_name(name) else {
        return Ok(Content::Opaque);
    };
    match Attribute::parse(kind, name, value) {
        Ok(attribute) => Ok(Content::Attribute(Box::new(attribute))),
        Err(at) if kind.is_vital() => {
            let start = text.len().saturating_sub(value.unwrap_or_default().len());
            let column = at.saturating_add(start).saturating_add(2);
            Err((column, ErrorKind::Attribute(kind)))
        }
        Err(_) => Ok(Content::Ignored(ErrorKind::Attribute(kind))),
    }
}

/// Lines are equal if their texts are.
impl PartialEq for Line {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Line {}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_costs_little_memory() {
        // Together with the shared text these bound the memory of a parsed description.
        assert!(size_of::<Line>() <= 32, "{}", size_of::<Line>());
        assert!(size_of::<Attribute>() <= 80, "{}", size_of::<Attribute>());
    }

    #[test]
    fn every_kind_is_found_by_its_name() {
        for kind in AttributeKind::ALL {
            let name = match kind {
                AttributeKind::Direction => "recvonly",
                kind => kind.name(),
            };
            assert_eq!(AttributeKind::from_name(name), Some(*kind));
        }
        assert_eq!(AttributeKind::from_name("direction"), None);
    }
}
