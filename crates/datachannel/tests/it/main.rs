//! Integration tests of the channels.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "tests deal in small numbers"
)]

mod back_pressure;
mod close_race;
mod contract;
mod driver;
mod fuzzed;
mod hostile;
mod negotiated;
mod pair;
mod round_trip;
mod vectors;
