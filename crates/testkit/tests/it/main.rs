//! Tests of the tools that all other tests rely on.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed step of a test ends it"
)]

mod contract;
mod courier;
mod network;
mod pair;
mod provider;
mod stream;
mod world;
