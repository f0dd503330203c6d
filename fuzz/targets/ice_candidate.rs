//! Runs `crates/ice/tests/it/fuzzed/candidate.rs`.
#![no_main]

#[path = "../../crates/ice/tests/it/fuzzed/candidate.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzzed::run(octets));
