//! Integration tests of the association.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "tests deal in small numbers"
)]

mod contract;
mod driver;
mod fuzzed;
mod hostile;
mod pair;
mod partial_reliability;
mod reset;
mod round_trip;
mod throughput;
mod vectors;
