//! Every description and fragment that the RFCs print.

use stonechat_sdp::{Fragment, Limits, Session};

use crate::data;

/// The descriptions of RFCs that are not well-formed: the error, and where it comes.
const REFUSED: &[(&str, &[&str])] = &[
    // the RFC leaves `s=` out
    (
        "line 3, column 1: \"s=\" is missing",
        &[
            "rfc4588_01.sdp",
            "rfc4588_02.sdp",
            "rfc4588_03.sdp",
            "rfc4588_04.sdp",
            "rfc5888_01.sdp",
            "rfc5888_02.sdp",
            "rfc5888_03.sdp",
            "rfc5888_04.sdp",
            "rfc5888_05.sdp",
            "rfc5888_06.sdp",
            "rfc5888_07.sdp",
            "rfc5888_08.sdp",
            "rfc5888_09.sdp",
            "rfc5888_10.sdp",
            "rfc5888_11.sdp",
            "rfc5888_12.sdp",
            "rfc5888_13.sdp",
            "rfc5888_14.sdp",
            "rfc5888_15.sdp",
            "rfc5888_16.sdp",
        ],
    ),
    // a folded fingerprint, with the mark of folding
    (
        "line 6, column 15: the value of attribute \"fingerprint\" is not well-formed",
        &[
            "rfc5763_01.sdp",
            "rfc5763_02.sdp",
            "rfc5763_03.sdp",
            "rfc5763_04.sdp",
            "rfc5763_05.sdp",
            "rfc5763_06.sdp",
        ],
    ),
    // a folded fingerprint, with the mark of folding
    (
        "line 5, column 15: the value of attribute \"fingerprint\" is not well-formed",
        &["rfc5939_20.sdp", "rfc5939_22.sdp"],
    ),
    // a folded fingerprint, with the mark of folding
    (
        "line 7, column 15: the value of attribute \"fingerprint\" is not well-formed",
        &["rfc5939_21.sdp"],
    ),
    // the RFC writes `i=` before `o=`
    (
        "line 2, column 1: \"o=\" is missing",
        &["rfc6465_02.sdp", "rfc6465_03.sdp", "rfc6465_04.sdp"],
    ),
    // a placeholder instead of a port
    (
        "line 10, column 9: the value of \"m=\" is not well-formed",
        &["rfc8839_02.sdp", "rfc8839_04.sdp"],
    ),
];

/// The fragments of RFCs that are not well-formed: the error, and the indices where it comes.
const REFUSED_FRAGMENTS: &[(&str, &[usize])] = &[
    // a template, no example
    (
        "line 1, column 5: the value of \"c=\" is not well-formed",
        &[0, 2, 42, 44],
    ),
    // a template, no example
    ("line 1, column 1: \"s=\" must not stand here", &[3, 45]),
    // a template, no example
    (
        "line 1, column 3: the value of \"c=\" is not well-formed",
        &[4, 46],
    ),
    // a template, no example
    (
        "line 1, column 3: the value of \"t=\" is not well-formed",
        &[12, 54],
    ),
    // comments in the line
    (
        "line 1, column 24: the value of \"t=\" is not well-formed",
        &[13, 14, 15],
    ),
    // a template, no example
    (
        "line 1, column 3: the value of \"m=\" is not well-formed",
        &[17, 18, 57, 58, 99],
    ),
    // a template, no example
    (
        "line 1, column 10: the value of attribute \"rtpmap\" is not well-formed",
        &[66],
    ),
    // a session without its head, which is no fragment either
    ("line 1, column 1: \"s=\" must not stand here", &[92]),
    // a folded fingerprint, with the mark of folding
    (
        "line 5, column 23: the value of attribute \"fingerprint\" is not well-formed",
        &[103, 105, 139],
    ),
    // a folded fingerprint, with the mark of folding
    (
        "line 6, column 21: the value of attribute \"fingerprint\" is not well-formed",
        &[109, 110, 111],
    ),
    // a folded fingerprint, with the mark of folding
    (
        "line 7, column 21: the value of attribute \"fingerprint\" is not well-formed",
        &[112],
    ),
    // a comment behind the identifier
    (
        "line 24, column 9: the value of attribute \"mid\" is not well-formed",
        &[128],
    ),
    // a comment behind the identifier
    (
        "line 2, column 9: the value of attribute \"mid\" is not well-formed",
        &[130, 132, 134, 138],
    ),
    // an abbreviated `m=`
    (
        "line 1, column 9: the value of \"m=\" is not well-formed",
        &[136, 137],
    ),
    // an abbreviated `m=`
    (
        "line 6, column 8: the value of \"m=\" is not well-formed",
        &[217],
    ),
    // an abbreviated `m=`
    (
        "line 1, column 8: the value of \"m=\" is not well-formed",
        &[218],
    ),
];

#[test]
fn descriptions_of_rfcs_are_read_and_printed_unchanged() {
    let files = data::texts("rfc");
    assert_eq!(files.len(), 132);
    let mut wrong = Vec::new();
    for (name, text) in files {
        let reason = REFUSED.iter().find(|(_, names)| names.contains(&&*name));
        match (text.parse::<Session>(), reason) {
            (Ok(session), None) => assert_eq!(session.to_string(), text, "{name}"),
            (Err(error), Some((expected, _))) if error.to_string() == *expected => {}
            (result, _) => wrong.push((name, result.map(drop).map_err(|error| error.to_string()))),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn fragments_of_rfcs_are_read_and_printed_unchanged() {
    let fragments: serde_json::Value =
        serde_json::from_slice(&data::file("rfc-fragments.json")).unwrap();
    let fragments = fragments["fragments"].as_array().unwrap();
    assert_eq!(fragments.len(), 220);
    let mut wrong = Vec::new();
    for (index, fragment) in fragments.iter().enumerate() {
        let text: String = fragment["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| format!("{}\r\n", line.as_str().unwrap()))
            .collect();
        let reason = REFUSED_FRAGMENTS
            .iter()
            .find(|(_, indices)| indices.contains(&index));
        match (Fragment::parse_with(&text, &Limits::default()), reason) {
            (Ok(fragment), None) => assert_eq!(fragment.to_string(), text, "{index}"),
            (Err(error), Some((expected, _))) if error.to_string() == *expected => {}
            (result, _) => wrong.push((
                index,
                result.map(drop).map_err(|error| error.to_string()),
                text,
            )),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
