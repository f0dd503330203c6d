//! Runs `crates/stun/tests/it/fuzzed/uri.rs`.
#![no_main]

#[path = "../../crates/stun/tests/it/fuzzed/uri.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzzed::run(octets));
