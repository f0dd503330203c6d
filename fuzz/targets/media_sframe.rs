//! Runs `crates/media/tests/it/fuzzed/sframe.rs`.
#![no_main]

#[path = "../../crates/media/tests/it/fuzzed/sframe.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzzed::run(octets));
