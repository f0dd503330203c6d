//! `docs/compatibility.md`, written from the table in `stonechat-peerconnection`.

use anyhow::Result;
use serde::Serialize;

use crate::report::Report;
use crate::shell::{cargo, output, root};

/// What to do.
#[derive(clap::Args, Debug, Default)]
pub(crate) struct Arguments {
    /// Instead of writing the page, check that it is current.
    #[arg(long)]
    check: bool,
}

#[derive(Serialize)]
struct Row {
    check: &'static str,
    quirks: usize,
    pass: bool,
    detail: &'static str,
}

/// Writes the page, or compares it.
pub(crate) fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let text = output(&mut cargo(
        "run --quiet -p stonechat-peerconnection --example compatibility",
    ))?;
    let page = root().join("docs/compatibility.md");
    if !arguments.check {
        std::fs::write(&page, &text)?;
    }
    let current = std::fs::read_to_string(page).is_ok_and(|written| written == text);
    report.row(&Row {
        check: "docs/compatibility.md is current",
        quirks: text.lines().filter(|line| line.ends_with("` |")).count(),
        pass: current,
        detail: if current {
            ""
        } else {
            "run `cargo xtask compatibility`"
        },
    })
}

/// For every change.
pub(crate) fn check(report: &mut Report) -> Result<()> {
    run(&Arguments { check: true }, report)
}
