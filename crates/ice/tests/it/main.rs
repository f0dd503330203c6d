//! Tests of the agent: vectors, the contract of machines, pairs over a virtual network, hostile
//! input.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop")]

mod candidates;
mod consent;
mod contract;
mod framing;
mod fuzzed;
mod gathering;
mod hostile;
mod mdns;
mod nat;
mod pair;
mod relay_server;
mod restart;
mod role_conflict;
mod round_trip;
mod setup;
mod tcp;
mod trickle;
mod vectors;
