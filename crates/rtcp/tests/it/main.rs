//! Tests of RTCP packets and their schedule.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod congestion_control;
mod fuzzed;
mod hostile;
mod round_trip;
mod schedule;
mod transport_wide;
mod vectors;
