//! The simulation tests of a layer, each seed in a process of its own.
//!
//! A simulation test is one that calls `seeds` of `stonechat-testkit`. With `STONECHAT_SEED` set it
//! runs that seed alone, which is also how a failure is replayed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use serde_json::Value;

use crate::report::Report;
use crate::shell::{cargo, output};
use crate::workspace::packages;

/// The environment variable that names the one seed to run.
const SEED: &str = "STONECHAT_SEED";

/// What to run.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    layer: Layer,
    /// How many seeds.
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
}

/// A crate with simulation tests.
#[derive(clap::ValueEnum, Clone, Copy, Debug)]
pub(crate) enum Layer {
    Ice,
    Dtls,
    Sctp,
    Media,
    Peerconnection,
}

impl Layer {
    fn name(self) -> &'static str {
        match self {
            Self::Ice => "ice",
            Self::Dtls => "dtls",
            Self::Sctp => "sctp",
            Self::Media => "media",
            Self::Peerconnection => "peerconnection",
        }
    }
}

impl Arguments {
    /// The first seeds of a layer.
    pub(crate) fn of(layer: Layer, seeds: u64) -> Self {
        Self {
            layer,
            seeds,
            from: 0,
        }
    }
}

/// What became of all seeds.
#[derive(Serialize)]
struct Summary {
    layer: &'static str,
    tests: usize,
    from: u64,
    seeds: u64,
    failures: usize,
    seconds: u64,
    pass: bool,
}

/// A seed that failed.
#[derive(Serialize)]
struct Failure {
    layer: &'static str,
    seed: u64,
    pass: bool,
    /// Whether it failed again, alone.
    replays: bool,
    detail: String,
    replay: String,
}

/// Runs the seeds and reports those that fail, and one row for all.
pub(crate) fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let layer = arguments.layer.name();
    let tests = Tests::build(layer)?;
    let started = Instant::now();
    let bar = ProgressBar::new(arguments.seeds)
        .with_prefix(layer)
        .with_style(ProgressStyle::with_template(
            "{prefix} {bar:40} {pos}/{len} seeds, {eta} left",
        )?);
    let next = AtomicU64::new(0);
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= arguments.seeds {
                        break;
                    }
                    let seed = arguments.from.wrapping_add(index);
                    if let Err(error) = tests.run(seed) {
                        bar.suspend(|| eprintln!("{layer}: seed {seed} failed"));
                        failed
                            .lock()
                            .unwrap_or_else(|poison| poison.into_inner())
                            .push((seed, error));
                    }
                    bar.inc(1);
                }
            });
        }
    });
    bar.finish_and_clear();
    let mut failed = failed
        .into_inner()
        .unwrap_or_else(|poison| poison.into_inner());
    failed.sort_by_key(|(seed, _)| *seed);
    for (seed, error) in &failed {
        report.row(&Failure {
            layer,
            seed: *seed,
            pass: false,
            replays: tests.run(*seed).is_err(),
            detail: format!("{error:#}"),
            replay: format!("{SEED}={seed} cargo test --release -p stonechat-{layer} --test it"),
        })?;
    }
    report.row(&Summary {
        layer,
        tests: tests.names.len(),
        from: arguments.from,
        seeds: arguments.seeds,
        failures: failed.len(),
        seconds: started.elapsed().as_secs(),
        pass: failed.is_empty(),
    })
}

/// The simulation tests of a crate, built.
struct Tests {
    binary: PathBuf,
    directory: PathBuf,
    names: Vec<String>,
}

impl Tests {
    fn build(layer: &str) -> Result<Self> {
        let package = format!("stonechat-{layer}");
        let messages = output(
            cargo("test --release --test it --no-run --message-format=json").args(["-p", &package]),
        )?;
        let mut executables = messages.lines().filter_map(|line| {
            let message: Value = serde_json::from_str(line).ok()?;
            (message["target"]["name"] == "it")
                .then(|| message["executable"].as_str().map(PathBuf::from))?
        });
        let binary = executables
            .next_back()
            .with_context(|| format!("{package} has no tests `it`"))?;
        let packages = packages()?;
        let package = packages
            .iter()
            .find(|other| other.name == package)
            .context("no such crate")?;
        let directory = package.directory();
        let modules = seeded_modules(&directory.join("tests/it"))?;
        ensure!(
            !modules.is_empty(),
            "no test of {layer} calls `seeds` of the testkit"
        );
        let listed = output(Command::new(&binary).args(["--list", "--format=terse"]))?;
        let names: Vec<String> = listed
            .lines()
            .filter_map(|line| line.strip_suffix(": test"))
            .filter(|name| {
                modules
                    .iter()
                    .any(|module| name.starts_with(&format!("{module}::")))
            })
            .map(str::to_owned)
            .collect();
        ensure!(!names.is_empty(), "no test is in the modules {modules:?}");
        Ok(Self {
            binary,
            directory,
            names,
        })
    }

    /// Runs all tests with one seed.
    fn run(&self, seed: u64) -> Result<()> {
        let output = Command::new(&self.binary)
            .args(&self.names)
            .args(["--exact", "--test-threads=1"])
            .env(SEED, seed.to_string())
            .current_dir(&self.directory)
            .stdin(Stdio::null())
            .output()?;
        if output.status.success() {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let failed: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... FAILED"))
            .collect();
        let panic = text
            .lines()
            .skip_while(|line| !line.contains("panicked at"))
            .take(3);
        bail!(
            "{}: {}",
            failed.join(", "),
            panic.collect::<Vec<_>>().join(" ")
        )
    }
}

/// Names of the test modules that call the testkit's `seeds`.
fn seeded_modules(directory: &Path) -> Result<BTreeSet<String>> {
    let mut modules = BTreeSet::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        let Some(name) = path.file_stem().and_then(|name| name.to_str()) else {
            continue;
        };
        let text = if path.is_dir() {
            String::new()
        } else {
            std::fs::read_to_string(&path)?
        };
        if text
            .lines()
            .any(|line| line.trim_start().starts_with("seeds(") || line.contains(" seeds("))
        {
            modules.insert(name.to_owned());
        }
    }
    Ok(modules)
}
