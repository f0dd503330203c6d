//! Two peer connections over real sockets of the loopback interface.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod cancel_safety;
mod loopback;
mod media;
mod negotiation;
mod pair;
mod pulled;
mod tcp;
