use std::fmt;
use std::net::IpAddr;

/// A STUN or TURN server over UDP.
#[derive(Clone, Eq, PartialEq)]
pub enum IceServer {
    /// `stun:host:port`.
    Stun {
        /// A name or an address.
        host: String,
        /// The port, usually 3478.
        port: u16,
    },
    /// `turn:host:port`, with long-term credentials.
    Turn {
        /// A name or an address.
        host: String,
        /// The port, usually 3478.
        port: u16,
        /// The username.
        username: String,
        /// The password.
        password: String,
    },
}

/// A URL that names no server which this agent can use.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ServerUrlError {
    /// Another scheme than `stun` or `turn`.
    #[error("scheme of the server URL is not supported")]
    Scheme,
    /// Host or port are missing or malformed.
    #[error("host or port of the server URL are malformed")]
    Host,
    /// Another transport than UDP is asked for.
    #[error("transport of the server URL is not supported")]
    Transport,
    /// A TURN server without username or password.
    #[error("turn server without credentials")]
    Credentials,
}

impl IceServer {
    /// A server from a `stun:` or `turn:` URL (RFC 7064, 7065), with `(username, password)` for
    /// the latter.
    ///
    /// # Errors
    ///
    /// [`ServerUrlError`] if the URL is malformed or asks for another transport than UDP.
    pub fn from_url(url: &str, credentials: Option<(&str, &str)>) -> Result<Self, ServerUrlError> {
        let (scheme, rest) = url.split_once(':').ok_or(ServerUrlError::Scheme)?;
        let (authority, query) = rest
            .split_once('?')
            .map_or((rest, None), |(a, q)| (a, Some(q)));
        let turn = match scheme.to_ascii_lowercase().as_str() {
            "stun" => false,
            "turn" => true,
            _ => return Err(ServerUrlError::Scheme),
        };
        match query {
            None => {}
            Some(query) if turn && query.eq_ignore_ascii_case("transport=udp") => {}
            Some(_) => return Err(ServerUrlError::Transport),
        }
        let (host, port) = split_authority(authority).ok_or(ServerUrlError::Host)?;
        let host = host.to_owned();
        if !turn {
            return Ok(Self::Stun { host, port });
        }
        let (username, password) = credentials.ok_or(ServerUrlError::Credentials)?;
        Ok(Self::Turn {
            host,
            port,
            username: username.to_owned(),
            password: password.to_owned(),
        })
    }

    /// Name or address of the server.
    #[must_use]
    pub fn host(&self) -> &str {
        match self {
            Self::Stun { host, .. } | Self::Turn { host, .. } => host,
        }
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        match self {
            Self::Stun { port, .. } | Self::Turn { port, .. } => *port,
        }
    }

    /// The address, if the host is one.
    pub(crate) fn literal(&self) -> Option<IpAddr> {
        self.host()
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse()
            .ok()
    }

    /// The URL, as reported with errors.
    #[must_use]
    pub fn url(&self) -> String {
        let (scheme, end) = match self {
            Self::Stun { .. } => ("stun", ""),
            Self::Turn { .. } => ("turn", "?transport=udp"),
        };
        let (host, port) = (self.host(), self.port());
        if host.contains(':') {
            format!("{scheme}:[{host}]:{port}{end}")
        } else {
            format!("{scheme}:{host}:{port}{end}")
        }
    }
}

impl fmt::Debug for IceServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IceServer").field(&self.url()).finish()
    }
}

fn split_authority(authority: &str) -> Option<(&str, u16)> {
    const PORT: u16 = 3478;
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            host.parse::<std::net::Ipv6Addr>().ok()?;
            match rest.strip_prefix(':') {
                Some(port) => (host, port.parse().ok()?),
                None if rest.is_empty() => (host, PORT),
                None => return None,
            }
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (authority, PORT),
        },
    };
    let valid = !host.is_empty()
        && host.len() <= 253
        && host
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || b"-._:".contains(&octet));
    (valid && port != 0).then_some((host, port))
}
