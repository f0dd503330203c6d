//! Running a test for many seeds.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// The environment variable that names the one seed to run.
pub const SEED_VARIABLE: &str = "STONECHAT_SEED";

/// Runs `test` for the seeds from 0 up to, not including, `count`; returns how many ran.
///
/// If one fails, prints which, and how to run that one alone: with `STONECHAT_SEED` set in the
/// environment, only that seed runs, whatever `count` is.
///
/// # Panics
///
/// As `test` does, or if `STONECHAT_SEED` is no number.
pub fn seeds(count: u64, test: impl Fn(u64)) -> u64 {
    let (first, end) = match std::env::var(SEED_VARIABLE) {
        Ok(text) => {
            let seed = text.trim().parse::<u64>();
            assert!(seed.is_ok(), "{SEED_VARIABLE}={text} is no seed");
            let seed = seed.unwrap_or_default();
            (seed, seed.saturating_add(1))
        }
        Err(_) => (0, count),
    };
    for seed in first..end {
        if let Err(cause) = catch_unwind(AssertUnwindSafe(|| test(seed))) {
            report(seed);
            resume_unwind(cause);
        }
    }
    end - first
}

#[expect(clippy::print_stderr, reason = "a test says what failed")]
fn report(seed: u64) {
    eprintln!("failed with seed {seed}; to run it alone: {SEED_VARIABLE}={seed} cargo test ..");
}
