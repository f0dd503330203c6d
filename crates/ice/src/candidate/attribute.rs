#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use super::{Candidate, CandidateAddress, CandidateKind, TcpType, TransportProtocol};

/// Longest candidate text that is looked at.
const MAX_LEN: usize = 2048;
/// Most extensions that are kept.
const MAX_EXTENSIONS: usize = 32;

/// Why a text is no candidate.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CandidateParseError {
    /// Longer than 2,048 octets or more than 32 extensions.
    #[error("candidate too long")]
    TooLong,
    /// A field is absent.
    #[error("candidate without {0}")]
    Missing(&'static str),
    /// A field does not follow the grammar.
    #[error("candidate with an invalid {0}")]
    Invalid(&'static str),
}

impl FromStr for Candidate {
    type Err = CandidateParseError;

    //= https://www.rfc-editor.org/rfc/rfc8839#section-5.1
    //# "candidate" ":" foundation SP component-id SP transport SP priority SP
    //# connection-address SP port SP cand-type [SP rel-addr] [SP rel-port]
    //# *(SP cand-extension)
    fn from_str(text: &str) -> Result<Self, CandidateParseError> {
        use CandidateParseError::{Invalid, Missing, TooLong};
        if text.len() > MAX_LEN {
            return Err(TooLong);
        }
        let text = text.trim_end_matches(['\r', '\n']);
        let text = text.strip_prefix("a=").unwrap_or(text);
        let text = text.strip_prefix("candidate:").unwrap_or(text);
        if text.contains(['\r', '\n', '\0']) {
            return Err(Invalid("line break"));
        }
        let mut fields = text.split(' ').filter(|field| !field.is_empty());
        let mut next = |name| fields.next().ok_or(Missing(name));
        let foundation = next("foundation")?;
        if foundation.len() > 32 || !foundation.bytes().all(is_ice_char) {
            return Err(Invalid("foundation"));
        }
        let component: u16 = number(next("component")?).ok_or(Invalid("component"))?;
        if !(1..=256).contains(&component) {
            return Err(Invalid("component"));
        }
        let transport = TransportProtocol::from_token(next("transport")?);
        let priority: u32 = number(next("priority")?).ok_or(Invalid("priority"))?;
        let address =
            CandidateAddress::from_str(next("address")?).map_err(|()| Invalid("address"))?;
        let port: u16 = number(next("port")?).ok_or(Invalid("port"))?;
        if next("type")? != "typ" {
            return Err(Missing("type"));
        }
        let kind = CandidateKind::from_token(next("type")?).ok_or(Invalid("type"))?;
        let mut candidate = Self {
            foundation: foundation.to_owned(),
            component,
            transport,
            priority,
            address,
            port,
            kind,
            related: None,
            tcp_type: None,
            generation: None,
            ufrag: None,
            network_id: None,
            network_cost: None,
            extensions: Vec::new(),
        };
        let (mut related_address, mut related_port) = (None, None);
        while let Some(name) = fields.next() {
            let Some(value) = fields.next() else {
                return Err(Missing("extension value"));
            };
            match name {
                "raddr" if related_address.is_none() => {
                    related_address =
                        Some(CandidateAddress::from_str(value).map_err(|()| Invalid("raddr"))?);
                }
                "rport" if related_port.is_none() => {
                    related_port = Some(number::<u16>(value).ok_or(Invalid("rport"))?);
                }
                _ => candidate.set_extension(name, value)?,
            }
        }
        candidate.related = match (related_address, related_port) {
            (Some(address), port) => Some((address, port.unwrap_or(9))),
            (None, Some(_)) => return Err(Missing("raddr")),
            (None, None) => None,
        };
        Ok(candidate)
    }
}

impl Candidate {
    /// Takes one extension into its field, or keeps it as it is.
    fn set_extension(&mut self, name: &str, value: &str) -> Result<(), CandidateParseError> {
        match name {
            "tcptype" if self.tcp_type.is_none() => {
                self.tcp_type = TcpType::from_token(value);
                if self.tcp_type.is_some() {
                    return Ok(());
                }
            }
            "ufrag" if self.ufrag.is_none() => {
                self.ufrag = Some(value.to_owned());
                return Ok(());
            }
            "generation" if self.generation.is_none() => {
                self.generation = number(value);
                if self.generation.is_some() {
                    return Ok(());
                }
            }
            "network-id" if self.network_id.is_none() => {
                self.network_id = number(value);
                if self.network_id.is_some() {
                    return Ok(());
                }
            }
            "network-cost" if self.network_cost.is_none() => {
                self.network_cost = number(value);
                if self.network_cost.is_some() {
                    return Ok(());
                }
            }
            _ => {}
        }
        if self.extensions.len() >= MAX_EXTENSIONS {
            return Err(CandidateParseError::TooLong);
        }
        self.extensions.push((name.to_owned(), value.to_owned()));
        Ok(())
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "candidate:{} {} {} {} {} {} typ {}",
            self.foundation,
            self.component,
            self.transport,
            self.priority,
            self.address,
            self.port,
            self.kind
        )?;
        if let Some((address, port)) = &self.related {
            write!(f, " raddr {address} rport {port}")?;
        }
        if let Some(tcp_type) = self.tcp_type {
            write!(f, " tcptype {}", tcp_type.token())?;
        }
        if let Some(generation) = self.generation {
            write!(f, " generation {generation}")?;
        }
        if let Some(ufrag) = &self.ufrag {
            write!(f, " ufrag {ufrag}")?;
        }
        if let Some(id) = self.network_id {
            write!(f, " network-id {id}")?;
        }
        if let Some(cost) = self.network_cost {
            write!(f, " network-cost {cost}")?;
        }
        for (name, value) in &self.extensions {
            write!(f, " {name} {value}")?;
        }
        Ok(())
    }
}

