//! Runs `crates/datachannel/tests/it/fuzzed/dcep.rs`.
#![no_main]

#[path = "../../crates/datachannel/tests/it/fuzzed/dcep.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzzed::run(octets));
