//! Runs `crates/rtcp/tests/it/fuzzed/congestion_control.rs`.
#![no_main]

#[path = "../../crates/rtcp/tests/it/fuzzed/congestion_control.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzzed::run(octets));
