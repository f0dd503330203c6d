//! Runs `crates/ice/tests/it/fuzzed/framing.rs`.
#![no_main]

#[path = "../../crates/ice/tests/it/fuzzed/framing.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzzed::run(octets));
