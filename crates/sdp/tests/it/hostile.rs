//! Broken and oversized input: no panic, no stall.

use std::time::{Duration, Instant};

use stonechat_sdp::{ErrorKind, Limits, Session};

use crate::data;

const HEAD: &str = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";

fn offer() -> String {
    String::from_utf8(data::file(
        "browser/firefox-default-data-offer-gathered.sdp",
    ))
    .unwrap()
}

/// What holds for every input: it is refused with a place inside of it, or printed unchanged.
fn check(octets: &[u8]) {
    match Session::parse_octets(octets, &Limits::default()) {
        Ok(session) => {
            let printed = session.to_string();
            assert_eq!(printed.parse().as_ref(), Ok(&session));
        }
        Err(error) => {
            let lines: Vec<&[u8]> = octets.split(|octet| *octet == b'\n').collect();
            assert!(error.line >= 1 && error.line <= lines.len() + 1, "{error}");
            let longest = lines.get(error.line - 1).map_or(0, |line| line.len());
            assert!(error.column >= 1 && error.column <= longest + 1, "{error}");
        }
    }
}

#[test]
fn every_prefix_is_read_or_refused() {
    let offer = offer();
    for end in 0..offer.len() {
        check(&offer.as_bytes()[..end]);
    }
}

#[test]
fn every_changed_octet_is_read_or_refused() {
    let offer = offer().into_bytes();
    for index in 0..offer.len() {
        for value in [0, b'\n', b'\r', b' ', b':', b'=', b'9', b'z', 0x80, 0xff] {
            let mut changed = offer.clone();
            changed[index] = value;
            check(&changed);
        }
    }
}

#[test]
fn every_missing_or_doubled_line_is_read_or_refused() {
    let offer = offer();
    let lines: Vec<&str> = offer.split_inclusive('\n').collect();
    for index in 0..lines.len() {
        let mut missing = lines.clone();
        missing.remove(index);
        check(missing.concat().as_bytes());
        let mut doubled = lines.clone();
        doubled.insert(index, lines[index]);
        check(doubled.concat().as_bytes());
    }
}

/// Tries the parser on a bomb; the time is far above the 50 ms per MB of an optimised build, so
/// that only growth beyond linear fails on a busy machine.
fn bomb(text: &str, limits: &Limits) -> Result<Session, ErrorKind> {
    #[expect(clippy::disallowed_methods, reason = "the time is what is measured")]
    let start = Instant::now();
    let outcome = Session::parse_with(text, limits).map_err(|error| error.kind);
    #[expect(clippy::disallowed_methods, reason = "the time is what is measured")]
    let took = start.elapsed();
    assert!(took < Duration::from_secs(3), "{took:?}");
    outcome
}

#[test]
fn bombs_are_refused_by_default_and_read_in_linear_time_if_permitted() {
    let endless = Limits::default()
        .with_size(usize::MAX)
        .with_line(usize::MAX)
        .with_lines(usize::MAX)
        .with_media(usize::MAX);
    let sections = HEAD.to_string() + &"m=audio 0 UDP/TLS/RTP/SAVPF 0\r\n".repeat(10_000);
    assert_eq!(
        bomb(&sections, &Limits::default()),
        Err(ErrorKind::TooManyMedia)
    );
    assert_eq!(bomb(&sections, &endless).unwrap().media().len(), 10_000);

    let ssrcs: String = (0..100_000)
        .map(|ssrc| format!("a=ssrc:{ssrc} cname:x\r\n"))
        .collect();
    let ssrcs = format!("{HEAD}m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n{ssrcs}");
    assert_eq!(bomb(&ssrcs, &Limits::default()), Err(ErrorKind::TooLarge));
    assert_eq!(
        bomb(&ssrcs, &endless).unwrap().media()[0].ssrcs().count(),
        100_000
    );

    let letters = HEAD.to_string() + &"a=x\r\n".repeat(100_000);
    assert_eq!(
        bomb(&letters, &Limits::default()),
        Err(ErrorKind::TooManyLines)
    );
    assert_eq!(bomb(&letters, &endless).unwrap().lines().len(), 100_004);

    let line = format!("{HEAD}a=foo:{}\r\n", "A".repeat(1024 * 1024));
    assert_eq!(bomb(&line, &Limits::default()), Err(ErrorKind::TooLarge));
    let line = format!("{HEAD}a=foo:{}\r\n", "A".repeat(65_536));
    assert_eq!(bomb(&line, &Limits::default()), Err(ErrorKind::LineTooLong));

    let blank = HEAD.to_string() + &"\r\n".repeat(400_000) + "a=x";
    assert_eq!(bomb(&blank, &Limits::default()), Err(ErrorKind::BlankLine));
    assert!(bomb(&blank[..blank.len() - 3], &Limits::default()).is_ok());

    for value in [
        "group:BUNDLE",
        "simulcast:send a",
        "ssrc-group:SIM",
        "fingerprint:x AA",
    ] {
        let unit = match value {
            "simulcast:send a" => ";a",
            "fingerprint:x AA" => ":AA",
            _ => " 1",
        };
        let list = format!("{HEAD}a={value}{}\r\n", unit.repeat(300_000));
        assert!(bomb(&list, &endless).is_ok(), "{value}");
    }
    let formats = format!("{HEAD}m=audio 9 RTP/AVP{}\r\n", " 1".repeat(300_000));
    assert!(bomb(&formats, &endless).is_ok());
}
