//! `a=simulcast` (RFC 8853 section 5.1).

use alloc::string::{String, ToString};
use core::fmt;

use nom::character::complete::char;
use nom::combinator::{opt, recognize, verify};
use nom::multi::separated_list1;
use nom::sequence::{pair, preceded};
use nom::{IResult, Parser};

use super::rid::{RidDirection, direction, rid_id};
use crate::grammar::{space, whole};

/// The simulcast streams of a section.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Simulcast {
    /// What who wrote it wants to send, if that is simulcast.
    pub send: Option<SimulcastStreams>,
    /// What it wants to receive, if that is simulcast.
    pub recv: Option<SimulcastStreams>,
}

impl Simulcast {
    /// Simulcast in one direction, with one stream for each identifier.
    pub fn new<S: AsRef<str>>(direction: RidDirection, ids: impl IntoIterator<Item = S>) -> Self {
        Self::default().with(direction, SimulcastStreams::from_ids(ids))
    }

    /// Replaces the streams of one direction.
    #[must_use]
    pub fn with(mut self, direction: RidDirection, streams: SimulcastStreams) -> Self {
        match direction {
            RidDirection::Send => self.send = Some(streams),
            RidDirection::Recv => self.recv = Some(streams),
        }
        self
    }

    pub(super) fn parse(value: &str) -> Result<Self, usize> {
        whole(simulcast, value)
    }
}

/// One direction or both, in either order.
fn simulcast(input: &str) -> IResult<&str, Simulcast> {
    let (input, (first, streams)) = part(input)?;
    let other = verify(part, |(second, _)| *second != first);
    let (input, other) = opt(preceded(space, other)).parse(input)?;
    let simulcast = Simulcast::default().with(first, streams);
    Ok(match other {
        Some((second, streams)) => (input, simulcast.with(second, streams)),
        None => (input, simulcast),
    })
}

fn part(input: &str) -> IResult<&str, (RidDirection, SimulcastStreams)> {
    (direction, preceded(space, streams)).parse(input)
}

fn streams(input: &str) -> IResult<&str, SimulcastStreams> {
    recognize(separated_list1(
        char(';'),
        separated_list1(char(','), pair(opt(char('~')), rid_id)),
    ))
    .map(|text: &str| SimulcastStreams(text.to_string()))
    .parse(input)
}

impl fmt::Display for Simulcast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            (RidDirection::Send, &self.send),
            (RidDirection::Recv, &self.recv),
        ];
        let mut separator = "";
        for (direction, streams) in parts {
            if let Some(streams) = streams {
                write!(f, "{separator}{direction} {streams}")?;
                separator = " ";
            }
        }
        Ok(())
    }
}

/// The streams of one direction, best first.
///
/// Kept as text: a list costs as much memory as it has octets on the line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SimulcastStreams(String);

impl SimulcastStreams {
    /// One stream for each identifier, without alternatives; `~` before one pauses it.
    pub fn from_ids<S: AsRef<str>>(ids: impl IntoIterator<Item = S>) -> Self {
        let mut text = String::new();
        for id in ids {
            if !text.is_empty() {
                text.push(';');
            }
            text.push_str(id.as_ref());
        }
        Self(text)
    }

    /// The streams.
    pub fn iter(&self) -> impl Iterator<Item = SimulcastStream<'_>> {
        self.0.split(';').map(SimulcastStream)
    }

    /// The first alternative of each stream.
    pub fn ids(&self) -> impl Iterator<Item = SimulcastAlternative<'_>> {
        self.iter()
            .filter_map(|stream| stream.alternatives().next())
    }
}

impl From<&str> for SimulcastStreams {
    fn from(text: &str) -> Self {
        Self(text.to_string())
    }
}

impl fmt::Display for SimulcastStreams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One stream: its alternatives, preferred first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SimulcastStream<'a>(&'a str);

impl<'a> SimulcastStream<'a> {
    /// The alternatives.
    pub fn alternatives(self) -> impl Iterator<Item = SimulcastAlternative<'a>> {
        self.0.split(',').map(|alternative| {
            let id = alternative.strip_prefix('~');
            SimulcastAlternative {
                id: id.unwrap_or(alternative),
                paused: id.is_some(),
            }
        })
    }
}

/// One form that a simulcast stream may take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SimulcastAlternative<'a> {
    /// The identifier of its `a=rid`.
    pub id: &'a str,
    /// Whether it starts paused (`~`).
    pub paused: bool,
}
