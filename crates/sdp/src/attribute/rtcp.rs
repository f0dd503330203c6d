//! `a=rtcp` (RFC 3605 section 2.1).

use core::fmt;

use nom::combinator::opt;
use nom::sequence::preceded;
use nom::{IResult, Parser};

use crate::connection::{Connection, connection};
use crate::grammar::{number, space, whole};

/// Where RTCP goes.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Rtcp {
    /// The port.
    pub port: u16,
    /// The address, where it differs from the media's.
    pub address: Option<Connection>,
}

impl Rtcp {
    /// A port at the media's address.
    pub fn new(port: u16) -> Self {
        Self {
            port,
            address: None,
        }
    }

    /// Adds an address.
    #[must_use]
    pub fn with_address(mut self, address: Connection) -> Self {
        self.address = Some(address);
        self
    }

    pub(super) fn parse(value: &str) -> Result<Self, usize> {
        whole(rtcp, value)
    }
}

fn rtcp(input: &str) -> IResult<&str, Rtcp> {
    (number, opt(preceded(space, connection)))
        .map(|(port, address)| Rtcp { port, address })
        .parse(input)
}

impl fmt::Display for Rtcp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.port)?;
        if let Some(address) = &self.address {
            write!(f, " {address}")?;
        }
        Ok(())
    }
}
