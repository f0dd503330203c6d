//! Peer connections against each other over a virtual network.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop"
)]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "numbers of a test are small"
)]

mod av1;
mod bundle;
mod compatibility;
mod connections;
mod contract;
mod data;
mod fuzzed;
mod glare;
mod hostile;
mod ice_transport;
mod marking;
mod network;
mod order;
mod pair;
mod relay_server;
mod renegotiation;
mod restart;
mod rollback;
mod setup;
mod tcp;
mod torture;
