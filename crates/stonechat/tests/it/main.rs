//! Two peer connections over real sockets of the loopback interface.

mod cancel_safety;
mod loopback;
mod media;
mod negotiation;
mod pair;
