//! URLs of STUN and TURN servers (RFC 7064, 7065) as webrtc-pc validates them: by the rules of the
//! URL standard for what it calls an opaque path, and for the host in it.

/// What a valid URL asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct ServerUrl {
    pub(super) is_turn: bool,
    /// `stuns` or `turns`.
    is_secure: bool,
    /// Whether TURN goes over TCP.
    is_over_tcp: bool,
    host: String,
    port: Option<u16>,
}

impl ServerUrl {
    /// The transport that it takes and that is not spoken to servers.
    pub(super) const fn lacking(&self) -> Option<&'static str> {
        match (self.is_secure, self.is_over_tcp) {
            (true, _) => Some("TLS"),
            (false, true) => Some("TCP"),
            (false, false) => None,
        }
    }
}

/// The server of a valid URL, if it is one that the ICE agent can use.
pub(super) fn server(
    url: &str,
    credentials: Option<(&str, &str)>,
) -> Option<stonechat_ice::IceServer> {
    let ServerUrl {
        is_turn,
        is_secure,
        is_over_tcp,
        host,
        port,
    } = parse(url)?;
    if is_secure || is_over_tcp {
        return None;
    }
    let scheme = if is_turn { "turn" } else { "stun" };
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
    stonechat_ice::IceServer::from_url(&format!("{scheme}:{host}{port}"), credentials).ok()
}

/// Reads a URL; `None` if it is not valid.
pub(super) fn parse(url: &str) -> Option<ServerUrl> {
    // The URL standard strips control characters and spaces at both ends, and tabs and line ends
    // anywhere.
    let url = url.trim_matches(|c: char| c <= ' ');
    let url: String = url
        .chars()
        .filter(|c| !matches!(c, '\t' | '\n' | '\r'))
        .collect();
    let (scheme, rest) = url.split_once(':')?;
    let (is_turn, is_secure) = match scheme.to_ascii_lowercase().as_str() {
        "stun" => (false, false),
        "stuns" => (false, true),
        "turn" => (true, false),
        "turns" => (true, true),
        _ => return None,
    };
    if rest.contains('#') {
        return None;
    }
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    if path.contains(['/', '@', '\\']) {
        return None;
    }
    let is_over_tcp = match query {
        None => false,
        Some("transport=udp") if is_turn => false,
        Some("transport=tcp") if is_turn => true,
        Some(_) => return None,
    };
    let (host, port) = split_port(path)?;
    Some(ServerUrl {
        is_turn,
        is_secure,
        is_over_tcp,
        host: valid_host(host)?,
        port: valid_port(port)?,
    })
}

/// Host and port, which is empty if there is none.
fn split_port(path: &str) -> Option<(&str, &str)> {
    if path.starts_with('[') {
        let end = path.find(']')?;
        let (host, rest) = path.split_at(end + 1);
        return match rest.strip_prefix(':') {
            Some(port) => Some((host, port)),
            None => rest.is_empty().then_some((host, "")),
        };
    }
    Some(path.split_once(':').unwrap_or((path, "")))
}

fn valid_port(port: &str) -> Option<Option<u16>> {
    if port.is_empty() {
        return Some(None);
    }
    if !port.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    let digits = port.trim_start_matches('0');
    if digits.is_empty() {
        return Some(Some(0));
    }
    digits.parse().ok().map(Some)
}

/// The host as it is asked for; `None` if the URL standard takes it for invalid.
fn valid_host(host: &str) -> Option<String> {
    if let Some(inner) = host.strip_prefix('[') {
        let address = inner.strip_suffix(']')?;
        let address: std::net::Ipv6Addr = address.parse().ok()?;
        return Some(format!("[{address}]"));
    }
    let host = percent_decoded(host)?.to_lowercase();
    let is_forbidden = |c: char| {
        matches!(
            c,
            '\0'..=' '
                | '#'
                | '/'
                | ':'
                | '<'
                | '>'
                | '?'
                | '@'
                | '['
                | '\\'
                | ']'
                | '^'
                | '|'
                | '%'
                | '\u{7f}'..='\u{a0}'
                | '\u{3000}'
                | '\u{fdd0}'..='\u{fdef}'
                | '\u{fffd}'..='\u{ffff}'
        )
    };
    if host.is_empty() || host.contains(is_forbidden) {
        return None;
    }
    if host
        .split('.')
        .any(|label| label.strip_prefix("xn--").is_some_and(is_bad_punycode))
    {
        return None;
    }
    ipv4_or_name(host)
}

