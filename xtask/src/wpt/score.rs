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
        let died = match result.status.as_str() {
            "CRASH" | "HANG" => true,
            "ERROR" => !expectations.is_harness_error_expected(&result.file),
            _ => false,
        };
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

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "/webrtc/file.html";

    fn counted() -> Counted {
        let text = r#"{
            "source": {"commit": "0123456789ab"},
            "references": [],
            "files": {"/webrtc/file.html": {"class": "A", "subtests": ["first", "second"]}}
        }"#;
        serde_json::from_str(text).unwrap()
    }

    fn expectations(text: &str) -> Expectations {
        Expectations::parse(text, &counted()).unwrap()
    }

    fn result(text: &str) -> FileResult {
        serde_json::from_str(text).unwrap()
    }

    fn score(expected: &str, ran: &str) -> FileScore {
        FileScore::of(&counted(), &expectations(expected), &result(ran)).unwrap()
    }

    fn verdicts(score: &FileScore) -> Vec<Verdict> {
        score
            .subtests
            .iter()
            .map(|subtest| subtest.verdict)
            .collect()
    }

    #[test]
    fn what_did_not_run_has_failed() {
        let ran = r#"{"file": "/webrtc/file.html", "status": "OK", "subtests": [{"name": "first", "status": "PASS"},
            {"name": "another", "status": "PASS"}]}"#;
        let score = score("", ran);
        assert_eq!((score.passed(), score.subtests.len()), (1, 2));
        assert_eq!(verdicts(&score), [Verdict::Usual, Verdict::Lost]);
        assert!(score.trouble.is_none());
    }

    #[test]
    fn an_expectation_that_passes_is_told() {
        let ran = r#"{"file": "/webrtc/file.html", "status": "OK", "subtests": [{"name": "first", "status": "PASS"},
            {"name": "second", "status": "FAIL", "message": "no"}]}"#;
        let expected = |flaky: bool| {
            format!(
                "[[expected]]\nfile = '{FILE}'\nreason = 'r'\nflaky = {flaky}\nsubtests = ['first', 'second']"
            )
        };
        let sure = score(&expected(false), ran);
        assert_eq!(verdicts(&sure), [Verdict::Won, Verdict::Usual]);
        assert!(!sure.is_worse_than_expected());
        let flaky = score(&expected(true), ran);
        assert_eq!(verdicts(&flaky), [Verdict::Usual, Verdict::Usual]);
    }

    #[test]
    fn a_crash_is_trouble_whatever_is_expected() {
        let ran = r#"{"file": "/webrtc/file.html", "status": "CRASH", "message": "SIGSEGV", "subtests": []}"#;
        let expected =
            format!("[[expected]]\nfile = '{FILE}'\nreason = 'r'\nsubtests = ['first', 'second']");
        let score = score(&expected, ran);
        assert_eq!(verdicts(&score), [Verdict::Usual, Verdict::Usual]);
        assert_eq!(score.trouble.as_deref(), Some("CRASH SIGSEGV"));
        assert!(score.is_worse_than_expected());
    }

    #[test]
    fn an_error_of_the_harness_can_be_expected() {
        let ran = r#"{"file": "/webrtc/file.html", "status": "ERROR", "subtests": [{"name": "first", "status": "PASS"},
            {"name": "second", "status": "PASS"}]}"#;
        assert!(score("", ran).trouble.is_some());
        let expected = format!("[[expected]]\nfile = '{FILE}'\nreason = 'r'\nharness_error = true");
        assert!(score(&expected, ran).trouble.is_none());
    }

    #[test]
    fn a_second_run_counts_if_it_is_better() {
        let bad = r#"{"file": "/webrtc/file.html", "status": "OK", "subtests": [{"name": "first", "status": "PASS"}]}"#;
        let good = r#"{"file": "/webrtc/file.html", "status": "OK", "subtests": [{"name": "first", "status": "PASS"},
            {"name": "second", "status": "PASS"}]}"#;
        let (counted, expectations) = (counted(), expectations(""));
        let mut score = Score::of(&counted, &expectations, &[result(bad)]);
        assert_eq!(score.files_to_repeat(), [FILE]);
        score.repeat(&counted, &expectations, &result(good));
        assert!(score.files_to_repeat().is_empty());
        score.repeat(&counted, &expectations, &result(bad));
        assert_eq!(score.classes()["A"].pass, 2);
    }

    #[test]
    fn an_expectation_has_to_be_of_what_counts() {
        let unknown = format!("[[expected]]\nfile = '{FILE}'\nreason = 'r'\nsubtests = ['third']");
        assert!(Expectations::parse(&unknown, &counted()).is_err());
        let unreasoned =
            format!("[[expected]]\nfile = '{FILE}'\nreason = ''\nsubtests = ['first']");
        assert!(Expectations::parse(&unreasoned, &counted()).is_err());
    }
}
