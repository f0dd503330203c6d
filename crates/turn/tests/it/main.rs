//! Tests of the public interface.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod contract;
mod fuzzed;
mod hostile;
mod pair;
mod relaying;
mod round_trip;
mod server;
mod vectors;
mod world;
