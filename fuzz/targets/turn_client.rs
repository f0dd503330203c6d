//! Runs `crates/turn/tests/it/fuzzed/client.rs`.
#![no_main]

#[path = "../../crates/turn/tests/it/fuzzed/client.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzzed::run(octets));
