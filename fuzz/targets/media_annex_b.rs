//! Runs `crates/media/tests/it/fuzzed/annex_b.rs`.
#![no_main]

#[path = "../../crates/media/tests/it/fuzzed/annex_b.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzzed::run(octets));
