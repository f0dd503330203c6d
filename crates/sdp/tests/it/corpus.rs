//! Seeds of a fuzzing corpus: old descriptions, with LF as line end.

use stonechat_sdp::{Limits, Session};

use crate::data;

/// The seeds that are no well-formed description: the error, and where it comes.
const REFUSED: &[(&str, &[&str])] = &[
    // `_` is no character of ICE
    (
        "line 15, column 18: the value of attribute \"ice-ufrag\" is not well-formed",
        &["unittest-1.sdp", "unittest-8.sdp", "unittest-9.sdp"],
    ),
    // `_` is no character of ICE
    (
        "line 9, column 18: the value of attribute \"ice-ufrag\" is not well-formed",
        &["unittest-2.sdp"],
    ),
    // a single section
    (
        "line 1, column 1: \"v=\" is missing",
        &["unittest-3.sdp", "unittest-6.sdp", "unittest-7.sdp"],
    ),
];

#[test]
fn seeds_print_stably() {
    let corpus = String::from_utf8(data::file("libwebrtc.hex")).unwrap();
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in corpus.lines() {
        count += 1;
        let (name, octets) = line.split_once(' ').unwrap();
        let octets = hex::decode(octets.trim_start_matches('-')).unwrap();
        let reason = REFUSED.iter().find(|(_, names)| names.contains(&name));
        match (Session::parse_octets(&octets, &Limits::default()), reason) {
            (Ok(session), None) => {
                let printed = session.to_string();
                let source = String::from_utf8(octets).unwrap();
                let source = source.replace("\r\n", "\n");
                assert_eq!(
                    printed.replace("\r\n", "\n").trim_end(),
                    source.trim_end(),
                    "{name}"
                );
                let again: Session = printed.parse().unwrap();
                assert_eq!(again, session, "{name}");
                assert_eq!(again.to_string(), printed, "{name}");
            }
            (Err(error), Some((expected, _))) if error.to_string() == *expected => {}
            (result, _) => wrong.push((
                name.to_string(),
                result.map(drop).map_err(|error| error.to_string()),
            )),
        }
    }
    assert_eq!(count, 55);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
