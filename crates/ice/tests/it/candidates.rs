use stonechat_ice::{
    Candidate, CandidateAddress, CandidateKind, CandidateParseError, Credentials, CredentialsError,
    IceServer, ServerUrlError, TcpType, TransportProtocol,
};

fn parse(text: &str) -> Candidate {
    text.parse().unwrap()
}

#[test]
fn candidates_of_browsers_survive_as_they_are() {
    for text in [
        "candidate:1 1 udp 2130706431 192.0.2.7 5000 typ host",
        "candidate:842163049 1 udp 1677729535 203.0.113.5 50000 typ srflx raddr 0.0.0.0 rport 9 \
         generation 0 ufrag Yx3w network-cost 999",
        "candidate:2 1 udp 2122262783 2001:db8::7 50001 typ host generation 0 ufrag a/b+ \
         network-id 2",
        "candidate:3 1 tcp 1518280447 192.0.2.7 9 typ host tcptype active generation 0",
        "candidate:4 1 udp 2122262783 9b36eaac-bb2e-49bb-bb78-21c41c499900.local 5 typ host",
        "candidate:5 1 udp 41885439 198.51.100.3 1234 typ relay raddr 203.0.113.5 rport 50000 \
         ufrag Yx3w something else",
    ] {
        assert_eq!(parse(text).to_string(), text);
    }
}

#[test]
fn upper_case_transports_and_prefixes_are_understood() {
    let candidate = parse("a=candidate:0 1 UDP 2122252543 192.0.2.7 61665 typ HOST\r\n");
    assert_eq!(candidate.transport, TransportProtocol::Udp);
    assert_eq!(candidate.kind, CandidateKind::Host);
    let bare = parse("0 1 TCP 2105524479 192.0.2.7 9 typ host tcptype active");
    assert_eq!(bare.transport, TransportProtocol::Tcp);
    assert_eq!(bare.tcp_type, Some(TcpType::Active));
    assert!(!bare.is_usable());
}

#[test]
fn names_are_told_apart() {
    let address = |name: &str| parse(&format!("1 1 udp 1 {name} 5 typ host")).address;
    assert_eq!(
        address("ABC.local"),
        CandidateAddress::Mdns("abc.local".to_owned())
    );
    assert_eq!(
        address("a.b.local"),
        CandidateAddress::Name("a.b.local".to_owned())
    );
    assert_eq!(
        address("example.org"),
        CandidateAddress::Name("example.org".to_owned())
    );
}

#[test]
fn malformed_candidates_are_refused_with_a_reason() {
    use CandidateParseError::{Invalid, Missing, TooLong};
    for (text, error) in [
        ("", Missing("foundation")),
        ("candidate:1 1 udp 1 192.0.2.1 5 host", Missing("type")),
        ("candidate:1 1 udp 1 192.0.2.1 5 typ", Missing("type")),
        ("candidate:1 1 udp 1 192.0.2.1 5 typ other", Invalid("type")),
        (
            "candidate:1 0 udp 1 192.0.2.1 5 typ host",
            Invalid("component"),
        ),
        (
            "candidate:1 257 udp 1 192.0.2.1 5 typ host",
            Invalid("component"),
        ),
        (
            "candidate:1 1 udp -1 192.0.2.1 5 typ host",
            Invalid("priority"),
        ),
        (
            "candidate:1 1 udp +1 192.0.2.1 5 typ host",
            Invalid("priority"),
        ),
        (
            "candidate:1 1 udp 4294967296 192.0.2.1 5 typ host",
            Invalid("priority"),
        ),
        (
            "candidate:1 1 udp 1 192.0.2.1 65536 typ host",
            Invalid("port"),
        ),
        (
            "candidate:1 1 udp 1 192.0.2.1;5 5 typ host",
            Invalid("address"),
        ),
        (
            "candidate:\u{e4} 1 udp 1 192.0.2.1 5 typ host",
            Invalid("foundation"),
        ),
        (
            "candidate:1 1 udp 1 192.0.2.1 5 typ host raddr",
            Missing("extension value"),
        ),
        (
            "candidate:1 1 udp 1 192.0.2.1 5 typ srflx rport 5",
            Missing("raddr"),
        ),
        (
            "candidate:1 1 udp 1 192.0.2.1 5 typ host a b\r\na=x y",
            Invalid("line break"),
        ),
        (
            "candidate:123456789012345678901234567890123 1 udp 1 1.1.1.1 5 typ host",
            Invalid("foundation"),
        ),
    ] {
        assert_eq!(text.parse::<Candidate>(), Err(error), "{text}");
    }
    let long = format!(
        "candidate:1 1 udp 1 192.0.2.1 5 typ host{}",
        " a b".repeat(1000)
    );
    assert_eq!(long.parse::<Candidate>(), Err(TooLong));
}

#[test]
fn every_prefix_of_a_candidate_parses_or_is_refused() {
    let text = "candidate:5 1 udp 41885439 198.51.100.3 1234 typ relay raddr 203.0.113.5 \
                rport 50000 tcptype so generation 1 ufrag Yx3w network-id 1 network-cost 10 x y";
    for end in 0..=text.len() {
        if let Ok(candidate) = text[..end].parse::<Candidate>() {
            assert_eq!(candidate.to_string().parse(), Ok(candidate));
        }
    }
}

#[test]
fn credentials_keep_to_the_grammar() {
    let pwd = "p".repeat(22);
    assert!(Credentials::new("abcd", pwd.clone()).is_ok());
    assert_eq!(
        Credentials::new("abc", pwd.clone()),
        Err(CredentialsError::Ufrag)
    );
    assert_eq!(
        Credentials::new("ab:d", pwd.clone()),
        Err(CredentialsError::Ufrag)
    );
    assert_eq!(
        Credentials::new("a".repeat(257), pwd.clone()),
        Err(CredentialsError::Ufrag)
    );
    assert_eq!(
        Credentials::new("abcd", "p".repeat(21)),
        Err(CredentialsError::Pwd)
    );
    assert_eq!(
        Credentials::new("abcd", format!("{pwd}\r\n")),
        Err(CredentialsError::Pwd)
    );
    let shown = format!("{:?}", Credentials::new("abcd", pwd).unwrap());
    assert!(!shown.contains("abcd"));
}

#[test]
fn server_urls_are_read_and_written() {
    let stun = IceServer::from_url("stun:stun.example.org", None).unwrap();
    assert_eq!((stun.host(), stun.port()), ("stun.example.org", 3478));
    let url = "turn:[2001:db8::1]:5000?transport=udp";
    let turn = IceServer::from_url(url, Some(("u", "p"))).unwrap();
    assert_eq!(turn.url(), url);
    assert!(!format!("{turn:?}").contains("\"p\""));
    for (url, error) in [
        ("http:example.org", ServerUrlError::Scheme),
        ("turns:example.org", ServerUrlError::Scheme),
        ("stun:", ServerUrlError::Host),
        ("stun:example.org:0", ServerUrlError::Host),
        ("stun:exa mple.org", ServerUrlError::Host),
        ("turn:example.org?transport=tcp", ServerUrlError::Transport),
        ("turn:example.org", ServerUrlError::Credentials),
    ] {
        assert_eq!(IceServer::from_url(url, None), Err(error), "{url}");
    }
}
