//! `o=`: who made the session (RFC 8866 section 5.2).

use alloc::string::{String, ToString};
use core::fmt;

use nom::character::complete::digit1;
use nom::sequence::preceded;
use nom::{IResult, Parser};

use crate::grammar::{space, token, whole, word};

/// The value of `o=`.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Origin {
    /// The user's name, `-` if there is none.
    pub username: String,
    /// The session's number: digits, without a bound on their number.
    pub session_id: String,
    /// The version of the description: digits, without a bound on their number.
    pub session_version: String,
    /// `IN`
    pub network: String,
    /// `IP4` or `IP6`
    pub address_type: String,
    /// An address or a name.
    pub address: String,
}

impl Origin {
    /// The origin that JSEP prescribes: no user name, no address (RFC 8829 section 5.2.1).
    ///
    /// The session's number should have 63 random bits; the version grows by one with each
    /// changed description.
    pub fn new(session_id: u64, session_version: u64) -> Self {
        Self {
            username: "-".to_string(),
            session_id: session_id.to_string(),
            session_version: session_version.to_string(),
            network: "IN".to_string(),
            address_type: "IP4".to_string(),
            address: "127.0.0.1".to_string(),
        }
    }

    /// Replaces the user's name.
    #[must_use]
    pub fn with_username(mut self, username: &str) -> Self {
        self.username = username.to_string();
        self
    }

    /// Replaces the address; `address_type` is `IP4` or `IP6`.
    #[must_use]
    pub fn with_address(mut self, address_type: &str, address: &str) -> Self {
        self.address_type = address_type.to_string();
        self.address = address.to_string();
        self
    }

    /// The version as a number, if it fits.
    pub fn version_number(&self) -> Option<u64> {
        self.session_version.parse().ok()
    }

    pub(crate) fn parse(value: &str) -> Result<Self, usize> {
        whole(origin, value)
    }
}

fn origin(input: &str) -> IResult<&str, Origin> {
    (
        word,
        preceded(space, digit1),
        preceded(space, digit1),
        preceded(space, token),
        preceded(space, token),
        preceded(space, word),
    )
        .map(
            |(username, session_id, session_version, network, address_type, address)| Origin {
                username: username.to_string(),
                session_id: session_id.to_string(),
                session_version: session_version.to_string(),
                network: network.to_string(),
                address_type: address_type.to_string(),
                address: address.to_string(),
            },
        )
        .parse(input)
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} {} {} {} {}",
            self.username,
            self.session_id,
            self.session_version,
            self.network,
            self.address_type,
            self.address
        )
    }
}
