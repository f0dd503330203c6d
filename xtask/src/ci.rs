//! What every change must pass, beside `cargo test --workspace`, and what runs by night.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;

use crate::report::Report;
use crate::shell::{cargo, need_cargo_tool, run as execute};
use crate::workspace::published_in_order;
use crate::{api, compatibility, examples, fuzz, interop, sim, standalone, tidy, wpt};

/// What to run.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Also: all of the conformance suite, every crate on its own, 1,000 seeds for each layer, Firefox, 60 s of each fuzz target.
    #[arg(long)]
    full: bool,
    /// Go on after a step that failed.
    #[arg(long)]
    keep_going: bool,
}

#[derive(Serialize)]
struct Row<'a> {
    step: &'a str,
    pass: bool,
    seconds: u64,
    detail: String,
}

type Step = fn(&mut Report) -> Result<()>;

const PUSH: &[(&str, Step)] = &[
    ("fmt", |_| execute(&mut cargo("fmt --all --check"))),
    ("clippy", |_| {
        execute(&mut cargo(
            "clippy --workspace --all-targets -- -D warnings",
        ))
    }),
    ("clippy without features", |_| clippy_without_features()),
    ("doc", |_| {
        execute(cargo("doc --workspace --no-deps").env("RUSTDOCFLAGS", "-D warnings"))
    }),
    ("tidy", tidy::run),
    ("api", api::check),
    ("compatibility", compatibility::check),
    ("deny", |_| deny()),
    ("examples", examples::run),
    ("loopback", |_| {
        execute(&mut cargo("run --release -p stonechat --example loopback"))
    }),
    ("interop chromium", |report| {
        interop::run(&interop::Arguments::of("chromium"), report)
    }),
    ("wpt sample", |report| {
        wpt::run(&wpt::Arguments::sample(), report)
    }),
];

const NIGHT: &[(&str, Step)] = &[
    ("wpt", |report| wpt::run(&wpt::Arguments::all(), report)),
    ("interop firefox", |report| {
        interop::run(&interop::Arguments::of("firefox"), report)
    }),
    ("interop aiortc", |report| {
        interop::run(&interop::Arguments::of("aiortc"), report)
    }),
    ("interop node-datachannel", |report| {
        interop::run(&interop::Arguments::of("node-datachannel"), report)
    }),
    ("interop peerjs", |report| {
        interop::run(&interop::Arguments::of("peerjs"), report)
    }),
    ("standalone", |report| {
        standalone::run(&standalone::Arguments::default(), report)
    }),
    ("sim ice", |report| {
        sim::run(&sim::Arguments::of(sim::Layer::Ice, 1000), report)
    }),
    ("sim dtls", |report| {
        sim::run(&sim::Arguments::of(sim::Layer::Dtls, 1000), report)
    }),
    ("sim sctp", |report| {
        sim::run(&sim::Arguments::of(sim::Layer::Sctp, 1000), report)
    }),
    ("sim media", |report| {
        sim::run(&sim::Arguments::of(sim::Layer::Media, 1000), report)
    }),
    ("sim peerconnection", |report| {
        sim::run(
            &sim::Arguments::of(sim::Layer::Peerconnection, 1000),
            report,
        )
    }),
    ("fuzz", |report| {
        fuzz::run(&fuzz::Arguments::each(Duration::from_secs(60)), report)
    }),
];

/// Runs the steps; stops at the first that fails unless told otherwise.
pub(crate) fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let night = NIGHT.iter().filter(|_| arguments.full);
    for (step, action) in PUSH.iter().chain(night) {
        eprintln!("== {step}");
        let started = Instant::now();
        let failed = report.failed();
        let detail = match action(report) {
            Ok(()) if report.failed() > failed => {
                format!("{} rows failed", report.failed() - failed)
            }
            Ok(()) => String::new(),
            Err(error) => format!("{error:#}"),
        };
        let pass = detail.is_empty();
        report.row(&Row {
            step,
            pass,
            seconds: started.elapsed().as_secs(),
            detail,
        })?;
        if !pass && !arguments.keep_going {
            break;
        }
    }
    Ok(())
}

/// Each crate that has features, by itself: among others, their features would be on.
fn clippy_without_features() -> Result<()> {
    let published = published_in_order()?;
    for package in published.iter().filter(|package| package.has_features()) {
        execute(cargo("clippy --no-default-features -p").args([
            &package.name,
            "--",
            "-D",
            "warnings",
        ]))?;
    }
    Ok(())
}

/// Licences, sources and doubled crates. Advisories need a database from elsewhere: the nightly
/// workflow checks them.
fn deny() -> Result<()> {
    need_cargo_tool("cargo-deny")?;
    execute(&mut cargo(
        "deny --config .config/deny.toml check bans licenses sources",
    ))
}
