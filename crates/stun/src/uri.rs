//! URIs of STUN and TURN servers (RFC 7064 and RFC 7065).

use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// A server as the application names it.
///
/// ```
/// use stonechat_stun::{Host, Uri, UriTransport};
///
/// let uri: Uri = "turn:relay.example.org:3479?transport=udp".parse()?;
/// assert_eq!(uri.host(), &Host::Name("relay.example.org".to_owned()));
/// assert_eq!(uri.port(), 3479);
/// assert_eq!(uri.transport(), UriTransport::Udp);
/// # Ok::<(), stonechat_stun::UriError>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Uri {
    scheme: Scheme,
    host: Host,
    port: Option<u16>,
    transport: Option<UriTransport>,
}

/// The scheme of a [`Uri`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Scheme {
    /// `stun`: STUN over UDP.
    Stun,
    /// `stuns`: STUN over TLS or DTLS.
    Stuns,
    /// `turn`: TURN over UDP or TCP.
    Turn,
    /// `turns`: TURN over TLS or DTLS.
    Turns,
}

/// Where a server is.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Host {
    /// By address.
    Ip(IpAddr),
    /// By a name that has to be resolved.
    Name(String),
}

/// What lies between IP and the messages: UDP or TCP, with DTLS or TLS on it where the scheme is
/// secure.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum UriTransport {
    /// UDP.
    Udp,
    /// TCP.
    Tcp,
}

/// Why a text is no URI of a server.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum UriError {
    /// Another scheme than `stun`, `stuns`, `turn` and `turns`.
    #[error("unknown scheme")]
    Scheme,
    /// No host, or one that can be neither a name nor an address.
    #[error("malformed host")]
    Host,
    /// A port that is no number from 0 to 65,535.
    #[error("malformed port")]
    Port,
    /// A query other than `transport=udp` or `transport=tcp`, or one where none may be.
    #[error("malformed query")]
    Query,
}

impl Uri {
    /// Its scheme.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Whether it names a TURN server.
    #[must_use]
    pub const fn is_turn(&self) -> bool {
        matches!(self.scheme, Scheme::Turn | Scheme::Turns)
    }

    /// Whether TLS or DTLS is asked for.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        matches!(self.scheme, Scheme::Stuns | Scheme::Turns)
    }

    /// Where the server is.
    #[must_use]
    pub const fn host(&self) -> &Host {
        &self.host
    }

    /// Its port: the one that is written, else 3478, or 5349 where the scheme is secure.
    #[must_use]
    pub const fn port(&self) -> u16 {
        match self.port {
            Some(port) => port,
            None if self.is_secure() => 5349,
            None => 3478,
        }
    }

    /// Its transport: the one that is written, else UDP, or TCP where the scheme is secure.
    #[must_use]
    pub const fn transport(&self) -> UriTransport {
        match self.transport {
            Some(transport) => transport,
            None if self.is_secure() => UriTransport::Tcp,
            None => UriTransport::Udp,
        }
    }
}

impl FromStr for Uri {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Self, UriError> {
        let (scheme, rest) = text.split_once(':').ok_or(UriError::Scheme)?;
        let scheme = [
            ("stun", Scheme::Stun),
            ("stuns", Scheme::Stuns),
            ("turn", Scheme::Turn),
            ("turns", Scheme::Turns),
        ]
        .into_iter()
        .find(|(name, _)| scheme.eq_ignore_ascii_case(name))
        .map(|(_, scheme)| scheme)
        .ok_or(UriError::Scheme)?;
        let (authority, query) = match rest.split_once('?') {
            Some((authority, query)) => (authority, Some(query)),
            None => (rest, None),
        };
        let transport = match query {
            None => None,
            Some(_) if matches!(scheme, Scheme::Stun | Scheme::Stuns) => {
                return Err(UriError::Query);
            }
            Some(query) => Some(parse_query(query)?),
        };
        let (host, port) = split_authority(authority)?;
        Ok(Self {
            scheme,
            host: parse_host(host)?,
            port: port.map(parse_port).transpose()?,
            transport,
        })
    }
}

impl core::fmt::Display for Uri {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self.scheme {
            Scheme::Stun => "stun:",
            Scheme::Stuns => "stuns:",
            Scheme::Turn => "turn:",
            Scheme::Turns => "turns:",
        })?;
        match &self.host {
            Host::Ip(IpAddr::V4(ip)) => write!(f, "{ip}")?,
            Host::Ip(IpAddr::V6(ip)) => write!(f, "[{ip}]")?,
            Host::Name(name) => f.write_str(name)?,
        }
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        match self.transport {
            Some(UriTransport::Udp) => f.write_str("?transport=udp"),
            Some(UriTransport::Tcp) => f.write_str("?transport=tcp"),
            None => Ok(()),
        }
    }
}

fn parse_query(query: &str) -> Result<UriTransport, UriError> {
    let (name, value) = query.split_once('=').ok_or(UriError::Query)?;
    if !name.eq_ignore_ascii_case("transport") {
        return Err(UriError::Query);
    }
    match value {
        value if value.eq_ignore_ascii_case("udp") => Ok(UriTransport::Udp),
        value if value.eq_ignore_ascii_case("tcp") => Ok(UriTransport::Tcp),
        _ => Err(UriError::Query),
    }
}

/// Host, with its brackets, and port.
fn split_authority(authority: &str) -> Result<(&str, Option<&str>), UriError> {
    let after_brackets = match authority.find(']') {
        Some(at) if authority.starts_with('[') => at + 1,
        None if !authority.starts_with('[') => 0,
        _ => return Err(UriError::Host),
    };
    let (brackets, tail) = authority
        .split_at_checked(after_brackets)
        .ok_or(UriError::Host)?;
    if brackets.is_empty() {
        return Ok(match tail.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (tail, None),
        });
    }
    match tail.strip_prefix(':') {
        Some(port) => Ok((brackets, Some(port))),
        None if tail.is_empty() => Ok((brackets, None)),
        None => Err(UriError::Host),
    }
}

fn parse_host(host: &str) -> Result<Host, UriError> {
    if let Some(inner) = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        return inner
            .parse::<Ipv6Addr>()
            .map(|ip| Host::Ip(ip.into()))
            .map_err(|_| UriError::Host);
    }
    if let Ok(ip) = host.parse::<std::net::Ipv4Addr>() {
        return Ok(Host::Ip(ip.into()));
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~');
    let is_name = !host.is_empty() && host.len() <= 255 && host.chars().all(fits);
    if is_name {
        Ok(Host::Name(host.to_owned()))
    } else {
        Err(UriError::Host)
    }
}

fn parse_port(port: &str) -> Result<u16, UriError> {
    if port.is_empty() || !port.bytes().all(|octet| octet.is_ascii_digit()) {
        return Err(UriError::Port);
    }
    port.parse().map_err(|_| UriError::Port)
}
