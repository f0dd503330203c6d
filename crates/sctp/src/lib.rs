//! SCTP (RFC 9260) for use over DTLS, as WebRTC's data channels do (RFC 8261, RFC 8831): one
//! [`Association`] as a machine without sockets, clocks or threads.
//!
//! It is not a socket API: there is one path, kept by somebody else, and one peer.
//!
//! ```
//! use std::time::{Duration, Instant, SystemTime};
//! use bytes::{Bytes, BytesMut};
//! use stonechat_sansio::{Env, Frame, Seed};
//! use stonechat_sctp::{Association, Config, Event, Message, Ppid, StreamId};
//!
//! # #[expect(clippy::disallowed_methods, reason = "an example needs a clock")]
//! # fn main() {
//! let start = Instant::now();
//! let crypto = stonechat_crypto::rust::provider();
//! let env = |n| Env::new(Seed::from_u64(n), (start, SystemTime::UNIX_EPOCH), crypto.clone());
//! let mut ends = [1, 2].map(|n| Association::new(Config::default(), &env(n), start));
//! ends[0].connect(start);
//! ends[0].send(start, StreamId(7), Message::new(Ppid(51), Bytes::from_static(b"hi"))).unwrap();
//!
//! let mut buffer = Vec::new();
//! let mut quiet = false;
//! while !std::mem::replace(&mut quiet, true) {
//!     for from in 0..2 {
//!         loop {
//!             let mut frame = Frame::new(&mut buffer, 1200);
//!             if ends[from].poll_transmit(start, &mut frame).is_none() { break }
//!             let packet = BytesMut::from(frame.body());
//!             ends[1 - from].handle_packet(start, packet);
//!             quiet = false;
//!         }
//!     }
//! }
//! assert_eq!(ends[1].poll_event(), Some(Event::Connected));
//! assert_eq!(ends[1].poll_event(), Some(Event::Readable(StreamId(7))));
//! assert_eq!(ends[1].recv(start, StreamId(7)).unwrap().data.into_bytes(), "hi");
//! # let _ = Duration::ZERO;
//! # }
//! ```
//!
//! The contract of every machine of stonechat holds: each method returns with its work finished
//! and there is no required order of calls; packets are built when they are asked for; time never
//! goes back and a spurious timeout is harmless; no packet can fail the caller; a command that
//! fails changed nothing; memory is bounded by [`Config`]; after [`Event::Closed`] nothing
//! happens any more, but what had arrived can be read; the same seed and inputs give the same
//! octets.
//!
//! | specification | what of it |
//! | --- | --- |
//! | RFC 9260 | all that a single path needs; congestion control of section 7 |
//! | RFC 3758, 7496 | partial reliability by lifetime and by retransmissions |
//! | RFC 6525 | outgoing stream resets, both ways; other requests are denied |
//! | RFC 7053 | the I bit |
//! | RFC 8261 | packets without addresses; no multihoming |
//! | RFC 9653 | zero checksums, if [`Config::zero_checksum`] |
//! | RFC 8260 | not yet: messages are not interleaved |
//!
//! Deviations, all towards what browsers do: the first congestion window is ten packets
//! ([`Config::initial_window`]), the smallest retransmission timeout 400 ms
//! ([`Config::rto_min`]), and a chunk that was sent again may be found lost again by chunks that
//! were sent after it.

#![cfg_attr(doctest, doc = include_str!("../README.md"))]

mod association;
mod cause;
mod chunk;
mod config;
mod congestion;
mod error;
mod event;
mod message;
mod packet;
mod parameter;
mod receive;
mod rto;
mod send;
mod state;
mod stats;
mod stream_id;
mod timer;
mod tsn;

pub use association::Association;
pub use config::Config;
pub use error::{ResetError, SendError};
pub use event::{CloseReason, Event, Violation};
pub use message::{Chunks, Message, Ppid, Received, Reliability};
pub use packet::checksum;
pub use state::State;
pub use stats::{Drops, Stats};
pub use stream_id::StreamId;
pub use tsn::Tsn;
