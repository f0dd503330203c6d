//! DTLS (RFC 6347) for WebRTC: a sans-IO session with DTLS-SRTP (RFC 5764).
//!
//! A [`Session`] is a function of bytes and time. It has no socket, no clock and no thread: the
//! caller hands in the peer's datagrams and the time, and polls for datagrams, events and data. It
//! speaks DTLS 1.2 in both roles, with certificates on both sides that are checked against the
//! fingerprints of the signalling (RFC 8827, section 6.5), and nothing else: no names, no
//! certificate authorities, no resumption, no renegotiation.
//!
//! ```
//! use std::time::Instant;
//!
//! use bytes::BytesMut;
//! use stonechat_dtls::{Event, Session};
//! use stonechat_sansio::Frame;
//!
//! /// One turn of an event loop around `session`.
//! fn turn(session: &mut Session, now: Instant, received: Vec<BytesMut>, send: &mut dyn FnMut(&[u8])) {
//!     for packet in received {
//!         session.handle_packet(now, packet);
//!     }
//!     session.handle_timeout(now);
//!     while let Some(data) = session.poll_data() {
//!         println!("{} octets from the peer", data.len());
//!     }
//!     while let Some(event) = session.poll_event() {
//!         match event {
//!             Event::Connected(connected) => println!("{}", connected.cipher_suite.name()),
//!             Event::Closed(reason) => println!("{reason:?}"),
//!             _ => {}
//!         }
//!     }
//!     let mut buffer = Vec::new();
//!     loop {
//!         buffer.clear();
//!         let mut frame = Frame::new(&mut buffer, 1200);
//!         if session.poll_transmit(now, &mut frame).is_none() { break }
//!         frame.commit();
//!         send(&buffer);
//!     }
//! }
//! ```
//!
//! | verb | what it does |
//! | --- | --- |
//! | [`Session::handle_packet`] | takes a datagram |
//! | [`Session::handle_timeout`], [`Session::poll_timeout`] | the clock |
//! | [`Session::poll_transmit`] | writes a datagram of the handshake, or an alert |
//! | [`Session::poll_event`] | `Connected` with the keys for SRTP, `Closed` |
//! | [`Session::poll_data`] | application data, decrypted in place |
//! | [`Session::overhead`], [`Session::seal`] | application data, encrypted in place |
//! | [`Session::export`] | keying material |
//! | [`Session::set_remote_fingerprints`] | who the peer must be |
//!
//! | specification | what of it |
//! | --- | --- |
//! | RFC 6347, RFC 5246 | DTLS 1.2: records, fragments, flights, cookies, alerts |
//! | RFC 8422, RFC 5288, RFC 5289, RFC 7905 | ECDHE with ECDSA or RSA; AES-GCM and ChaCha20-Poly1305 |
//! | RFC 7627 | extended master secret, demanded |
//! | RFC 5746 | said, so that no renegotiation is ever accepted |
//! | RFC 5764, RFC 7714 | profiles and keys for SRTP |
//! | RFC 5705 | exporters |
//! | RFC 8122, RFC 8827 | fingerprints |

#![cfg_attr(doctest, doc = include_str!("../README.md"))]

#[cfg(test)]
extern crate self as stonechat_dtls;

mod alert;
mod cipher_suite;
mod codec;
mod config;
mod error;
mod event;
mod export;
mod extension;
mod fault;
mod flight;
mod fragment;
mod handshake;
#[cfg(test)]
#[expect(dead_code, reason = "the tests from outside take the rest")]
#[path = "../tests/it/peers.rs"]
mod peers;
mod record;
mod session;
mod srtp_profile;
mod stats;
mod timer;
mod transcript;
mod v12;
mod verify;

pub use alert::AlertDescription;
pub use cipher_suite::CipherSuite;
pub use config::{Config, CookiePolicy, Role};
pub use error::ExportError;
pub use event::{CloseReason, Connected, Event, KeyAndSalt, ProtocolVersion, SrtpKeys, State};
pub use session::Session;
pub use srtp_profile::SrtpProfile;
pub use stats::{DropReason, Stats};
