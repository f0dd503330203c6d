//! Runs `crates/sdp/tests/it/fuzzed/session.rs`.
#![no_main]

#[path = "../../crates/sdp/tests/it/fuzzed/session.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzzed::run(octets));
