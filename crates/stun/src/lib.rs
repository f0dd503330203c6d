//! STUN: messages, their integrity, and client transactions.
//!
//! The codec is a function of octets: [`Message`] is a view that checks all lengths once and reads
//! lazily, [`Builder`] describes what is to be written. It allocates nothing while parsing, signing
//! and verifying, takes slices, and never panics on any input. The machines are functions of octets
//! and time without sockets or clocks: [`Transaction`] knows when a request is due, and
//! [`BindingClient`] asks a server once from where it sees us.
//!
//! This is not an ICE agent and not a TURN client; the crates `stonechat-ice` and `stonechat-turn`
//! are built on this one. There is no server; answering a Binding request is a dozen lines:
//!
//! ```
//! use std::net::SocketAddr;
//!
//! use stonechat_stun::{Attribute, Builder, Class, Message, Method};
//!
//! /// Writes the answer to `request`, which came from `source`, into `out`.
//! fn answer(request: &[u8], source: SocketAddr, out: &mut [u8]) -> Option<usize> {
//!     let request = Message::parse(request).ok()?;
//!     if request.class() != Class::Request || request.method() != Method::BINDING {
//!         return None;
//!     }
//!     let unknown: Vec<u16> = request.unknown_required().collect();
//!     let id = request.transaction_id();
//!     let response = if unknown.is_empty() {
//!         Builder::new(Class::Success, Method::BINDING, id)
//!             .attribute(Attribute::XorMappedAddress(source))
//!     } else {
//!         Builder::new(Class::Error, Method::BINDING, id)
//!             .attribute(Attribute::ErrorCode { code: 420, reason: "Unknown Attribute" })
//!             .attribute(Attribute::UnknownAttributes(&unknown))
//!     };
//!     response.fingerprint().encode(out).ok()
//! }
//! ```
//!
//! # Machines
//!
//! [`BindingClient`] has the verbs of every machine of stonechat: `handle_datagram` and
//! `handle_timeout` in, `poll_timeout`, `poll_transmit` and `poll_event` out. Network input cannot
//! fail the caller, time may jump, and after the event everything is inert.
//!
//! ```no_run
//! # use std::time::Instant;
//! # use stonechat_sansio::{Batch, Datagram, Transmit};
//! # use stonechat_stun::{BindingClient, BindingEvent};
//! # struct Driver;
//! # impl Driver {
//! #     fn now(&self) -> Instant { unimplemented!() }
//! #     fn send(&self, _: Transmit, _: &[u8]) {}
//! #     fn receive_until(&self, _: Option<Instant>) -> Option<Datagram> { None }
//! # }
//! fn discover(mut client: BindingClient, driver: &Driver) -> BindingEvent {
//!     let mut buffer = Vec::new();
//!     loop {
//!         buffer.clear();
//!         let mut batch = Batch::new(&mut buffer, 1, 1_200);
//!         if let Some(transmit) = client.poll_transmit(driver.now(), &mut batch) {
//!             driver.send(transmit, &buffer);
//!         }
//!         if let Some(event) = client.poll_event() {
//!             return event;
//!         }
//!         match driver.receive_until(client.poll_timeout()) {
//!             Some(datagram) => drop(client.handle_datagram(driver.now(), datagram)),
//!             None => client.handle_timeout(driver.now()),
//!         }
//!     }
//! }
//! ```
//!
//! # Specifications
//!
//! | text | what of it |
//! | --- | --- |
//! | RFC 8489 | messages, attributes, both integrity attributes, FINGERPRINT, short-term and long-term keys, USERHASH, password algorithms, security bits of the nonce, client transactions |
//! | RFC 5389 | what it lacks of the above is not used unless a server offers it |
//! | RFC 8445, section 16 | PRIORITY, USE-CANDIDATE, ICE-CONTROLLING, ICE-CONTROLLED |
//! | RFC 8656, section 18 | the attributes of TURN |
//! | RFC 5780, section 7 | CHANGE-REQUEST, RESPONSE-ORIGIN, OTHER-ADDRESS |
//! | RFC 7064, RFC 7065 | URIs of STUN and TURN servers |
//! | RFC 8265, section 4.2 | preparation of names and passwords, with the rule of [`opaque_string`] |

#![cfg_attr(doctest, doc = include_str!("../README.md"))]

mod attribute;
mod binding_client;
mod builder;
mod credential;
mod error;
mod fingerprint;
mod header;
mod message;
mod nonce;
mod opaque_string;
mod password_algorithm;
mod retransmit;
mod transaction;
mod transaction_id;
mod uri;

pub use attribute::{AddressFamily, Attribute, AttributeType, ErrorCode, RawAttribute};
pub use binding_client::{
    BindingClient, BindingConfig, BindingDropReason, BindingEvent, BindingFailure, BindingStats,
};
pub use builder::Builder;
pub use credential::{Integrity, IntegrityKey, user_hash};
pub use error::{Full, IntegrityError, ParseError};
pub use header::{Class, HEADER_LEN, MAGIC_COOKIE, Method, frame_len, is_stun};
pub use message::Message;
pub use nonce::SecurityFeatures;
pub use opaque_string::opaque_string;
pub use password_algorithm::PasswordAlgorithm;
pub use retransmit::Schedule;
pub use transaction::{Due, Transaction};
pub use transaction_id::TransactionId;
pub use uri::{Host, Scheme, Uri, UriError, UriTransport};
