//! The benchmarks of all crates, as rows and as a table.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde_json::Value;

use crate::report::Report;
use crate::shell::{cargo, run as execute, target};
use crate::workspace::packages;

/// What to run.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Only these crates, by folder name.
    crates: Vec<String>,
    /// Measure thoroughly; without it each benchmark takes about a second.
    #[arg(long)]
    thorough: bool,
}

/// One measured number.
#[derive(Serialize)]
struct Row {
    /// Crate and benchmark.
    bench: String,
    /// What was measured.
    subject: String,
    unit: &'static str,
    value: f64,
    /// How many samples.
    runs: usize,
    /// Against the run before on this machine; 1 is the same, 2 twice as slow.
    ratio: Option<f64>,
    /// Per second, if the benchmark says what one iteration handles.
    throughput: Option<String>,
}

/// Runs the benchmarks, reports a row for each number and prints a table.
pub(crate) fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let criterion = target().join("criterion");
    let mut table = Vec::new();
    for package in packages()? {
        let wanted = arguments.crates.is_empty()
            || arguments
                .crates
                .iter()
                .any(|name| name == package.short_name());
        let benches: Vec<_> = package
            .targets
            .iter()
            .filter(|of| of.kind.iter().any(|kind| kind == "bench"))
            .collect();
        if !wanted || benches.is_empty() {
            continue;
        }
        let before = estimates(&criterion)?;
        let started = SystemTime::now();
        for bench in benches {
            let mut command = cargo("bench -p");
            command.args([&package.name, "--bench", &bench.name, "--", "--noplot"]);
            if !arguments.thorough {
                command.args([
                    "--warm-up-time",
                    "0.3",
                    "--measurement-time",
                    "0.7",
                    "--sample-size",
                    "20",
                ]);
            }
            execute(&mut command)?;
        }
        for (name, estimate) in estimates(&criterion)? {
            if estimate.written < started {
                continue;
            }
            let (bench, subject) = name.split_once('/').unwrap_or((&name, ""));
            let row = Row {
                bench: format!("{}/{bench}", package.short_name()),
                subject: subject.to_owned(),
                unit: "ns",
                value: estimate.nanoseconds,
                runs: estimate.samples,
                ratio: before
                    .get(&name)
                    .map(|before| estimate.nanoseconds / before.nanoseconds),
                throughput: estimate.throughput(),
            };
            report.row(&row)?;
            table.push(row);
        }
    }
    ensure!(!table.is_empty(), "there are no such benchmarks");
    // Rows have standard output for themselves if they go there.
    eprintln!("\n{}", markdown(&table));
    Ok(())
}

fn markdown(rows: &[Row]) -> String {
    let mut table = String::from(
        "| benchmark | subject | time | throughput | against before |\n| --- | --- | --- | --- | --- |\n",
    );
    for row in rows {
        let ratio = row
            .ratio
            .map_or_else(String::new, |ratio| format!("{ratio:.2}"));
        table += &format!(
            "| {} | {} | {} | {} | {ratio} |\n",
            row.bench,
            row.subject,
            time(row.value),
            row.throughput.as_deref().unwrap_or_default(),
        );
    }
    table
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        small if small < 1e3 => format!("{small:.1} ns"),
        small if small < 1e6 => format!("{:.2} µs", small / 1e3),
        small if small < 1e9 => format!("{:.2} ms", small / 1e6),
        large => format!("{:.2} s", large / 1e9),
    }
}

/// The newest estimate of one benchmark.
struct Estimate {
    nanoseconds: f64,
    samples: usize,
    /// What one iteration handles: `Bytes` or `Elements`, and how many.
    handled: Option<(String, f64)>,
    written: SystemTime,
}

impl Estimate {
    fn throughput(&self) -> Option<String> {
        let (kind, amount) = self.handled.as_ref()?;
        let per_second = amount / self.nanoseconds * 1e9;
        Some(if kind.starts_with("Bytes") {
            format!("{:.1} MB/s", per_second / 1e6)
        } else {
            format!("{per_second:.0} /s")
        })
    }
}

/// All estimates that criterion has written, by benchmark.
fn estimates(directory: &Path) -> Result<BTreeMap<String, Estimate>> {
    let mut found = BTreeMap::new();
    let mut left = vec![directory.to_owned()];
    while let Some(directory) = left.pop() {
        let Ok(entries) = std::fs::read_dir(&directory) else {
            continue;
        };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                left.push(path);
            }
        }
        let new = directory.join("new");
        let file = new.join("estimates.json");
        if !file.is_file() {
            continue;
        }
        let read = |name: &str| -> Result<Value> {
            let path = new.join(name);
            let text =
                std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            Ok(serde_json::from_str(&text)?)
        };
        let (estimates, benchmark, sample) = (
            read("estimates.json")?,
            read("benchmark.json")?,
            read("sample.json")?,
        );
        let handled = benchmark["throughput"]
            .as_object()
            .and_then(|of| of.iter().next());
        found.insert(
            benchmark["full_id"]
                .as_str()
                .context("a benchmark without name")?
                .to_owned(),
            Estimate {
                // The slope is the better one, but there is none for few iterations.
                nanoseconds: estimates["slope"]["point_estimate"]
                    .as_f64()
                    .or_else(|| estimates["mean"]["point_estimate"].as_f64())
                    .context("an estimate without a number")?,
                samples: sample["times"].as_array().map_or(0, Vec::len),
                handled: handled.and_then(|(kind, amount)| Some((kind.clone(), amount.as_f64()?))),
                written: file.metadata()?.modified()?,
            },
        );
    }
    Ok(found)
}
