//! `a=rtpmap` (RFC 8866 section 6.6).

use alloc::string::{String, ToString};
use core::fmt;

use nom::character::complete::char;
use nom::combinator::{opt, verify};
use nom::sequence::preceded;
use nom::{IResult, Parser};

use crate::grammar::{number, payload_type, space, token, whole};

/// What a payload type stands for.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Rtpmap {
    /// The payload type, 0 to 127.
    pub payload_type: u8,
    /// The name of the encoding: `opus`, `VP8`. Compared without regard to case.
    pub encoding: String,
    /// The clock rate in hertz, above 0.
    pub clock_rate: u32,
    /// The number of channels, above 0, where it is written.
    pub channels: Option<u8>,
}

impl Rtpmap {
    /// An encoding without a number of channels.
    pub fn new(payload_type: u8, encoding: &str, clock_rate: u32) -> Self {
        Self {
            payload_type,
            encoding: encoding.to_string(),
            clock_rate,
            channels: None,
        }
    }

    /// Adds the number of channels.
    #[must_use]
    pub fn with_channels(mut self, channels: u8) -> Self {
        self.channels = Some(channels);
        self
    }

    /// Whether the encoding has this name, without regard to case.
    pub fn is_encoding(&self, name: &str) -> bool {
        self.encoding.eq_ignore_ascii_case(name)
    }

    pub(super) fn parse(value: &str) -> Result<Self, usize> {
        whole(rtpmap, value)
    }
}

fn rtpmap(input: &str) -> IResult<&str, Rtpmap> {
    (
        payload_type,
        preceded(space, token),
        preceded(char('/'), verify(number::<u32>, |rate| *rate > 0)),
        opt(preceded(
            char('/'),
            verify(number::<u8>, |channels| *channels > 0),
        )),
    )
        .map(|(payload_type, encoding, clock_rate, channels)| Rtpmap {
            payload_type,
            encoding: encoding.to_string(),
            clock_rate,
            channels,
        })
        .parse(input)
}

impl fmt::Display for Rtpmap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}/{}",
            self.payload_type, self.encoding, self.clock_rate
        )?;
        if let Some(channels) = self.channels {
            write!(f, "/{channels}")?;
        }
        Ok(())
    }
}
