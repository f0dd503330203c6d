//! The examples that end by themselves, one after the other.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;

use crate::report::Report;
use crate::shell::{cargo, run as execute};

/// Name and arguments. The others serve until they are ended, or are a step of their own.
const EXAMPLES: &[(&str, &str)] = &[
    ("codecs", ""),
    ("connectivity", ""),
    ("dtmf", ""),
    ("encoded_transforms", ""),
    ("perfect_negotiation", ""),
    ("phone", "--demo"),
    ("play_file", ""),
    ("protocols", ""),
    ("record", ""),
    ("session_lifetime", ""),
    ("simple_datachannel", ""),
    ("using_data_channels", ""),
];

/// None of them needs more.
const LIMIT: Duration = Duration::from_secs(60);

#[derive(Serialize)]
struct Row {
    example: &'static str,
    pass: bool,
    seconds: f64,
    detail: String,
}

/// Builds and runs them.
pub(crate) fn run(report: &mut Report) -> Result<()> {
    execute(&mut cargo("build -p stonechat --examples"))?;
    for &(example, arguments) in EXAMPLES {
        let started = Instant::now();
        let words = format!("run --quiet -p stonechat --example {example} -- {arguments}");
        let ended = execute(&mut cargo(&words));
        let took = started.elapsed();
        let detail = match ended {
            Ok(()) if took <= LIMIT => String::new(),
            Ok(()) => "it takes too long".to_owned(),
            Err(error) => format!("{error:#}"),
        };
        report.row(&Row {
            example,
            pass: detail.is_empty(),
            seconds: (took.as_secs_f64() * 10.0).round() / 10.0,
            detail,
        })?;
    }
    Ok(())
}
