//! TURN: a client that gets a relayed address, keeps it and relays through it.
//!
//! A machine without sockets, clocks or threads: [`Client`] turns octets and time into octets and
//! events. It covers UDP between client and server, and UDP to peers. TCP and TLS to the server need
//! the cutting of a stream only, which is [`stream_frame_len`]; relaying TCP (RFC 6062) and a server
//! are not here.
//!
//! Nothing is copied on the way of relayed data: the header of a channel is written into room that
//! was reserved before the data, and what arrives is a slice of the received datagram.
//!
//! # The loop
//!
//! ```no_run
//! # use std::time::Instant;
//! # use stonechat_sansio::{Batch, Datagram, Frame, Path, Transmit};
//! # use stonechat_turn::{Client, Event};
//! # struct Driver;
//! # impl Driver {
//! #     fn now(&self) -> Instant { unimplemented!() }
//! #     fn send(&self, _: Path, _: &[u8]) {}
//! #     fn receive_until(&self, _: Option<Instant>) -> Option<Datagram> { None }
//! # }
//! # fn peers() -> Vec<std::net::SocketAddr> { Vec::new() }
//! fn echo(mut client: Client, driver: &Driver) -> Option<()> {
//!     let mut buffer = Vec::new();
//!     loop {
//!         buffer.clear();
//!         let mut batch = Batch::new(&mut buffer, 1, 1_200);
//!         while let Some(transmit) = client.poll_transmit(driver.now(), &mut batch) {
//!             driver.send(transmit.path(), &buffer);
//!             buffer.clear();
//!             batch = Batch::new(&mut buffer, 1, 1_200);
//!         }
//!         match client.poll_event() {
//!             Some(Event::Allocated { .. }) => for peer in peers() {
//!                 client.permit(driver.now(), peer).ok()?;
//!             },
//!             Some(Event::Failed { .. } | Event::Closed) => return None,
//!             _ => {}
//!         }
//!         let Some(datagram) = driver.receive_until(client.poll_timeout()) else {
//!             client.handle_timeout(driver.now());
//!             continue;
//!         };
//!         // Where `Some` comes back, a peer has spoken: here it gets its words back.
//!         let Some(data) = client.handle_datagram(driver.now(), datagram) else { continue };
//!         let peer = data.path().remote();
//!         buffer.clear();
//!         let mut packet = Frame::new(&mut buffer, 1_200);
//!         let mut frame = packet.reserve(client.overhead(peer))?;
//!         frame.put_slice(data.payload()).ok()?;
//!         client.wrap(peer, &mut frame)?;
//!         frame.commit();
//!         packet.commit();
//!         driver.send(client.server_path(), &buffer);
//!     }
//! }
//! ```
//!
//! # What it does by itself
//!
//! | what | when |
//! | --- | --- |
//! | Allocate, and again with credentials after 401 | at once |
//! | the same request with another nonce after 438 | at most five times in a row |
//! | Allocate at another server after 300 | once |
//! | Refresh | a minute before the end of the allocation |
//! | CreatePermission | after [`Client::permit`], then every four minutes |
//! | ChannelBind | after the permission, then every nine minutes |
//! | Refresh with lifetime 0 | after [`Client::close`] |
//!
//! # The contract
//!
//! Every public method returns with nothing left to route. Network input never fails the caller; it
//! is counted in [`Client::stats`]. Time that goes back stands still. A command that fails has
//! changed nothing. Memory is bounded by [`Config`]. After [`Event::Failed`] or [`Event::Closed`]
//! everything is inert. The same configuration, seed and input give the same octets.
//!
//! # Specifications
//!
//! | text | what of it |
//! | --- | --- |
//! | RFC 8656 | the client over UDP: allocations of either family, permissions, channels, indications, errors; not: EVEN-PORT, reservations, DONT-FRAGMENT, two families at once, mobility |
//! | RFC 8489, section 9.2 | long-term credentials with MD5 or SHA-256, USERHASH, protection against bidding down; error responses without integrity are believed, because servers in use send them so and refusing is all that they can do |
//! | RFC 8489, section 10 | ALTERNATE-SERVER |

#![cfg_attr(doctest, doc = include_str!("../README.md"))]

mod channel_data;
mod client;
mod config;
mod error;
mod event;
mod relay;
mod stats;

pub use channel_data::{
    CHANNEL_HEADER_LEN, ChannelData, ChannelNumber, NotFramed, stream_frame_len,
};
pub use client::Client;
pub use config::Config;
pub use error::PermitError;
pub use event::Event;
pub use stats::{DropReason, Stats};
