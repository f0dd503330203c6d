//! Runs `crates/srtp/tests/it/fuzzed/unprotect.rs`.
#![no_main]

#[path = "../../crates/srtp/tests/it/fuzzed/unprotect.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzzed::run(octets));
