//! The fuzz targets, one after the other.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use crate::report::Report;
use crate::shell::{cargo, describe, need_cargo_tool, output, root, run as execute};

/// What to run.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// One target; all of them without it.
    target: Option<String>,
    /// How long each one runs, such as 60s or 5m.
    #[arg(long, default_value = "60s", value_parser = duration)]
    time: Duration,
}

impl Arguments {
    /// Every target for so long.
    pub(crate) fn each(time: Duration) -> Self {
        Self { target: None, time }
    }
}

#[derive(Serialize)]
struct Row<'a> {
    target: &'a str,
    runs: u64,
    crashes: u32,
    pass: bool,
    detail: String,
}

/// Builds and runs the targets.
pub(crate) fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    need_cargo_tool("cargo-fuzz")?;
    let listed = output(cargo("fuzz list").env("RUSTC_BOOTSTRAP", "1"))?;
    let all: Vec<&str> = listed
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let targets: Vec<&str> = match &arguments.target {
        Some(target) => {
            ensure!(
                all.contains(&target.as_str()),
                "there is no {target}, only {}",
                all.join(", ")
            );
            vec![target]
        }
        None => all,
    };
    ensure!(!targets.is_empty(), "there are no fuzz targets");
    for target in targets {
        let row = fuzz(target, arguments.time).unwrap_or_else(|error| Row {
            target,
            runs: 0,
            crashes: 0,
            pass: false,
            detail: format!("{error:#}"),
        });
        report.row(&row)?;
    }
    Ok(())
}

fn fuzz(target: &str, time: Duration) -> Result<Row<'_>> {
    // RUSTC_BOOTSTRAP lets a stable compiler take the flags of the sanitizers.
    execute(cargo("fuzz build").arg(target).env("RUSTC_BOOTSTRAP", "1"))?;
    let mut command = cargo("fuzz run");
    command
        .arg(target)
        .arg("--")
        .arg(format!("-max_total_time={}", time.as_secs().max(1)));
    let dictionary = root().join(format!("fuzz/dictionaries/{target}.dict"));
    if dictionary.is_file() {
        command.arg(format!("-dict={}", dictionary.display()));
    }
    let name = describe(&command);
    eprintln!("> {name}");
    let child = command
        .env("RUSTC_BOOTSTRAP", "1")
        .stdin(Stdio::null())
        .stdout(std::io::stderr())
        .stderr(Stdio::piped())
        .output()
        .with_context(|| format!("cannot start {name}"))?;
    let log = String::from_utf8_lossy(&child.stderr);
    // libFuzzer ends with "Done 12345 runs in 60 second(s)"; after a crash the last "#12345" tells.
    let done = log
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("Done ")?.split(' ').next()?.parse().ok());
    let counted = || {
        log.lines().rev().find_map(|line| {
            line.strip_prefix('#')?
                .split(|other: char| !other.is_ascii_digit())
                .next()?
                .parse()
                .ok()
        })
    };
    let crash = log.lines().find(|line| {
        line.contains("panicked at")
            || line.contains("ERROR: ")
            || line.contains("Test unit written to")
    });
    let pass = child.status.success();
    if !pass {
        let tail: Vec<&str> = log.lines().rev().take(40).collect();
        eprintln!("{}", tail.into_iter().rev().collect::<Vec<_>>().join("\n"));
    }
    let detail = if pass {
        String::new()
    } else {
        crash.unwrap_or("the target failed").trim().to_owned()
    };
    let runs = done.or_else(counted).unwrap_or_default();
    Ok(Row {
        target,
        runs,
        crashes: u32::from(!pass && crash.is_some()),
        pass,
        detail,
    })
}

/// `90`, `90s`, `5m` or `1h`.
fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.strip_suffix(['s', 'm', 'h']) {
        Some(number) => (number, text.chars().last()),
        None => (text, None),
    };
    let factor = match unit {
        Some('m') => 60,
        Some('h') => 3600,
        _ => 1,
    };
    let number: u64 = number.parse().map_err(|_| format!("{text} is no time"))?;
    Ok(Duration::from_secs(number * factor))
}
