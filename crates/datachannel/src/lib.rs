//! WebRTC data channels (RFC 8831, RFC 8832): all channels of one SCTP association, as a machine
//! without sockets, clocks or threads.
//!
//! [`Channels`] owns the [`Association`](stonechat_sctp::Association) and is driven like it:
//! packets in, packets out, timeouts, events; see its front page for the loop and the contract.
//!
//! ```
//! use std::time::{Instant, SystemTime};
//! use bytes::{Bytes, BytesMut};
//! use stonechat_datachannel::{Channels, Config, Event, Parameters, Payload, Role};
//! use stonechat_sansio::{Env, Frame, Seed};
//!
//! # #[expect(clippy::disallowed_methods, reason = "an example needs a clock")]
//! # fn main() {
//! let now = Instant::now();
//! let crypto = stonechat_crypto::rust::provider();
//! let env = |n| Env::new(Seed::from_u64(n), (now, SystemTime::UNIX_EPOCH), crypto.clone());
//! let mut ends = [1, 2].map(|n| Channels::new(Config::default(), &env(n), now));
//! let chat = ends[0].open(now, Parameters::labelled("chat")).unwrap();
//! ends[0].start(now, Role::DtlsClient);
//! ends[1].start(now, Role::DtlsServer);
//! let mut buffer = Vec::new();
//! for turn in 0..20 {
//!     let (from, to) = (turn % 2, 1 - turn % 2);
//!     loop {
//!         let mut frame = Frame::new(&mut buffer, 1200);
//!         if ends[from].poll_transmit(now, &mut frame).is_none() { break }
//!         let packet = BytesMut::from(frame.body());
//!         ends[to].handle_packet(now, packet);
//!     }
//!     if turn == 9 {
//!         ends[0].send(now, chat, Payload::Text(Bytes::from_static(b"hi"))).unwrap();
//!     }
//! }
//! let events: Vec<_> = std::iter::from_fn(|| ends[1].poll_event()).collect();
//! let Event::Announced(theirs) = events[1] else { panic!() };
//! assert_eq!(ends[1].recv(now, theirs).unwrap().data.into_bytes(), "hi");
//! # }
//! ```
//!
//! | matter | rule |
//! | --- | --- |
//! | stream ids | even for the DTLS client, odd for the server, the lowest free one, once the role is known |
//! | OPEN with our parity, of unknown type, malformed, or above [`Config::max_channels`] | refused: our side of the stream is reset, nothing is announced |
//! | OPEN on a channel in use | the channel is closed |
//! | data on a stream without channel | dropped, the stream is reset |
//! | payload identifiers 52 and 54 (deprecated fragments) and unknown ones | the channel is closed: joining fragments outside SCTP's window would need memory that no window bounds, and no current peer sends them |
//! | a message above the limit | the channel is closed |
//! | unread messages | keep the SCTP window closed |
//! | messages before a close by the peer | are all given by `recv` before [`Event::Closed`] |
//! | messages after a close of our own | are dropped |

#![cfg_attr(doctest, doc = include_str!("../README.md"))]

mod channel;
mod channel_id;
mod channels;
mod close;
mod config;
mod error;
mod event;
mod negotiate;
mod open;
mod parameters;
mod stats;

pub use channel::State;
pub use channel_id::ChannelId;
pub use channels::Channels;
pub use config::Config;
pub use error::{OpenError, SendError};
pub use event::{CloseReason, Event};
pub use negotiate::Role;
pub use open::{Dcep, DcepError, Open};
pub use parameters::{Kind, Message, Parameters, Payload};
pub use stats::{ChannelStats, Stats};
