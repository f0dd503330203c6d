//! Tests of the public interface.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod binding;
mod data;
mod fuzzed;
mod hostile;
mod integrity;
mod round_trip;
mod uri;
mod vectors;
