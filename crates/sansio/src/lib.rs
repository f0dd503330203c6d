//! The values that every stonechat machine shares.
//!
//! A stonechat protocol is a *machine*: a function of bytes and time without sockets, clocks or
//! threads. This crate holds the words in which machines talk to whoever drives them, and nothing
//! else: no protocol, no errors of other crates, no logging.
//!
//! | type | what it is |
//! | --- | --- |
//! | [`Datagram`] | what came in: owned octets, the [`Path`] they took, when and with which [`Ecn`] mark |
//! | [`Transmit`] | what goes out: one run of equal packets in a buffer of the caller |
//! | [`Frame`] | a packet under construction, with room reserved for outer layers |
//! | [`Batch`] | a run of packets under construction |
//! | [`Timers`] | the few deadlines of one machine |
//! | [`Env`] | seed, wall clock anchor and cryptography, given once |
//! | [`Seed`], [`Rng`] | reproducible randomness, one labelled child per layer |
//! | [`Map`] | a hash table whose order does not differ from run to run |
//! | [`Clock`] | time that never goes back |

#![cfg_attr(doctest, doc = include_str!("../README.md"))]

mod batch;
mod clock;
mod datagram;
mod dscp;
mod env;
mod frame;
mod map;
mod path;
mod seed;
mod timers;
mod transmit;

pub use batch::Batch;
pub use clock::Clock;
pub use datagram::Datagram;
pub use dscp::Dscp;
pub use env::Env;
pub use frame::{Frame, Full, Overhead};
pub use map::Map;
pub use path::{Ecn, Path, SocketId};
pub use seed::{Rng, Seed};
pub use timers::Timers;
pub use transmit::Transmit;
