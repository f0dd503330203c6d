//! Two peer connections in one process, over real UDP sockets: a file, messages and media go from
//! one to the other, are written to disk, read back and compared.
//!
//! ```text
//! cargo run --release --example loopback [-- --file PATH --json FILE --out DIRECTORY]
//! ```
//!
//! It ends with a status other than zero if anything is missing. It needs no network beyond the
//! loopback interface.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

mod calls;
mod file;
mod messages;
mod report;
mod timings;
mod tracks;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::calls::Calls;
use crate::report::Report;

/// Sends a file, messages and media between two peer connections in one process.
#[derive(Debug, Parser)]
struct Options {
    /// The file to send; 64 MiB made from a fixed seed unless given.
    #[arg(long, value_name = "PATH")]
    file: Option<PathBuf>,
    /// Where to write the results as JSON; `-` is the standard output.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Where what arrives is written.
    #[arg(long, value_name = "DIRECTORY", default_value = "target/loopback")]
    out: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options).await {
        Ok(report) if report.ok() => ExitCode::SUCCESS,
        Ok(report) => {
            for missing in report.missing() {
                eprintln!("loopback: {missing}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("loopback: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> anyhow::Result<Report> {
    std::fs::create_dir_all(&options.out)
        .with_context(|| format!("cannot make the directory {}", options.out.display()))?;
    let bars = MultiProgress::new();

    let source = file::Source::open(options.file.as_deref())?;
    let calls = Calls::connect().await?;
    let file = file::transfer(&calls, source, &options.out, &bars).await?;
    let messages = messages::burst(&calls, &bars).await?;
    let tracks = tracks::play(&calls, &options.out, &bars).await?;
    let report = Report::collect(&calls, file, messages, tracks).await?;
    calls.close().await;

    // A script that reads the JSON from the standard output wants nothing else there.
    let to_stdout = options.json.as_deref() == Some(Path::new("-"));
    let table = report.table(&options.out);
    if to_stdout {
        eprint!("{table}");
    } else {
        print!("{table}");
    }
    if let Some(path) = &options.json {
        let json = serde_json::to_string_pretty(&report.json())?;
        if to_stdout {
            println!("{json}");
        } else {
            std::fs::write(path, json + "\n")
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    Ok(report)
}

/// A progress bar on the standard error stream.
fn bar(bars: &MultiProgress, length: u64, template: &str) -> ProgressBar {
    let bar = bars.add(ProgressBar::new(length));
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}
