//! Tests of the session from outside.
#![expect(clippy::unwrap_used, reason = "tests")]

mod browsers;
mod contract;
mod cookie;
mod fuzzed;
mod hostile;
mod identity;
mod pair;
mod peers;
mod rsa;
