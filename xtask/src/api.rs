//! The W3C API, member by member: reads the WebIDL, the public API of the top crate and the tests,
//! says what is present, absent and waived, and writes `docs/api.md`.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use crate::report::Report;
use crate::shell::{command, need_programs, run as execute, target};

mod names;
mod page;
mod source;
mod tagged;
mod verdict;
mod webidl;

use names::Names;
use source::Sources;
use tagged::Tagged;
use verdict::{Judge, Row, State, counts};

/// The collected WebIDL of all web specifications.
const PACKAGE: &str = "@webref/idl";
const VERSION: &str = "3.85.0";

const SPECIFICATIONS: &[&str] = &[
    "webrtc",
    "webrtc-stats",
    "webrtc-encoded-transform",
    "webrtc-identity",
    "webrtc-svc",
    "webrtc-priority",
    "webrtc-ice",
    "mediacapture-streams",
    "screen-capture",
];

/// What to show.
#[derive(clap::Args, Debug, Default)]
pub(crate) struct Arguments {
    /// Only this interface, dictionary or enum; docs/api.md is not written.
    #[arg(long, value_name = "NAME")]
    interface: Option<String>,
    /// Instead of writing docs/api.md, check that it is current.
    #[arg(long)]
    check: bool,
}

/// The whole table.
#[derive(Serialize)]
struct Table<'a> {
    present: usize,
    absent: usize,
    waived: usize,
    members: &'a [Row],
}

/// A line for people.
#[derive(Serialize)]
struct Summary<'a> {
    interface: &'a str,
    present: usize,
    absent: usize,
    waived: usize,
    pass: bool,
    missing: String,
}

#[derive(Serialize)]
struct Finding {
    check: &'static str,
    pass: bool,
    detail: String,
}

/// Prints the table; fails while a member is absent.
pub(crate) fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let rows = table(report)?;
    match &arguments.interface {
        Some(interface) => {
            let of = |row: &&Row| row.interface == *interface;
            let rows: Vec<Row> = rows.iter().filter(of).cloned().collect();
            ensure!(!rows.is_empty(), "the WebIDL has no {interface}");
            return show(&rows, report);
        }
        None if arguments.check => compare(&rows, report)?,
        None => std::fs::write(page::file(), page::text(&rows))?,
    }
    show(&rows, report)
}

/// For every change: no member is absent, and `docs/api.md` is current.
pub(crate) fn check(report: &mut Report) -> Result<()> {
    let rows = table(report)?;
    let absent = rows.iter().filter(|row| row.state == State::Absent);
    let absent: Vec<_> = absent
        .map(|row| format!("{}.{}", row.interface, row.member))
        .collect();
    report.tell(&Finding {
        check: "no member is absent",
        pass: absent.is_empty(),
        detail: absent.join(", "),
    })?;
    compare(&rows, report)
}

fn compare(rows: &[Row], report: &mut Report) -> Result<()> {
    let written = std::fs::read_to_string(page::file()).unwrap_or_default();
    let current = written == page::text(rows);
    let [present, absent, waived] = counts(rows);
    let counted = format!("{present} present, {absent} absent, {waived} waived");
    let detail = match current {
        true => counted,
        false => format!("{counted}; docs/api.md says otherwise: run `cargo xtask api`"),
    };
    report.tell(&Finding {
        check: "docs/api.md is current",
        pass: current,
        detail,
    })
}

fn table(report: &mut Report) -> Result<Vec<Row>> {
    let texts = specifications()?;
    let definitions = webidl::parse(&texts)?;
    let names = Names::load()?;
    let sources = Sources::load()?;
    let tagged = Tagged::load()?;
    let judge = Judge {
        definitions: &definitions,
        names: &names,
        sources: &sources,
        tagged: &tagged,
    };
    let unknown = names.unknown(|interface, member| judge.knows(interface, member));
    for (check, findings) in [
        ("names.toml names what the WebIDL has", unknown),
        ("every tag is above a test", tagged.stray.clone()),
    ] {
        report.tell(&Finding {
            check,
            pass: findings.is_empty(),
            detail: findings.join(", "),
        })?;
    }
    // Tests may also name members of specifications that are not counted. A tag with a mistake
    // shows by the member that stays absent.
    report.tell(&Finding {
        check: "tags that are not of these specifications",
        pass: true,
        detail: judge.unknown_tags().join(", "),
    })?;
    Ok(judge.rows())
}

fn show(rows: &[Row], report: &mut Report) -> Result<()> {
    for rows in rows.chunk_by(|one, other| one.interface == other.interface) {
        let [present, absent, waived] = counts(rows);
        let missing = rows.iter().filter(|row| row.state == State::Absent);
        let missing: Vec<&str> = missing.map(|row| row.member.as_str()).collect();
        let interface = rows.first().map_or("", |row| row.interface.as_str());
        report.tell(&Summary {
            interface,
            present,
            absent,
            waived,
            pass: absent == 0,
            missing: missing.join(" "),
        })?;
    }
    let [present, absent, waived] = counts(rows);
    let table = Table {
        present,
        absent,
        waived,
        members: rows,
    };
    eprintln!("{present} present, {absent} absent, {waived} waived");
    report.write(&table)
}

/// The texts, from the npm package; it is fetched once.
fn specifications() -> Result<Vec<String>> {
    let directory = target().join(format!("webref-idl-{VERSION}"));
    let package = directory.join("package");
    if !package.join("webrtc.idl").is_file() {
        fetch(&directory).context("the WebIDL")?;
    }
    let file = |name: &&str| {
        let file = package.join(format!("{name}.idl"));
        std::fs::read_to_string(&file).with_context(|| file.display().to_string())
    };
    SPECIFICATIONS.iter().map(file).collect()
}

fn fetch(directory: &PathBuf) -> Result<()> {
    need_programs(&[("npm", "npm"), ("tar", "tar")])?;
    std::fs::create_dir_all(directory)?;
    execute(
        command("npm")
            .args(["pack", "--silent", &format!("{PACKAGE}@{VERSION}")])
            .current_dir(directory),
    )?;
    let archive = format!("webref-idl-{VERSION}.tgz");
    execute(
        command("tar")
            .args(["-xzf", &archive])
            .current_dir(directory),
    )
}
