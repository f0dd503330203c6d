//! The list of subtests that count: those that at least one of the reference browsers passes.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// `interop/wpt/counted.json`.
#[derive(Debug, Deserialize)]
pub(super) struct Counted {
    pub(super) source: Source,
    pub(super) references: Vec<Reference>,
    pub(super) files: BTreeMap<String, CountedFile>,
}

/// Where the suite is from.
#[derive(Debug, Deserialize)]
pub(super) struct Source {
    /// Of the suite's repository.
    pub(super) commit: String,
}

/// A browser that was run, and how many of the counted subtests it passed in each class.
#[derive(Debug, Deserialize)]
pub(super) struct Reference {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) passes: BTreeMap<String, usize>,
}

#[derive(Debug, Deserialize)]
pub(super) struct CountedFile {
    pub(super) class: String,
    pub(super) subtests: Vec<String>,
}

impl Counted {
    pub(super) fn read(directory: &Path) -> Result<Self> {
        let file = directory.join("counted.json");
        let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        serde_json::from_str(&text).with_context(|| file.display().to_string())
    }
}
