//! Runs `crates/rtcp/tests/it/fuzzed/compound.rs`.
#![no_main]

#[path = "../../crates/rtcp/tests/it/fuzzed/compound.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzzed::run(octets));
