//! The attributes of SCTP over DTLS (RFC 8841).

use alloc::string::{String, ToString};
use core::fmt;

use nom::character::complete::digit1;
use nom::combinator::opt;
use nom::sequence::preceded;
use nom::{IResult, Parser};

use crate::grammar::{number, space, token, whole};

/// `a=sctp-port`
pub(super) fn port(value: &str) -> Result<u16, usize> {
    whole(number, value)
}

/// `a=max-message-size`; what exceeds 64 bits is as good as the largest number.
pub(super) fn max_message_size(value: &str) -> Result<u64, usize> {
    whole(digit1, value).map(|digits: &str| digits.parse().unwrap_or(u64::MAX))
}

/// The form that drafts before RFC 8841 used, written by old stacks.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Sctpmap {
    /// The port of SCTP.
    pub port: u16,
    /// `webrtc-datachannel`
    pub protocol: String,
    /// How many streams there are.
    pub streams: Option<u16>,
}

impl Sctpmap {
    /// A protocol at a port.
    pub fn new(port: u16, protocol: &str, streams: Option<u16>) -> Self {
        Self {
            port,
            protocol: protocol.to_string(),
            streams,
        }
    }

    pub(super) fn parse(value: &str) -> Result<Self, usize> {
        whole(sctpmap, value)
    }
}

fn sctpmap(input: &str) -> IResult<&str, Sctpmap> {
    (number, preceded(space, token), opt(preceded(space, number)))
        .map(|(port, protocol, streams)| Sctpmap::new(port, protocol, streams))
        .parse(input)
}

impl fmt::Display for Sctpmap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.port, self.protocol)?;
        if let Some(streams) = self.streams {
            write!(f, " {streams}")?;
        }
        Ok(())
    }
}
