//! `a=group` (RFC 5888 section 5, RFC 9143).

use alloc::string::{String, ToString};
use core::fmt;

use nom::combinator::recognize;
use nom::multi::many0_count;
use nom::sequence::preceded;
use nom::{IResult, Parser};

use crate::grammar::{space, token, whole};
use crate::token_list::TokenList;

/// Media sections that belong together.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Group {
    /// What the group is for: `BUNDLE`, `LS`, `FID`.
    pub semantics: String,
    /// The identifiers of its sections.
    pub mids: TokenList,
}

impl Group {
    /// A group with these semantics.
    pub fn new<S: AsRef<str>>(semantics: &str, mids: impl IntoIterator<Item = S>) -> Self {
        Self {
            semantics: semantics.to_string(),
            mids: mids.into_iter().collect(),
        }
    }

    /// Sections that share one transport (RFC 9143).
    pub fn bundle<S: AsRef<str>>(mids: impl IntoIterator<Item = S>) -> Self {
        Self::new("BUNDLE", mids)
    }

    /// Whether it is a bundle.
    pub fn is_bundle(&self) -> bool {
        self.semantics == "BUNDLE"
    }

    pub(super) fn parse(value: &str) -> Result<Self, usize> {
        whole(group, value)
    }
}

fn group(input: &str) -> IResult<&str, Group> {
    (token, tokens)
        .map(|(semantics, mids)| Group {
            semantics: semantics.to_string(),
            mids,
        })
        .parse(input)
}

/// `*(SP token)`, and spaces at the end, which old stacks write.
pub(super) fn tokens(input: &str) -> IResult<&str, TokenList> {
    (
        recognize(many0_count(preceded(space, token))),
        many0_count(space),
    )
        .map(|(tokens, _): (&str, _)| TokenList::from(tokens.trim_start()))
        .parse(input)
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.semantics)?;
        if !self.mids.is_empty() {
            write!(f, " {}", self.mids)?;
        }
        Ok(())
    }
}
