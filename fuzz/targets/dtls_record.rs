//! Runs `crates/dtls/tests/it/fuzzed/record.rs`.
#![no_main]

#[path = "../../crates/dtls/tests/it/fuzzed/record.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzzed::run(octets));
