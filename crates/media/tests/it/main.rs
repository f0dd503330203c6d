#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
#![expect(clippy::cast_possible_truncation, reason = "small numbers")]
#![expect(missing_docs, reason = "tests")]

mod av1;
mod congestion_feedback;
mod contract;
mod files;
mod fuzzed;
mod hostile;
mod network;
mod pair;
mod round_trip;
mod sframe;
mod streams;
mod telephone_event;
mod transform;
mod vectors;
