//! Line, column and kind of errors.

use stonechat_sdp::{AttributeKind, ErrorKind, Limits, ParseError, Session};

const HEAD: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";

fn fails(text: &str) -> (usize, usize, ErrorKind) {
    let error = Session::parse(text).expect_err(text);
    (error.line, error.column, error.kind)
}

/// Column and kind of an error, which are the same wherever the line stands.
fn fails_after_head(line: &str) -> (usize, ErrorKind) {
    let (number, column, kind) = fails(&format!("{HEAD}{line}\r\na=x\r\n"));
    assert_eq!(number, 5, "{line}");
    let elsewhere = [
        (format!("{HEAD}a=x\n{line}\na=y\n"), 6),
        (
            format!("{HEAD}m=audio 9 RTP/AVP 0\r\na=x\r\n{line}\r\na=y"),
            7,
        ),
    ];
    for (text, number) in elsewhere {
        assert_eq!(fails(&text), (number, column, kind), "{text}");
    }
    (column, kind)
}

#[test]
fn what_is_missing_is_named() {
    assert_eq!(fails(""), (1, 1, ErrorKind::Missing('v')));
    assert_eq!(fails("\r\n"), (1, 1, ErrorKind::Missing('v')));
    assert_eq!(fails("\r\nv=0\r\n"), (1, 1, ErrorKind::BlankLine));
    assert_eq!(fails("v=0\r\n"), (2, 1, ErrorKind::Missing('o')));
    assert_eq!(fails("v=0\r\ns=-\r\n"), (2, 1, ErrorKind::Missing('o')));
    assert_eq!(
        fails("v=0\no=- 1 1 IN IP4 h\nt=0 0\n"),
        (3, 1, ErrorKind::Missing('s'))
    );
    assert_eq!(fails("v=1\r\n"), (1, 3, ErrorKind::UnsupportedVersion));
    assert_eq!(fails("v=x\r\n"), (1, 3, ErrorKind::Field('v')));
}

#[test]
fn the_column_is_where_a_line_stops_to_be_well_formed() {
    use AttributeKind as A;
    for (line, column, kind) in [
        ("", 1, ErrorKind::BlankLine),
        ("=x", 1, ErrorKind::NotALine),
        ("A=x", 1, ErrorKind::NotALine),
        ("a", 2, ErrorKind::NotALine),
        ("a x", 2, ErrorKind::NotALine),
        ("v=0", 1, ErrorKind::Misplaced('v')),
        ("a=f\0o", 4, ErrorKind::ControlCharacter),
        ("a=fo\ro", 5, ErrorKind::ControlCharacter),
        ("c=IN IP4", 9, ErrorKind::Field('c')),
        ("c=IN IP4 ::1 x", 13, ErrorKind::Field('c')),
        ("m=audio x RTP/AVP 0", 9, ErrorKind::Field('m')),
        ("m=audio 65536 RTP/AVP 0", 9, ErrorKind::Field('m')),
        ("m=audio 9/0 RTP/AVP 0", 10, ErrorKind::Field('m')),
        ("m=audio 9 RTP/AVP", 18, ErrorKind::Field('m')),
        ("m=audio 9 RTP/AVP 0 128", 21, ErrorKind::Field('m')),
        ("m=audio\t9 RTP/AVP 0", 8, ErrorKind::Field('m')),
        ("a=rtpmap:111 opus/0", 19, ErrorKind::Attribute(A::Rtpmap)),
        (
            "a=rtpmap:128 opus/8000",
            10,
            ErrorKind::Attribute(A::Rtpmap),
        ),
        (
            "a=rtpmap:11 opus/8000/x",
            22,
            ErrorKind::Attribute(A::Rtpmap),
        ),
        ("a=mid:0 1", 8, ErrorKind::Attribute(A::Mid)),
        ("a=mid:", 7, ErrorKind::Attribute(A::Mid)),
        ("a=mid", 6, ErrorKind::Attribute(A::Mid)),
        ("a=setup:both", 9, ErrorKind::Attribute(A::Setup)),
        ("a=ice-ufrag:abc", 13, ErrorKind::Attribute(A::IceUfrag)),
        ("a=ice-ufrag:abcd:e", 17, ErrorKind::Attribute(A::IceUfrag)),
        (
            "a=fingerprint:sha-256 AA:ZZ",
            25,
            ErrorKind::Attribute(A::Fingerprint),
        ),
        (
            "a=fingerprint:sha-1 AA:BB",
            26,
            ErrorKind::Attribute(A::Fingerprint),
        ),
        (
            "a=simulcast:send a send b",
            19,
            ErrorKind::Attribute(A::Simulcast),
        ),
        ("a=sctp-port:65536", 13, ErrorKind::Attribute(A::SctpPort)),
        (
            "a=max-message-size:-1",
            20,
            ErrorKind::Attribute(A::MaxMessageSize),
        ),
    ] {
        assert_eq!(fails_after_head(line), (column, kind), "{line:?}");
    }
}

#[test]
fn octets_that_are_not_utf8_have_a_place() {
    let octets = [HEAD.as_bytes(), b"i=ab\xffc\r\n"].concat();
    let error = Session::parse_octets(&octets, &Limits::default()).unwrap_err();
    assert_eq!(
        (error.line, error.column, error.kind),
        (5, 5, ErrorKind::NotUtf8)
    );
    let error = Session::parse_octets(b"\xff", &Limits::default()).unwrap_err();
    assert_eq!(
        (error.line, error.column, error.kind),
        (1, 1, ErrorKind::NotUtf8)
    );
}

#[test]
fn errors_say_where_and_what() {
    let error: ParseError = format!("{HEAD}a=mid:\r\n").parse::<Session>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 5, column 7: the value of attribute \"mid\" is not well-formed"
    );
}

#[test]
fn lines_of_the_session_do_not_stand_in_a_section() {
    for letter in ['v', 'o', 's', 't', 'r', 'z', 'u', 'e', 'p'] {
        let text = format!("{HEAD}m=audio 9 RTP/AVP 0\r\n{letter}=0 0\r\n");
        assert_eq!(fails(&text), (6, 1, ErrorKind::Misplaced(letter)));
    }
}

#[test]
fn each_limit_holds_to_the_item() {
    let text = format!("{HEAD}a=1234\r\nm=audio 9 RTP/AVP 0\r\nm=audio 9 RTP/AVP 0\r\n");
    let limits = Limits::default();
    let longest = 24;
    assert_eq!(text.lines().map(str::len).max(), Some(longest));
    let cases = [
        (
            limits.with_size(text.len()),
            limits.with_size(text.len() - 1),
            ErrorKind::TooLarge,
        ),
        (
            limits.with_line(longest),
            limits.with_line(longest - 1),
            ErrorKind::LineTooLong,
        ),
        (
            limits.with_lines(7),
            limits.with_lines(6),
            ErrorKind::TooManyLines,
        ),
        (
            limits.with_media(2),
            limits.with_media(1),
            ErrorKind::TooManyMedia,
        ),
    ];
    for (enough, short, kind) in cases {
        assert!(Session::parse_with(&text, &enough).is_ok(), "{kind}");
        let error = Session::parse_with(&text, &short).unwrap_err();
        assert_eq!(error.kind, kind);
        let error = Session::parse_octets(text.as_bytes(), &short).unwrap_err();
        assert_eq!(error.kind, kind);
    }
}

#[test]
fn default_limits_are_the_documented_ones() {
    let limits = Limits::default();
    assert_eq!(
        (limits.size, limits.line, limits.lines, limits.media),
        (1_048_576, 65_536, 65_536, 256)
    );
}
