//! Tests of the public interface.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may stop"
)]

mod browser;
mod build;
mod corpus;
mod data;
mod errors;
mod fuzzed;
mod hostile;
mod round_trip;
mod torture;
mod vectors;
