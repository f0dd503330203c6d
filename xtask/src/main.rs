//! The commands of the workspace: `cargo xtask` lists them.
//!
//! Every command reports rows, one fact each, and ends with 0 only if all of them pass. With
//! `--json FILE` the rows also go there, one JSON object a line; `-` is standard output. Progress
//! goes to standard error.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "this is a program for people: it has a clock, threads and a terminal"
)]

mod api;
mod bench;
mod ci;
mod compatibility;
mod examples;
mod fuzz;
mod interop;
mod report;
mod shell;
mod sim;
mod standalone;
mod tidy;
mod workspace;
mod wpt;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use report::Report;

/// The commands of the workspace.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Also write the rows to this file, one JSON object a line; `-` is standard output.
    #[arg(long, global = true, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// What every change must pass, beside the tests; with --full also what runs by night.
    Ci(ci::Arguments),
    /// Runs the interop cases against a browser or another stack.
    Interop(interop::Arguments),
    /// Runs the browsers' conformance suite against our stack, by way of Node.
    Wpt(wpt::Arguments),
    /// Builds, tests and uses every published crate on its own, outside the workspace.
    Standalone(standalone::Arguments),
    /// Runs the fuzz targets.
    Fuzz(fuzz::Arguments),
    /// Runs the benchmarks and prints a table.
    Bench(bench::Arguments),
    /// Runs the simulation tests of a layer for many seeds.
    Sim(sim::Arguments),
    /// Which members of the W3C API are there, from the WebIDL, the sources and the tests.
    Api(api::Arguments),
    /// Writes docs/compatibility.md from the table of what peers do otherwise.
    Compatibility(compatibility::Arguments),
    /// Runs the examples that end by themselves.
    Examples,
    /// Checks names, layering and what every crate must have, and reports sizes.
    Tidy,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let Some(command) = arguments.command else {
        // Writing the help fails only if nobody reads it.
        let _ = Arguments::command().print_help();
        return ExitCode::SUCCESS;
    };
    let result = Report::new(arguments.json.as_deref()).and_then(|mut report| {
        run(command, &mut report)?;
        Ok(report.all_passed())
    });
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command, report: &mut Report) -> anyhow::Result<()> {
    match command {
        Command::Ci(arguments) => ci::run(&arguments, report),
        Command::Interop(arguments) => interop::run(&arguments, report),
        Command::Wpt(arguments) => wpt::run(&arguments, report),
        Command::Standalone(arguments) => standalone::run(&arguments, report),
        Command::Fuzz(arguments) => fuzz::run(&arguments, report),
        Command::Bench(arguments) => bench::run(&arguments, report),
        Command::Sim(arguments) => sim::run(&arguments, report),
        Command::Api(arguments) => api::run(&arguments, report),
        Command::Compatibility(arguments) => compatibility::run(&arguments, report),
        Command::Examples => examples::run(report),
        Command::Tidy => tidy::run(report),
    }
}
