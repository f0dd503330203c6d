//! Runs `crates/sctp/tests/it/fuzzed/pair.rs`.
#![no_main]

#[path = "../../crates/sctp/tests/it/fuzzed/pair.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzzed::run(octets));