impl FromStr for CandidateAddress {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Ip(address));
        }
        let valid = !text.is_empty()
            && text.len() <= 253
            && text
                .bytes()
                .all(|octet| octet.is_ascii_alphanumeric() || b"-._".contains(&octet));
        if !valid {
            return Err(());
        }
        match text
            .len()
            .checked_sub(6)
            .and_then(|at| text.split_at_checked(at))
        {
            Some((label, end))
                if end.eq_ignore_ascii_case(".local")
                    && !label.is_empty()
                    && !label.contains('.') =>
            {
                Ok(Self::Mdns(text.to_ascii_lowercase()))
            }
            _ => Ok(Self::Name(text.to_owned())),
        }
    }
}

impl fmt::Display for CandidateAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => address.fmt(f),
            Self::Mdns(name) | Self::Name(name) => f.write_str(name),
        }
    }
}

impl CandidateKind {
    fn from_token(token: &str) -> Option<Self> {
        [
            Self::Host,
            Self::ServerReflexive,
            Self::PeerReflexive,
            Self::Relayed,
        ]
        .into_iter()
        .find(|kind| token.eq_ignore_ascii_case(kind.token()))
    }

    /// The token of `cand-type`.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::ServerReflexive => "srflx",
            Self::PeerReflexive => "prflx",
            Self::Relayed => "relay",
        }
    }
}

impl fmt::Display for CandidateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.token())
    }
}

impl TransportProtocol {
    fn from_token(token: &str) -> Self {
        if token.eq_ignore_ascii_case("udp") {
            Self::Udp
        } else if token.eq_ignore_ascii_case("tcp") {
            Self::Tcp
        } else {
            Self::Other(token.to_owned())
        }
    }
}

impl fmt::Display for TransportProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Other(token) => token,
        })
    }
}

impl TcpType {
    fn from_token(token: &str) -> Option<Self> {
        [Self::Active, Self::Passive, Self::SimultaneousOpen]
            .into_iter()
            .find(|tcp_type| token.eq_ignore_ascii_case(tcp_type.token()))
    }

    /// The token of `tcptype`.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Passive => "passive",
            Self::SimultaneousOpen => "so",
        }
    }
}

/// `ice-char` of RFC 8839, and what browsers put there besides.
pub(crate) fn is_ice_char(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/' | b'-' | b'_' | b'=')
}

/// Digits only: no sign.
fn number<N: FromStr>(text: &str) -> Option<N> {
    text.bytes()
        .all(|octet| octet.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
}
