//! `a=rtcp-fb` (RFC 4585 section 4.2, RFC 5104 section 7).

use alloc::string::{String, ToString};
use core::fmt;

use nom::branch::alt;
use nom::character::complete::char;
use nom::combinator::{opt, recognize, value};
use nom::sequence::{pair, preceded};
use nom::{IResult, Parser};

use crate::grammar::{payload_type, space, text, token, whole};

/// Which formats a feedback message may be sent for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum FeedbackTarget {
    /// `*`: every format of the section.
    Any,
    /// One payload type, 0 to 127.
    PayloadType(u8),
}

impl FeedbackTarget {
    /// Whether it holds for this payload type.
    pub fn matches(self, payload_type: u8) -> bool {
        match self {
            Self::Any => true,
            Self::PayloadType(own) => own == payload_type,
        }
    }
}

impl fmt::Display for FeedbackTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::PayloadType(payload_type) => payload_type.fmt(f),
        }
    }
}

/// A feedback message that may be sent.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RtcpFeedback {
    /// The formats that it may be sent for.
    pub target: FeedbackTarget,
    /// The message with its parameters: `nack pli`, `ccm fir`, `transport-cc`.
    pub message: String,
}

impl RtcpFeedback {
    /// A message for one payload type.
    pub fn new(payload_type: u8, message: &str) -> Self {
        Self {
            target: FeedbackTarget::PayloadType(payload_type),
            message: message.to_string(),
        }
    }

    /// A message for every format of the section.
    pub fn for_any(message: &str) -> Self {
        Self {
            target: FeedbackTarget::Any,
            message: message.to_string(),
        }
    }

    pub(super) fn parse(value: &str) -> Result<Self, usize> {
        whole(rtcp_feedback, value)
    }
}

fn rtcp_feedback(input: &str) -> IResult<&str, RtcpFeedback> {
    (
        alt((
            value(FeedbackTarget::Any, char('*')),
            payload_type.map(FeedbackTarget::PayloadType),
        )),
        preceded(space, message),
    )
        .map(|(target, message)| RtcpFeedback {
            target,
            message: message.to_string(),
        })
        .parse(input)
}

/// A token, and parameters behind it.
fn message(input: &str) -> IResult<&str, &str> {
    recognize(pair(token, opt(preceded(space, text)))).parse(input)
}

impl fmt::Display for RtcpFeedback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.target, self.message)
    }
}
