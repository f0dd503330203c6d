//! Runs `crates/sctp/tests/it/fuzzed/association.rs`.
#![no_main]

#[path = "../../crates/sctp/tests/it/fuzzed/association.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzzed::run(octets));
