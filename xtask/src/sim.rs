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
    /// Only tests whose name has this in it, such as `model`.
    #[arg(long)]
    only: Option<String>,
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
            only: None,
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
    let tests = Tests::build(layer, arguments.only.as_deref())?;
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
            replay: format!("{SEED}={seed} cargo test --release -p stonechat-{layer}"),
        })?;
    }
    report.row(&Summary {
        layer,
        tests: tests.count(),
        from: arguments.from,
        seeds: arguments.seeds,
        failures: failed.len(),
        seconds: started.elapsed().as_secs(),
        pass: failed.is_empty(),
    })
}

/// The test targets that may have simulation tests.
const TARGETS: [&str; 2] = ["it", "w3c"];

/// The simulation tests of a crate, built.
struct Tests {
    directory: PathBuf,
    binaries: Vec<Binary>,
}

/// One test target with the names of its simulation tests.
struct Binary {
    path: PathBuf,
    names: Vec<String>,
}

impl Tests {
    fn build(layer: &str, only: Option<&str>) -> Result<Self> {
        let package = format!("stonechat-{layer}");
        let packages = packages()?;
        let directory = packages
            .iter()
            .find(|other| other.name == package)
            .context("no such crate")?
            .directory();
        let mut binaries = Vec::new();
        for target in TARGETS {
            let modules = directory.join("tests").join(target);
            if modules.is_dir() {
                binaries.extend(Binary::build(&package, target, &modules)?);
            }
        }
        if let Some(only) = only {
            for binary in &mut binaries {
                binary.names.retain(|name| name.contains(only));
            }
            binaries.retain(|binary| !binary.names.is_empty());
        }
        ensure!(
            !binaries.is_empty(),
            "no such test of {layer} calls `seeds` of the testkit"
        );
        Ok(Self {
            directory,
            binaries,
        })
    }

    fn count(&self) -> usize {
        self.binaries.iter().map(|binary| binary.names.len()).sum()
    }

    /// Runs all tests with one seed.
    fn run(&self, seed: u64) -> Result<()> {
        for binary in &self.binaries {
            binary.run(seed, &self.directory)?;
        }
        Ok(())
    }
}

impl Binary {
    /// Builds a test target; `None` if it has no simulation tests.
    fn build(package: &str, target: &str, directory: &Path) -> Result<Option<Self>> {
        let modules = seeded_modules(directory)?;
        if modules.is_empty() {
            return Ok(None);
        }
        let messages = output(
            cargo("test --release --no-run --message-format=json")
                .args(["--test", target, "-p", package]),
        )?;
        let mut executables = messages.lines().filter_map(|line| {
            let message: Value = serde_json::from_str(line).ok()?;
            (message["target"]["name"] == target)
                .then(|| message["executable"].as_str().map(PathBuf::from))?
        });
        let path = executables
            .next_back()
            .with_context(|| format!("{package} has no tests `{target}`"))?;
        let listed = output(Command::new(&path).args(["--list", "--format=terse"]))?;
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
        Ok(Some(Self { path, names }))
    }

    fn run(&self, seed: u64, directory: &Path) -> Result<()> {
        let output = Command::new(&self.path)
            .args(&self.names)
            .args(["--exact", "--test-threads=1"])
            .env(SEED, seed.to_string())
            .current_dir(directory)
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
