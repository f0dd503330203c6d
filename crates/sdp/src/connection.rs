//! `c=`: where media goes (RFC 8866 section 5.7).

use alloc::string::{String, ToString};
use core::fmt;
use core::net::IpAddr;

use nom::sequence::preceded;
use nom::{IResult, Parser};

use crate::grammar::{space, token, whole, word};

/// The value of `c=`.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Connection {
    /// `IN`
    pub network: String,
    /// `IP4` or `IP6`
    pub address_type: String,
    /// An address, with the suffixes of multicast if any, or a name.
    pub address: String,
}

impl Connection {
    /// A unicast address.
    pub fn new(address: IpAddr) -> Self {
        Self {
            network: "IN".to_string(),
            address_type: if address.is_ipv4() { "IP4" } else { "IP6" }.to_string(),
            address: address.to_string(),
        }
    }

    /// `IN IP4 0.0.0.0`, which JSEP writes as long as there is no default candidate (RFC 8829
    /// section 5.2.1).
    pub fn unspecified() -> Self {
        Self {
            network: "IN".to_string(),
            address_type: "IP4".to_string(),
            address: "0.0.0.0".to_string(),
        }
    }

    /// The address if it is one and no name, without the suffixes of multicast.
    pub fn ip(&self) -> Option<IpAddr> {
        self.address.split('/').next()?.parse().ok()
    }

    pub(crate) fn parse(value: &str) -> Result<Self, usize> {
        whole(connection, value)
    }
}

/// `nettype SP addrtype SP connection-address`
pub(crate) fn connection(input: &str) -> IResult<&str, Connection> {
    (token, preceded(space, token), preceded(space, word))
        .map(|(network, address_type, address)| Connection {
            network: network.to_string(),
            address_type: address_type.to_string(),
            address: address.to_string(),
        })
        .parse(input)
}

impl fmt::Display for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.network, self.address_type, self.address)
    }
}
