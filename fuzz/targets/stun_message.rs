//! Runs `crates/stun/tests/it/fuzzed/message.rs`.
#![no_main]

#[path = "../../crates/stun/tests/it/fuzzed/message.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzzed::run(octets));
