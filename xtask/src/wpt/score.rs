//! What the runner reported against what counts and what is expected.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::FileResult;
use super::counted::Counted;
use super::expectations::Expectations;

/// The outcome of a run.
#[derive(Debug)]
pub(super) struct Score {
    pub(super) files: Vec<FileScore>,
}

/// Of a file: every subtest that counts, whether it ran or not.
#[derive(Debug)]
pub(super) struct FileScore {
    pub(super) class: String,
    pub(super) file: String,
    pub(super) subtests: Vec<SubtestScore>,
    /// A crash, a hang, or a harness error.
    pub(super) trouble: Option<String>,
}

#[derive(Debug)]
pub(super) struct SubtestScore {
    pub(super) name: String,
    pub(super) pass: bool,
    pub(super) message: String,
    pub(super) verdict: Verdict,
}

/// An outcome beside the expectation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Verdict {
    /// As expected.
    Usual,
    /// Fails although nothing says so.
    Lost,
    /// Passes although expected to fail.
    Won,
}

/// Passes of a class.
#[derive(Debug, Default, Serialize)]
pub(super) struct Total {
    pub(super) pass: usize,
    pub(super) of: usize,
}

impl Score {
    pub(super) fn of(
        counted: &Counted,
        expectations: &Expectations,
        results: &[FileResult],
    ) -> Self {
        let scored = results
            .iter()
            .filter_map(|result| FileScore::of(counted, expectations, result));
        let mut files: Vec<_> = scored.collect();
        files.sort_by(|a, b| (&a.class, &a.file).cmp(&(&b.class, &b.file)));
        Self { files }
    }

    /// Files of which something was lost.
    pub(super) fn files_to_repeat(&self) -> Vec<String> {
        let amiss = self
            .files
            .iter()
            .filter(|file| file.is_worse_than_expected());
        amiss.map(|file| file.file.clone()).collect()
    }

    /// Takes the outcome of a file that ran again, if that is better.
    pub(super) fn repeat(
        &mut self,
        counted: &Counted,
        expectations: &Expectations,
        result: &FileResult,
    ) {
        let Some(again) = FileScore::of(counted, expectations, result) else {
            return;
        };
        for file in &mut self.files {
            let better = (!again.is_worse_than_expected(), again.passed())
                > (!file.is_worse_than_expected(), file.passed());
            if file.file == again.file && better {
                *file = again;
                return;
            }
        }
    }

    pub(super) fn classes(&self) -> BTreeMap<&str, Total> {
        let mut classes = BTreeMap::<&str, Total>::new();
        for file in &self.files {
            let total = classes.entry(&file.class).or_default();
            total.pass += file.passed();
            total.of += file.subtests.len();
        }
        classes
    }
}

impl FileScore {
    fn of(counted: &Counted, expectations: &Expectations, result: &FileResult) -> Option<Self> {
        let known = counted.files.get(&result.file)?;
        let subtests = known.subtests.iter().map(|name| {
            let ran = result.subtests.iter().find(|subtest| subtest.name == *name);
            let pass = ran.is_some_and(|subtest| subtest.status == "PASS");
            let message = match ran {
                Some(subtest) if subtest.message.is_empty() && !pass => subtest.status.clone(),
                Some(subtest) => subtest.message.clone(),
                None => format!("did not run: {} {}", result.status, result.message),
            };
            let verdict = match (pass, expectations.is_expected(&result.file, name)) {
                (false, false) => Verdict::Lost,
                (true, true) if !expectations.is_flaky(&result.file, name) => Verdict::Won,
                _ => Verdict::Usual,
            };
            SubtestScore {
                name: name.clone(),
                pass,
                message,
                verdict,
            }
        });
        let subtests: Vec<_> = subtests.collect();
        let died = matches!(result.status.as_str(), "CRASH" | "HANG" | "ERROR");
        // A file that is late has subtests that failed: those are judged.
        let trouble = died.then(|| format!("{} {}", result.status, result.message));
        Some(Self {
            class: known.class.clone(),
            file: result.file.clone(),
            subtests,
            trouble: trouble.or_else(|| result.ending.clone()),
        })
    }

    pub(super) fn passed(&self) -> usize {
        self.subtests.iter().filter(|subtest| subtest.pass).count()
    }

    pub(super) fn failures(&self) -> impl Iterator<Item = &SubtestScore> {
        self.subtests.iter().filter(|subtest| !subtest.pass)
    }

    fn is_worse_than_expected(&self) -> bool {
        let lost = |subtest: &SubtestScore| subtest.verdict == Verdict::Lost;
        self.trouble.is_some() || self.subtests.iter().any(lost)
    }
}

impl fmt::Display for SubtestScore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.verdict {
            Verdict::Lost => "lost",
            Verdict::Usual | Verdict::Won => "fails as expected",
        };
        let message = self.message.lines().next().unwrap_or_default();
        let short: String = message.chars().take(200).collect();
        write!(formatter, "{word}: {}: {short}", self.name)
    }
}
