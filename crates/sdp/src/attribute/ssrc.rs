//! `a=ssrc` and `a=ssrc-group` (RFC 5576 section 4).

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use nom::character::complete::char;
use nom::combinator::{opt, verify};
use nom::multi::many1;
use nom::sequence::preceded;
use nom::{IResult, Parser};

use super::owned;
use crate::grammar::{number, space, text, token, whole};

/// An attribute of one RTP source.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Ssrc {
    /// The source.
    pub ssrc: u32,
    /// The attribute's name: `cname`, `msid`.
    pub name: String,
    /// Its value.
    pub value: Option<String>,
}

impl Ssrc {
    /// An attribute with a value.
    pub fn new(ssrc: u32, name: &str, value: &str) -> Self {
        Self {
            ssrc,
            name: name.to_string(),
            value: Some(value.to_string()),
        }
    }

    /// The canonical name of the source's endpoint.
    pub fn cname(ssrc: u32, cname: &str) -> Self {
        Self::new(ssrc, "cname", cname)
    }

    pub(super) fn parse(value: &str) -> Result<Self, usize> {
        whole(ssrc, value)
    }
}

fn ssrc(input: &str) -> IResult<&str, Ssrc> {
    (
        number,
        preceded(space, token),
        opt(preceded(char(':'), text)),
    )
        .map(|(ssrc, name, value)| Ssrc {
            ssrc,
            name: name.to_string(),
            value: owned(value),
        })
        .parse(input)
}

impl fmt::Display for Ssrc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.ssrc, self.name)?;
        if let Some(value) = &self.value {
            write!(f, ":{value}")?;
        }
        Ok(())
    }
}

/// RTP sources that belong together.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SsrcGroup {
    /// What the group is for: `FID` (retransmission), `FEC-FR`, `SIM`.
    pub semantics: String,
    /// The sources: at least one, and at least two for `FID` and `FEC-FR`.
    pub ssrcs: Vec<u32>,
}

impl SsrcGroup {
    /// A group with these semantics.
    pub fn new(semantics: &str, ssrcs: &[u32]) -> Self {
        Self {
            semantics: semantics.to_string(),
            ssrcs: ssrcs.to_vec(),
        }
    }

    pub(super) fn parse(value: &str) -> Result<Self, usize> {
        whole(ssrc_group, value)
    }
}

fn ssrc_group(input: &str) -> IResult<&str, SsrcGroup> {
    verify(
        (token, many1(preceded(space, number))).map(|(semantics, mut ssrcs)| {
            ssrcs.shrink_to_fit();
            SsrcGroup {
                semantics: semantics.to_string(),
                ssrcs,
            }
        }),
        |group: &SsrcGroup| {
            let pairs = matches!(group.semantics.as_str(), "FID" | "FEC-FR");
            !pairs || group.ssrcs.len() > 1
        },
    )
    .parse(input)
}

impl fmt::Display for SsrcGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.semantics)?;
        for ssrc in &self.ssrcs {
            write!(f, " {ssrc}")?;
        }
        Ok(())
    }
}
