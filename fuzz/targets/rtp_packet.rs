//! Runs `crates/rtp/tests/it/fuzzed/packet.rs`.
#![no_main]

#[path = "../../crates/rtp/tests/it/fuzzed/packet.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzzed::run(octets));
