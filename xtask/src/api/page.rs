//! `docs/api.md`: the table for people.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::verdict::{Row, State, counts};
use super::{PACKAGE, SPECIFICATIONS, VERSION};
use crate::shell::root;

pub(crate) fn file() -> PathBuf {
    root().join("docs/api.md")
}

/// The whole page.
pub(crate) fn text(rows: &[Row]) -> String {
    let [present, absent, waived] = counts(rows);
    let mut text = format!(
        "# The W3C API, member by member\n\n\
         Written by `cargo xtask api` from the WebIDL of {} ({PACKAGE} {VERSION}), the public API of the crate \
         `stonechat` and the tests. Do not edit.\n\n\
         **{present} present, {absent} absent, {waived} waived.** A member is present if a Rust program reaches what \
         stands for it and a test that names it uses it; waived if it exists for JavaScript alone.\n\n\
         | | present | absent | waived |\n| --- | --- | --- | --- |\n",
        SPECIFICATIONS.join(", "),
    );
    let by_interface = || rows.chunk_by(|one, other| one.interface == other.interface);
    for rows in by_interface() {
        let [present, absent, waived] = counts(rows);
        let name = name(rows);
        let link = name.to_ascii_lowercase();
        let _ = writeln!(
            text,
            "| [{name}](#{link}) | {present} | {absent} | {waived} |"
        );
    }
    for rows in by_interface() {
        let _ = write!(
            text,
            "\n## {}\n\n| member | | Rust | test or reason |\n| --- | --- | --- | --- |\n",
            name(rows)
        );
        for row in rows {
            let _ = writeln!(text, "{}", line(row));
        }
    }
    text
}

fn name(rows: &[Row]) -> &str {
    rows.first().map_or("", |row| &row.interface)
}

fn line(row: &Row) -> String {
    let code = |text: &str| match text {
        "" => String::new(),
        text => format!("`{text}`"),
    };
    let state = match row.state {
        State::Present => "",
        State::Absent => "**absent**",
        State::Waived => "waived",
    };
    let member = match row.kind {
        "value" => format!("\"{}\"", row.member),
        _ => row.member.clone(),
    };
    let why = match row.test.split_once(' ') {
        Some((file, test)) => format!("[{test}](../{file})"),
        None => row.reason.clone(),
    };
    format!(
        "| {member} ({}) | {state} | {} | {why} |",
        row.kind,
        code(&row.rust)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_every_member_with_its_test_or_reason() {
        let row = |member: &str, state, test: &str, reason: &str| Row {
            interface: "RTCThing".to_owned(),
            member: member.to_owned(),
            kind: "method",
            state,
            rust: "RtcThing::it".to_owned(),
            test: test.to_owned(),
            reason: reason.to_owned(),
        };
        let text = text(&[
            row("run", State::Present, "crates/a/tests/t.rs it_runs", ""),
            row("stop", State::Absent, "", "no test"),
        ]);
        assert!(text.contains("**1 present, 1 absent, 0 waived.**"));
        assert!(text.contains("| [RTCThing](#rtcthing) | 1 | 1 | 0 |"));
        assert!(
            text.contains(
                "| run (method) |  | `RtcThing::it` | [it_runs](../crates/a/tests/t.rs) |"
            )
        );
        assert!(text.contains("| stop (method) | **absent** | `RtcThing::it` | no test |"));
    }
}
