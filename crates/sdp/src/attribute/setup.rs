//! `a=setup` (RFC 4145 section 4, RFC 8842 section 5).

use core::fmt;

use nom::Parser;
use nom::combinator::map_opt;

use crate::grammar::{token, whole};

/// Who starts the DTLS handshake.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Setup {
    /// `active`: who wrote it is the client.
    Active,
    /// `passive`: who wrote it is the server.
    Passive,
    /// `actpass`: the answerer may choose.
    ActPass,
    /// `holdconn`: nobody for now, which JSEP does not permit.
    HoldConn,
}

impl Setup {
    /// The name as it stands in a line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Passive => "passive",
            Self::ActPass => "actpass",
            Self::HoldConn => "holdconn",
        }
    }

    pub(super) fn parse(value: &str) -> Result<Self, usize> {
        whole(|input| map_opt(token, Self::from_name).parse(input), value)
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Active, Self::Passive, Self::ActPass, Self::HoldConn]
            .into_iter()
            .find(|setup| setup.name() == name)
    }
}

impl fmt::Display for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
