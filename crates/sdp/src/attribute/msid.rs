//! `a=msid` (RFC 8830 section 2) and its predecessor `a=msid-semantic`.

use alloc::string::{String, ToString};
use core::fmt;

use nom::character::complete::space0;
use nom::combinator::{opt, recognize};
use nom::multi::many0_count;
use nom::sequence::preceded;
use nom::{IResult, Parser};

use super::owned;
use crate::grammar::{space, token, whole, word};
use crate::token_list::TokenList;

/// A media stream that the section's track belongs to.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Msid {
    /// The stream; `-` if the track belongs to none.
    pub stream: String,
    /// The track, which JSEP no longer writes everywhere.
    pub track: Option<String>,
}

impl Msid {
    /// A stream without a track's name.
    pub fn new(stream: &str) -> Self {
        Self {
            stream: stream.to_string(),
            track: None,
        }
    }

    /// Adds the track's name.
    #[must_use]
    pub fn with_track(mut self, track: &str) -> Self {
        self.track = Some(track.to_string());
        self
    }

    pub(super) fn parse(value: &str) -> Result<Self, usize> {
        whole(msid, value)
    }
}

fn msid(input: &str) -> IResult<&str, Msid> {
    (word, opt(preceded(space, word)))
        .map(|(stream, track)| Msid {
            stream: stream.to_string(),
            track: owned(track),
        })
        .parse(input)
}

impl fmt::Display for Msid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.stream)?;
        if let Some(track) = &self.track {
            write!(f, " {track}")?;
        }
        Ok(())
    }
}

/// What identifiers of media streams mean; always `WMS`.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct MsidSemantic {
    /// `WMS`
    pub semantic: String,
    /// The streams of the session, or `*`.
    pub streams: TokenList,
}

impl MsidSemantic {
    /// `WMS` with these streams.
    pub fn new<S: AsRef<str>>(streams: impl IntoIterator<Item = S>) -> Self {
        Self {
            semantic: "WMS".to_string(),
            streams: streams.into_iter().collect(),
        }
    }

    pub(super) fn parse(value: &str) -> Result<Self, usize> {
        whole(msid_semantic, value)
    }
}

fn msid_semantic(input: &str) -> IResult<&str, MsidSemantic> {
    (
        preceded(space0, token),
        recognize(many0_count(preceded(space, word))),
        space0,
    )
        .map(|(semantic, streams, _)| MsidSemantic {
            semantic: semantic.to_string(),
            streams: TokenList::from(str::trim_start(streams)),
        })
        .parse(input)
}

impl fmt::Display for MsidSemantic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.semantic)?;
        if !self.streams.is_empty() {
            write!(f, " {}", self.streams)?;
        }
        Ok(())
    }
}
