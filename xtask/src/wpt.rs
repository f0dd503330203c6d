//! The browsers' conformance suite (web-platform-tests) against our stack: obtains the suite, builds
//! the Node addon, starts the runner in `interop/wpt` and scores what it reports against the list
//! of subtests that count.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::report::Report;
use crate::shell::{
    cargo, command, describe, need_packages, need_programs, root, run as execute, target,
};

mod counted;
mod expectations;
mod results;
mod score;
mod suite;

use counted::Counted;
use expectations::Expectations;
use score::{Score, Verdict};

/// What to run.
#[derive(clap::Args, Debug, Default)]
pub(crate) struct Arguments {
    /// Only these classes: A core, B tracks, C codecs and encodings, M media, S statistics, D
    /// encoded transforms, L legacy.
    #[arg(long = "class", value_name = "CLASS", value_delimiter = ',')]
    classes: Vec<String>,
    /// Only files whose name matches this regular expression.
    #[arg(long, value_name = "REGEXP")]
    filter: Option<String>,
    /// Only the files that this file lists, one a line.
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// Only the fixed sample that every change must pass.
    #[arg(long)]
    sample: bool,
    /// How many files run at the same time.
    #[arg(long, default_value_t = 2)]
    jobs: u32,
    /// Write interop/wpt/results.md anew.
    #[arg(long)]
    table: bool,
}

impl Arguments {
    /// The sample.
    pub(crate) fn sample() -> Self {
        Self {
            sample: true,
            jobs: 2,
            ..Self::default()
        }
    }

    /// All classes.
    pub(crate) fn all() -> Self {
        Self {
            jobs: 2,
            ..Self::default()
        }
    }

    fn selects_everything(&self) -> bool {
        self.classes.is_empty() && self.filter.is_none() && self.list.is_none() && !self.sample
    }
}

/// What the runner says of a file.
#[derive(Clone, Debug, Deserialize)]
struct FileResult {
    file: String,
    /// `OK`, `ERROR` and `TIMEOUT` are the suite's words; `CRASH` and `HANG` the runner's.
    status: String,
    #[serde(default)]
    message: String,
    subtests: Vec<SubtestResult>,
    /// Set if the process did not end well after its results.
    #[serde(default)]
    ending: Option<String>,
    #[serde(default)]
    seconds: f64,
}

#[derive(Clone, Debug, Deserialize)]
struct SubtestResult {
    name: String,
    status: String,
    #[serde(default)]
    message: String,
}

/// What could not be started.
#[derive(Serialize)]
struct StartRow {
    step: &'static str,
    pass: bool,
    detail: String,
}

#[derive(Serialize)]
struct FileRow<'a> {
    class: &'a str,
    file: &'a str,
    passed: String,
    pass: bool,
    detail: String,
}

#[derive(Serialize)]
struct ClassRow<'a> {
    class: &'a str,
    passed: String,
    references: String,
    pass: bool,
}

/// Runs the tests; what cannot be started is a failed row.
pub(crate) fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    if let Err(error) = judge(arguments, report) {
        report.tell(&StartRow {
            step: "wpt",
            pass: false,
            detail: format!("{error:#}"),
        })?;
    }
    Ok(())
}

fn judge(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let counted = Counted::read(&directory())?;
    let expectations = Expectations::read(&directory(), &counted)?;
    let lane = Lane::prepare(arguments)?;
    let mut results = Vec::new();
    lane.run(&[], |result| results.push(result))?;
    let mut score = Score::of(&counted, &expectations, &results);
    // A machine with other work loses a test now and then; what is lost twice is lost.
    let again = score.files_to_repeat();
    if !again.is_empty() {
        eprintln!("once more, alone: {}", again.join(" "));
        let list = target().join("wpt/again.txt");
        std::fs::write(&list, again.join("\n"))?;
        let list = list.display().to_string();
        lane.run(&["--list", &list, "--jobs", "1"], |result| {
            score.repeat(&counted, &expectations, &result);
        })?;
    }
    tell(&counted, &score, report)?;
    if arguments.table {
        ensure!(
            arguments.selects_everything(),
            "the table wants all classes"
        );
        results::write(&directory().join("results.md"), &counted, &score)?;
    }
    Ok(())
}

/// Rows for people: files with something amiss, then classes; one object for programs.
fn tell(counted: &Counted, score: &Score, report: &mut Report) -> Result<()> {
    ensure!(!score.files.is_empty(), "no file was selected");
    for file in &score.files {
        let failures: Vec<String> = file.failures().map(ToString::to_string).collect();
        let unexpected = file
            .subtests
            .iter()
            .any(|subtest| matches!(subtest.verdict, Verdict::Lost | Verdict::Won));
        if failures.is_empty() && file.trouble.is_none() && !unexpected {
            continue;
        }
        let won = file
            .subtests
            .iter()
            .filter(|subtest| subtest.verdict == Verdict::Won);
        let won = won.map(|subtest| {
            format!(
                "passes now, remove it from expectations.toml: {}",
                subtest.name
            )
        });
        let details = file
            .trouble
            .iter()
            .cloned()
            .chain(won)
            .chain(failures.into_iter().take(3));
        report.tell(&FileRow {
            class: &file.class,
            file: &file.file,
            passed: format!("{}/{}", file.passed(), file.subtests.len()),
            pass: file.trouble.is_none() && !unexpected,
            detail: details.collect::<Vec<_>>().join("\n          "),
        })?;
    }
    for (class, total) in score.classes() {
        let references = counted.references.iter().filter_map(|reference| {
            let passes = reference.passes.get(class)?;
            Some(format!("{} {passes}", reference.name))
        });
        report.tell(&ClassRow {
            class,
            passed: format!("{}/{}", total.pass, total.of),
            references: references.collect::<Vec<_>>().join(", "),
            pass: true,
        })?;
    }
    report.write(&Output::of(score))
}

