//! Runs `crates/media/tests/it/fuzzed/telephone_event.rs`.
#![no_main]

#[path = "../../crates/media/tests/it/fuzzed/telephone_event.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzzed::run(octets));
