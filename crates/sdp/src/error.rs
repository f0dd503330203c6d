//! What a parse or a build can fail with.

use core::fmt;

use crate::attribute::AttributeKind;

/// Text that is no session description, with the place where that shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {line}, column {column}: {kind}")]
#[non_exhaustive]
pub struct ParseError {
    /// The line, counted from 1.
    pub line: usize,
    /// The octet within the line, counted from 1; one past the end of the line if something is
    /// missing there.
    pub column: usize,
    /// What is wrong.
    pub kind: ErrorKind,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text exceeds [`Limits::size`](crate::Limits::size).
    TooLarge,
    /// The line exceeds [`Limits::line`](crate::Limits::line).
    LineTooLong,
    /// There are more lines than [`Limits::lines`](crate::Limits::lines).
    TooManyLines,
    /// There are more media sections than [`Limits::media`](crate::Limits::media).
    TooManyMedia,
    /// The octets are not UTF-8.
    NotUtf8,
    /// A NUL, or a CR that ends no line (RFC 8866 section 9, `byte-string`).
    ControlCharacter,
    /// An empty line before the end of the text.
    BlankLine,
    /// The line does not start with one lower-case letter and `=`.
    NotALine,
    /// A version other than 0 (RFC 8866 section 5.1).
    UnsupportedVersion,
    /// The line of this type must stand here and does not.
    Missing(char),
    /// A line of this type must not stand here.
    Misplaced(char),
    /// The value of a line of this type is not well-formed.
    Field(char),
    /// The name of an attribute is no token.
    AttributeName,
    /// The value of this attribute is not well-formed.
    Attribute(AttributeKind),
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => f.write_str("the text is larger than permitted"),
            Self::LineTooLong => f.write_str("the line is longer than permitted"),
            Self::TooManyLines => f.write_str("more lines than permitted"),
            Self::TooManyMedia => f.write_str("more media sections than permitted"),
            Self::NotUtf8 => f.write_str("not UTF-8"),
            Self::ControlCharacter => f.write_str("a control character that no line may hold"),
            Self::BlankLine => f.write_str("an empty line"),
            Self::NotALine => f.write_str("a line starts with one lower-case letter and \"=\""),
            Self::UnsupportedVersion => f.write_str("a version other than 0"),
            Self::Missing(letter) => write!(f, "\"{letter}=\" is missing"),
            Self::Misplaced(letter) => write!(f, "\"{letter}=\" must not stand here"),
            Self::Field(letter) => write!(f, "the value of \"{letter}=\" is not well-formed"),
            Self::AttributeName => f.write_str("the name of an attribute is no token"),
            Self::Attribute(kind) => {
                write!(f, "the value of attribute \"{kind}\" is not well-formed")
            }
        }
    }
}

/// A value that cannot be written as a line.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The value holds a CR, an LF or a NUL, which would end the line or the description.
    #[error("a value holds a line end or a NUL")]
    Injection,
    /// The line would be read back as something else: the value breaks the grammar.
    #[error("the line would not be well-formed: {0}")]
    Malformed(ErrorKind),
    /// The line would be read back as another value: a part of it holds a separator.
    #[error("the line would be read as another value")]
    Ambiguous,
    /// The line is longer than 64 KiB.
    #[error("the line is longer than permitted")]
    TooLong,
}
