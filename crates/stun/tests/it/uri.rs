//! URIs of servers.

use stonechat_stun::{Host, Scheme, Uri, UriError, UriTransport};

fn parse(text: &str) -> Result<Uri, UriError> {
    text.parse()
}

#[test]
fn the_examples_of_rfc_7064_and_7065_are_read() {
    // RFC 7064, appendix B, and RFC 7065, appendix B.
    for (text, scheme, port, transport) in [
        ("stun:example.org", Scheme::Stun, 3478, UriTransport::Udp),
        ("stuns:example.org", Scheme::Stuns, 5349, UriTransport::Tcp),
        (
            "stun:example.org:8000",
            Scheme::Stun,
            8000,
            UriTransport::Udp,
        ),
        ("turn:example.org", Scheme::Turn, 3478, UriTransport::Udp),
        ("turns:example.org", Scheme::Turns, 5349, UriTransport::Tcp),
        (
            "turn:example.org:8000",
            Scheme::Turn,
            8000,
            UriTransport::Udp,
        ),
        (
            "turn:example.org?transport=udp",
            Scheme::Turn,
            3478,
            UriTransport::Udp,
        ),
        (
            "turn:example.org?transport=tcp",
            Scheme::Turn,
            3478,
            UriTransport::Tcp,
        ),
        (
            "turns:example.org?transport=tcp",
            Scheme::Turns,
            5349,
            UriTransport::Tcp,
        ),
        (
            "turns:example.org?transport=udp",
            Scheme::Turns,
            5349,
            UriTransport::Udp,
        ),
    ] {
        let uri = parse(text).unwrap();
        assert_eq!(uri.host(), &Host::Name("example.org".to_owned()));
        assert_eq!(
            (uri.scheme(), uri.port(), uri.transport()),
            (scheme, port, transport)
        );
        assert_eq!(uri.to_string(), text);
    }
}

#[test]
fn addresses_are_told_from_names() {
    let v4 = parse("stun:192.0.2.1:3478").unwrap();
    assert_eq!(v4.host(), &Host::Ip("192.0.2.1".parse().unwrap()));
    let v6 = parse("TURN:[2001:db8::1]:80?transport=TCP").unwrap();
    assert_eq!(v6.host(), &Host::Ip("2001:db8::1".parse().unwrap()));
    assert_eq!(
        (v6.port(), v6.to_string().as_str()),
        (80, "turn:[2001:db8::1]:80?transport=tcp")
    );
    assert_eq!(parse("stun:[::1]").unwrap().port(), 3478);
}

#[test]
fn what_is_no_uri_is_refused() {
    for (text, error) in [
        ("", UriError::Scheme),
        ("stun", UriError::Scheme),
        ("http://example.org", UriError::Scheme),
        ("stun:", UriError::Host),
        ("stun://example.org", UriError::Host),
        ("stun::3478", UriError::Host),
        ("stun:[::1", UriError::Host),
        ("stun:::1", UriError::Host),
        ("stun:[example.org]", UriError::Host),
        ("stun:[::1]x", UriError::Host),
        ("stun:exa mple.org", UriError::Host),
        ("stun:user@example.org", UriError::Host),
        ("stun:example.org:", UriError::Port),
        ("stun:example.org:65536", UriError::Port),
        ("stun:example.org:+1", UriError::Port),
        ("stun:example.org:1:2", UriError::Port),
        ("stun:example.org?transport=udp", UriError::Query),
        ("turn:example.org?transport=sctp", UriError::Query),
        ("turn:example.org?transport", UriError::Query),
        ("turn:example.org?ttl=1", UriError::Query),
    ] {
        assert_eq!(parse(text), Err(error), "{text}");
    }
}
