//! Tests of SRTP and SRTCP from outside.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fuzzed;
mod hostile;
mod index_use;
mod replay;
mod rollover;
mod session;
mod wire;
