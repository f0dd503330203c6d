//! What stonechat's tests have in common: a virtual network, drivers in virtual time, the contract
//! of all machines, toy cryptography. Never published; a dev-dependency alone.
//!
//! | to | use |
//! | --- | --- |
//! | make an [`Env`](sansio::Env) with toy cryptography | [`clock::env`]`(seed)`, [`clock::start`]`()` for its first instant |
//! | have real cryptography instead | [`clock::env_with`]`(seed, stonechat_crypto::rust::provider())` |
//! | wrap a machine for the drivers | [`in_path!`], [`addressed!`], or implement [`Machine`] |
//! | run two machines over two links | [`Pair`] |
//! | describe a link, how it loses | [`Link`], [`Loss`], [`GilbertElliott`] |
//! | run machines behind translators of addresses | [`World`] on a [`Network`] with [`Nat`]s |
//! | check rules C1 to C10 | [`contract!`] over a [`contract::Subject`] |
//! | repeat a test for many seeds | [`seeds()`] |
//! | compare two runs octet by octet | [`Pair::recorded`], [`Transcript`] |
//! | run the body of a fuzz target on its corpus, or read octets as choices | [`corpus::replay`], [`corpus::Script`] |
//! | change or drop packets by hand | [`Pair::set_tamper`], [`Pair::inject`], [`Network::set_firewall`] |
//!
//! # Example
//!
//! A machine that asks until it hears an answer, over a link that loses a third.
//!
//! ```
//! use std::time::{Duration, Instant};
//! use stonechat_testkit::bytes::BytesMut;
//! use stonechat_testkit::sansio::Frame;
//! use stonechat_testkit::{Link, Loss, Pair, clock, in_path, seeds};
//!
//! struct Ask { due: Option<Instant>, owes: bool, heard: bool }
//!
//! impl Ask {
//!     fn new(due: Option<Instant>) -> Self { Self { due, owes: false, heard: false } }
//!     fn handle_packet(&mut self, _: Instant, packet: BytesMut) {
//!         self.owes |= packet == "?";
//!         self.heard |= packet == "!";
//!     }
//!     fn handle_timeout(&mut self, _: Instant) {}
//!     fn poll_timeout(&self) -> Option<Instant> { self.due.filter(|_| !self.heard) }
//!     fn poll_transmit(&mut self, now: Instant, out: &mut Frame<'_>) -> Option<()> {
//!         if self.owes {
//!             out.put_slice(b"!").ok()?;
//!             self.owes = false;
//!             return Some(());
//!         }
//!         self.poll_timeout().filter(|due| *due <= now)?;
//!         out.put_slice(b"?").ok()?;
//!         self.due = Some(now + Duration::from_millis(100));
//!         Some(())
//!     }
//!     fn poll_event(&mut self) -> Option<String> { None }
//! }
//!
//! in_path! { struct Peer(Ask), event = String }
//!
//! seeds(20, |seed| {
//!     let (a, b) = (Peer(Ask::new(Some(clock::start()))), Peer(Ask::new(None)));
//!     let link = Link { loss: Loss::Random(0.3), ..Link::delay(Duration::from_millis(20)) };
//!     let mut pair = Pair::new(seed, a, b).with_link(link);
//!     assert!(pair.run_until(Duration::from_secs(60), |pair| pair.a.heard));
//! });
//! ```
//!
//! A run that fails prints its seed; `STONECHAT_SEED=7 cargo test name_of_the_test` runs that one
//! alone.
//!
//! # The contract
//!
//! Implement [`contract::Subject`] for a unit struct in `tests/it/contract.rs` (a pair, what to do
//! with it, how to end it) and write `stonechat_testkit::contract!(Scenario);` below it. That makes
//! one test of each rule; what each does is in [`mod@contract`].
//!
//! # Network
//!
//! [`Network`] is a queue of events: hosts with addresses in [`Realm`]s, sockets, one link up and
//! one down for each host, translators nested as wanted. [`World`] drives one machine on each host;
//! a machine opens its sockets in [`Machine::service`]. Drive it by hand with [`Network::send`],
//! [`Network::receive`] and [`Network::poll_timeout`] where a `World` is too much. What it lost and
//! why is in [`Network::trace`].
//!
//! # Toy cryptography
//!
//! [`provider()`](provider::provider) has every algorithm, with the real lengths of keys, tags,
//! shares, points and signatures, and notices any changed octet and any wrong key, nonce or message.
//! It costs next to nothing, so that thousands of seeds run in a debug build. It interoperates with
//! nothing and protects nothing.

pub mod clock;
pub mod contract;
pub mod corpus;
pub mod machine;
mod network;
mod pair;
pub mod provider;
mod seeds;
mod transcript;
mod world;

pub use bytes;
pub use stonechat_sansio as sansio;

pub use machine::Machine;
pub use network::{
    Dependence, DropReason, GilbertElliott, Happened, HostId, Link, Loss, Nat, NatId, Network,
    OpenError, Ports, Realm, StreamEvent, Trace, TraceEntry,
};
pub use pair::Pair;
pub use seeds::{SEED_VARIABLE, seeds};
pub use transcript::{Entry, Side, Transcript, What};
pub use world::{PartyId, World};
