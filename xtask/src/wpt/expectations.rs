//! Subtests that count and that we are known to fail, each with the reason.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::counted::Counted;

/// `interop/wpt/expectations.toml`.
#[derive(Debug, Default)]
pub(super) struct Expectations {
    /// By file and name of the subtest: whether it passes now and then.
    expected: BTreeMap<(String, String), bool>,
    /// Files that end in an error of the suite's harness.
    harness_errors: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    #[serde(default)]
    expected: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    file: String,
    #[serde(default)]
    subtests: Vec<String>,
    reason: String,
    /// Passes now and then: neither outcome is news.
    #[serde(default)]
    flaky: bool,
    /// The file ends in an error of the harness: something fails that no subtest waits for.
    #[serde(default)]
    harness_error: bool,
}

impl Expectations {
    /// Reads them; each has to be of a subtest that counts, and to have a reason.
    pub(super) fn read(directory: &Path, counted: &Counted) -> Result<Self> {
        let file = directory.join("expectations.toml");
        let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        Self::parse(&text, counted).with_context(|| file.display().to_string())
    }

    pub(super) fn parse(text: &str, counted: &Counted) -> Result<Self> {
        let text: Text = toml::from_str(text)?;
        let mut expected = BTreeMap::new();
        let mut harness_errors = BTreeSet::new();
        for entry in text.expected {
            let known = counted.files.get(&entry.file);
            ensure!(!entry.reason.is_empty(), "{}: no reason", entry.file);
            ensure!(known.is_some(), "this does not count: {}", entry.file);
            if entry.harness_error {
                harness_errors.insert(entry.file.clone());
            }
            for name in entry.subtests {
                ensure!(
                    known.is_some_and(|known| known.subtests.contains(&name)),
                    "this does not count: {} {name}",
                    entry.file
                );
                let former = expected.insert((entry.file.clone(), name.clone()), entry.flaky);
                ensure!(former.is_none(), "twice: {} {name}", entry.file);
            }
        }
        Ok(Self {
            expected,
            harness_errors,
        })
    }

    /// Whether a subtest is expected to fail.
    pub(super) fn is_expected(&self, file: &str, name: &str) -> bool {
        self.expected
            .contains_key(&(file.to_owned(), name.to_owned()))
    }

    /// Whether a file is expected to end in an error of the harness.
    pub(super) fn is_harness_error_expected(&self, file: &str) -> bool {
        self.harness_errors.contains(file)
    }

    /// Whether a subtest that is expected to fail may pass as well.
    pub(super) fn is_flaky(&self, file: &str, name: &str) -> bool {
        self.expected
            .get(&(file.to_owned(), name.to_owned()))
            .is_some_and(|flaky| *flaky)
    }
}