/// What programs get.
#[derive(Serialize)]
struct Output<'a> {
    classes: BTreeMap<&'a str, score::Total>,
    subtests: Vec<SubtestRow<'a>>,
}

#[derive(Serialize)]
struct SubtestRow<'a> {
    class: &'a str,
    file: &'a str,
    name: &'a str,
    pass: bool,
    message: &'a str,
}

impl<'a> Output<'a> {
    fn of(score: &'a Score) -> Self {
        let rows = score.files.iter().flat_map(|file| {
            file.subtests.iter().map(|subtest| SubtestRow {
                class: &file.class,
                file: &file.file,
                name: &subtest.name,
                pass: subtest.pass,
                message: &subtest.message,
            })
        });
        Self {
            classes: score.classes(),
            subtests: rows.collect(),
        }
    }
}

fn directory() -> PathBuf {
    root().join("interop/wpt")
}

/// Everything that a run needs.
struct Lane {
    suite: PathBuf,
    addon: PathBuf,
    selection: Vec<String>,
}

impl Lane {
    fn prepare(arguments: &Arguments) -> Result<Self> {
        need_programs(&[("node", "nodejs"), ("npm", "npm")])?;
        need_packages(LIBRARIES)?;
        let suite = suite::obtain(&directory())?;
        install(&root().join("interop/node"))?;
        let addon = addon()?;
        let mut selection = vec!["--jobs".to_owned(), arguments.jobs.to_string()];
        if !arguments.classes.is_empty() {
            selection.extend(["--class".to_owned(), arguments.classes.join(",")]);
        }
        if let Some(filter) = &arguments.filter {
            selection.extend(["--filter".to_owned(), filter.clone()]);
        }
        let sample = arguments.sample.then(|| directory().join("sample.txt"));
        if let Some(list) = arguments.list.as_ref().or(sample.as_ref()) {
            let list = std::path::absolute(list)?;
            selection.extend(["--list".to_owned(), list.display().to_string()]);
        }
        Ok(Self {
            suite,
            addon,
            selection,
        })
    }

    /// Runs the selected files, or what `selection` says besides; later options win.
    fn run(&self, selection: &[&str], mut each: impl FnMut(FileResult)) -> Result<()> {
        let mut runner = Command::new("node");
        runner.current_dir(directory()).arg("run.mjs");
        runner.arg("--root").arg(&self.suite);
        runner.arg("--addon").arg(&self.addon);
        runner.args(&self.selection).args(selection);
        eprintln!("> {}", describe(&runner));
        let mut child = runner
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("node")?;
        let output = child.stdout.take().context("no output")?;
        for line in BufReader::new(output).lines() {
            let line = line?;
            let result: FileResult =
                serde_json::from_str(&line).with_context(|| format!("the runner said: {line}"))?;
            let passed = result
                .subtests
                .iter()
                .filter(|of| of.status == "PASS")
                .count();
            eprintln!(
                "{}  {passed}/{}  {}  {:.1} s",
                result.file,
                result.subtests.len(),
                result.status,
                result.seconds
            );
            each(result);
        }
        let status = child.wait()?;
        ensure!(status.success(), "the runner: {status}");
        Ok(())
    }
}

/// Installs the npm packages of a directory by its lock file, unless they are there.
fn install(directory: &Path) -> Result<()> {
    let modified = |file: &str| {
        directory
            .join(file)
            .metadata()
            .and_then(|of| of.modified())
            .ok()
    };
    let installed = modified("node_modules/.package-lock.json");
    let lock = modified("package-lock.json");
    if installed.is_some() && installed >= lock {
        return Ok(());
    }
    execute(
        command("npm")
            .args(["ci", "--no-audit", "--no-fund"])
            .current_dir(directory),
    )
}

/// Builds the addon; gives the file that Node loads.
fn addon() -> Result<PathBuf> {
    let build = target().join("interop/node");
    execute(
        cargo("build --locked")
            .current_dir(root().join("interop/node"))
            .env("CARGO_TARGET_DIR", &build)
            .env_remove("CARGO_PROFILE_DEV_OPT_LEVEL"),
    )?;
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let library = build.join(format!("debug/{prefix}stonechat_node{suffix}"));
    // Node tells an addon by this ending.
    let addon = build.join("stonechat.node");
    std::fs::copy(&library, &addon).with_context(|| library.display().to_string())?;
    Ok(addon)
}

/// What the addon is built with: the codecs of FFmpeg, and what reads their headers.
const LIBRARIES: &[&str] = &[
    "libavcodec-dev",
    "libavformat-dev",
    "libclang-dev",
    "pkg-config",
];
