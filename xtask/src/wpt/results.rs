//! The committed table of results.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Result;

use super::counted::Counted;
use super::score::Score;
use crate::shell::{command, output};

const CLASSES: &[(&str, &str)] = &[
    (
        "A",
        "core: descriptions, candidates, data channels, configuration",
    ),
    ("B", "tracks and transceivers, without packets"),
    ("C", "codecs, encodings, simulcast, scalability: parameters"),
    ("L", "legacy"),
    ("M", "media flows"),
    ("S", "statistics that are supported"),
    ("D", "encoded transforms in a worker"),
];

/// Writes the table anew.
pub(super) fn write(file: &Path, counted: &Counted, score: &Score) -> Result<()> {
    Ok(fs::write(file, text(counted, score)?)?)
}

fn text(counted: &Counted, score: &Score) -> Result<String> {
    let date = output(command("date").args(["-u", "+%F"]))?;
    let node = output(command("node").arg("--version"))?;
    let names = counted
        .references
        .iter()
        .map(|reference| reference.name.as_str());
    let versions = counted.references.iter();
    let versions = versions.map(|reference| format!("{} {}", reference.name, reference.version));
    let mut text = format!(
        "# Results of the browsers' conformance suite\n\nWritten by `cargo xtask wpt --table` on {} with Node {}; \
         web-platform-tests at {}; {}.\n\n| class |  | counted | stonechat | {} |\n| --- | --- | --- | --- |{}\n",
        date.trim(),
        node.trim(),
        &counted.source.commit[..12],
        versions.collect::<Vec<_>>().join(", "),
        names.collect::<Vec<_>>().join(" | "),
        " --- |".repeat(counted.references.len())
    );
    let totals = score.classes();
    for (class, about) in CLASSES {
        let Some(total) = totals.get(class) else {
            continue;
        };
        let references = counted.references.iter();
        let references = references.map(|reference| {
            let passes = reference.passes.get(*class);
            passes.map(ToString::to_string).unwrap_or_default()
        });
        writeln!(
            text,
            "| {class} | {about} | {} | {} | {} |",
            total.of,
            total.pass,
            references.collect::<Vec<_>>().join(" | ")
        )?;
    }
    text += "\nA subtest counts if at least one of the browsers passes it. Files of which a counted subtest fails here:\n\n";
    text += "| class | file | passes | of |\n| --- | --- | --- | --- |\n";
    for file in score
        .files
        .iter()
        .filter(|file| file.failures().next().is_some())
    {
        writeln!(
            text,
            "| {} | {} | {} | {} |",
            file.class,
            file.file,
            file.passed(),
            file.subtests.len()
        )?;
    }
    Ok(text)
}
