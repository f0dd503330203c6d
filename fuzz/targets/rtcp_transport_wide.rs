//! Runs `crates/rtcp/tests/it/fuzzed/transport_wide.rs`.
#![no_main]

#[path = "../../crates/rtcp/tests/it/fuzzed/transport_wide.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzzed::run(octets));
