//! Runs `crates/media/tests/it/fuzzed/ogg.rs`.
#![no_main]

#[path = "../../crates/media/tests/it/fuzzed/ogg.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzzed::run(octets));
