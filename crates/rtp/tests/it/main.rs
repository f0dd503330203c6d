//! Tests of RTP packets.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod dependency_descriptor;
mod extension_values;
mod fuzzed;
mod hostile;
mod numbers;
mod round_trip;
mod vectors;
