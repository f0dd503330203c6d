//! Descriptions one step away from a valid offer, with the result that is expected of a whole
//! stack, and which part of it is this crate's.

use stonechat_sdp::{ErrorKind, Session};

use crate::data;

/// Entries that a stack refuses for reasons beyond the grammar of one description: JSEP's and
/// the owner's policy. Here they are read.
const REFUSED_BY_JSEP: &[&str] = &[
    // Credentials: both or none.
    "ice-pwd missing",
    "ice-ufrag missing",
    // A value of the grammar that JSEP does not use.
    "setup holdconn",
    // Uniqueness over lines and sections.
    "mid duplicated",
    "two bundle groups overlapping",
    "extmap same id two uris",
    "rid duplicate",
    // Port 0 is well-formed: it refuses the association (RFC 8841 section 5).
    "data channel sctp-port 0",
];

/// Entries of which a line or an item is dropped by the layer that owns its meaning; here it is
/// read as text or as a typed value.
const DROPPED_BY_OWNER: &[&str] = &[
    // ICE: candidates are text here.
    "candidate component 0",
    "candidate foundation 33 chars",
    "candidate no typ",
    "candidate tcp without tcptype",
    "candidate tcptype unknown",
    "candidate multicast",
    "candidate broadcast",
    "candidate unspecified",
    "candidate link-local with zone",
    // Negotiation of codecs: a feedback message that nobody knows is well-formed.
    "rtcp-fb wildcard unknown",
    // Attributes without a typed form.
    "imageattr nested",
    "data channel sctp-init (SNAP) not base64",
    "data channel sctp-init chunk length 65535",
];

/// Entries that may go either way, and that are refused here.
const REFUSED_BY_CHOICE: &[&str] = &[
    // The grammar.
    "c= before s= (order)",
    "m= double spaces",
    "attribute with NUL",
    // The limits.
    "fmtp huge",
    "attribute line 1 MiB",
    "10000 m= sections",
    "attributes before any m= repeated 100000",
];

#[test]
fn torture_entries_end_as_expected() {
    let torture: serde_json::Value = serde_json::from_slice(&data::file("torture.json")).unwrap();
    let entries = torture["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 117);
    let mut wrong = Vec::new();
    for entry in entries {
        let name = entry["name"].as_str().unwrap();
        let expect = entry["expect"].as_str().unwrap();
        let text = text(entry);
        let outcome = text.parse::<Session>();
        let ignored = outcome.as_ref().is_ok_and(has_ignored_line);
        let right = match (expect, &outcome) {
            ("accept", Ok(_)) => !ignored,
            ("reject", Err(_)) => true,
            ("reject", Ok(_)) => REFUSED_BY_JSEP.contains(&name),
            ("accept-ignoring-line", Ok(_)) => ignored != DROPPED_BY_OWNER.contains(&name),
            ("accept-section-rejected" | "policy" | "accept-capped", Ok(_)) => true,
            ("accept-or-reject-no-panic" | "accept-capped-or-reject", Ok(_)) => true,
            ("accept-or-reject-no-panic" | "accept-capped-or-reject", Err(_)) => {
                REFUSED_BY_CHOICE.contains(&name)
            }
            _ => false,
        };
        if let Ok(session) = &outcome {
            let printed = session.to_string();
            assert_eq!(printed.replace('\r', ""), text.replace('\r', ""), "{name}");
            assert_eq!(printed.parse().as_ref(), Ok(session), "{name}");
        }
        if !right {
            let outcome = outcome.map(drop).map_err(|error| error.to_string());
            wrong.push((name, expect, outcome, ignored));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_name_in_the_tables_is_an_entry() {
    let torture: serde_json::Value = serde_json::from_slice(&data::file("torture.json")).unwrap();
    let entries = torture["entries"].as_array().unwrap();
    for name in [REFUSED_BY_JSEP, DROPPED_BY_OWNER, REFUSED_BY_CHOICE].concat() {
        assert!(entries.iter().any(|entry| entry["name"] == name), "{name}");
    }
}

fn has_ignored_line(session: &Session) -> bool {
    let lists = session.media().iter().map(stonechat_sdp::Media::lines);
    let mut lines = lists.chain([session.lines()]).flatten();
    lines.any(|line| match line.problem() {
        Some(ErrorKind::Field(_) | ErrorKind::Attribute(_) | ErrorKind::AttributeName) => true,
        Some(other) => panic!("{other}"),
        None => line.letter() == 'x',
    })
}

/// The text of an entry; large ones are prefix, repeated unit and suffix.
fn text(entry: &serde_json::Value) -> String {
    if let Some(text) = entry["sdp"].as_str() {
        return text.to_string();
    }
    let field = |name: &str| entry[name].as_str().unwrap().to_string();
    let unit = field("unit");
    let mut text = field("prefix");
    for index in 0..entry["count"].as_u64().unwrap() {
        let line = unit
            .replace("{i%250+1}", &(index % 250 + 1).to_string())
            .replace("{1024+i}", &(1024 + index).to_string())
            .replace("{i+1}", &(index + 1).to_string())
            .replace("{i}", &index.to_string());
        assert!(!line.contains('{'), "{line}");
        text.push_str(&line);
        text.push_str("\r\n");
    }
    text + &field("suffix")
}