/// A label of encoded Unicode has letters, digits and hyphens, and something behind the prefix.
fn is_bad_punycode(label: &str) -> bool {
    label.is_empty()
        || !label
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
}

/// A host whose last label is a number has to be an IPv4 address, in any of its spellings.
fn ipv4_or_name(host: String) -> Option<String> {
    let trimmed = host.strip_suffix('.').unwrap_or(&host);
    let last = trimmed.rsplit('.').next().unwrap_or_default();
    let is_number = !last.is_empty() && last.bytes().all(|octet| octet.is_ascii_digit())
        || number(last).is_some();
    if !is_number {
        return Some(host);
    }
    let parts: Vec<&str> = trimmed.split('.').collect();
    if parts.len() > 4 {
        return None;
    }
    let mut value = 0_u64;
    for (index, part) in parts.iter().enumerate() {
        let part = number(part)?;
        if index + 1 < parts.len() {
            if part > 255 {
                return None;
            }
            value = value << 8 | part;
        } else {
            let bits = 8 * (5 - u32::try_from(parts.len()).ok()?);
            if part >> bits != 0 {
                return None;
            }
            value = value << bits | part;
        }
    }
    let value = u32::try_from(value).ok()?;
    Some(std::net::Ipv4Addr::from(value).to_string())
}

/// A number as IPv4 addresses of old have them: decimal, octal or hexadecimal.
fn number(text: &str) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    if let Some(digits) = text.strip_prefix("0x") {
        if digits.is_empty() {
            return Some(0);
        }
        return (digits.bytes().all(|octet| octet.is_ascii_hexdigit()))
            .then(|| u64::from_str_radix(digits, 16).ok())?;
    }
    if !text.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    match text.strip_prefix('0') {
        Some("") => Some(0),
        Some(octal) => u64::from_str_radix(octal, 8).ok(),
        None => text.parse().ok(),
    }
}

/// The text with `%xx` replaced; `None` if that is no UTF-8.
fn percent_decoded(text: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        let code = match (first, tail) {
            (b'%', [high, low, ..]) => hexadecimal(*high).zip(hexadecimal(*low)),
            _ => None,
        };
        match code {
            Some((high, low)) => {
                octets.push(high << 4 | low);
                rest = rest.get(2..).unwrap_or_default();
            }
            None => octets.push(*first),
        }
    }
    String::from_utf8(octets).ok()
}

fn hexadecimal(octet: u8) -> Option<u8> {
    char::from(octet)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn valid_urls_are_read() {
        for url in [
            "stun:example.org",
            "STUN:example.org",
            "stun:exam%70le.net",
            "stun:[2001::1]",
            "stun:example.net:",
            "stun:example.net:0003478",
            "stun:example.net:65535",
            "stun:faß.ExAmPlE",
            "stun:1.2.3.4.",
            "stun:192.168.257",
            "stun:256.com",
            "stun:0xffffffff",
            " stun:example.com\n",
            "turn:host?transport=udp",
            "turn:host:1?transport=tcp",
            "turns:host",
        ] {
            assert!(parse(url).is_some(), "{url}");
        }
    }

    #[test]
    fn other_urls_are_not() {
        for url in [
            "",
            "relative",
            "http://example.com",
            "turn://example.org/foo?x=y",
            "stun:example.org?transport=udp",
            "turn:example.org?transport=sctp",
            "stun:user@example.net",
            "stun:example.net/foo",
            "stun:example.net#foo",
            "stun:example.net:65536",
            "stun:example.net:b",
            "stun:example.net:-21",
            "stun:example.net: 21",
            "stun:[61:24:74]:98",
            "stun:[example.net]",
            "stun:192.168.0.257",
            "stun:256.256.256.256",
            "stun:10000000000",
            "stun:%25",
            "stun:hello%00",
            "stun:%zz%66%a.com",
            "stun:a<b",
            "stun:a^b",
            "stun:a.b.c.xn--",
            "stun:example.com%80",
        ] {
            assert!(parse(url).is_none(), "{url}");
        }
    }
}
