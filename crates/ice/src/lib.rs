//! ICE (RFC 8445): a sans-IO agent with trickle, restart and consent.
//!
//! The [`Agent`] finds a path between two hosts and keeps the peer's consent to use it. It opens no
//! socket, reads no clock and starts no thread: its driver does what it asks for and tells it the
//! time. One agent serves one component (RTP and RTCP multiplexed with everything else) over UDP
//! and TCP; it is a full agent and talks to lite ones.
//!
//! ```
//! # use std::time::Instant;
//! # use stonechat_ice::{Agent, Event, Request};
//! # use stonechat_sansio::{Batch, Datagram};
//! # trait Io {
//! #     fn fulfil(&mut self, agent: &mut Agent, request: Request);
//! #     fn send(&mut self, path: stonechat_sansio::Path, octets: &[u8]);
//! #     fn signal(&mut self, event: Event);
//! #     fn deliver(&mut self, datagram: Datagram);
//! #     fn wait(&mut self, until: Option<Instant>) -> (Instant, Option<Datagram>);
//! # }
//! fn drive(agent: &mut Agent, io: &mut impl Io, mut now: Instant) {
//!     let mut buffer = Vec::new();
//!     loop {
//!         while let Some(request) = agent.poll_request() {
//!             io.fulfil(agent, request); // ends in `agent.handle_reply`
//!         }
//!         while let Some(run) = agent.poll_transmit(now, &mut Batch::new(&mut buffer, 1, 1500)) {
//!             io.send(run.path(), &buffer);
//!             buffer.clear();
//!         }
//!         while let Some(event) = agent.poll_event() {
//!             io.signal(event);
//!         }
//!         let (then, arrived) = io.wait(agent.poll_timeout());
//!         now = then;
//!         agent.handle_timeout(now);
//!         if let Some(data) = arrived.and_then(|arrived| agent.handle_datagram(now, arrived)) {
//!             io.deliver(data);
//!         }
//!     }
//! }
//! ```
//!
//! # Sending
//!
//! [`Agent::send_route`] names the path. Reserve [`Agent::overhead`] in the frame, write, and let
//! [`Agent::wrap`] put the header of a relay in front; the datagram goes to [`Agent::physical`]. A
//! relayed local address has a socket id of its own from 0x8000_0000 up, so that a
//! [`Path`](stonechat_sansio::Path) names every route. Without consent there is no route.
//!
//! # Connections
//!
//! Where UDP is blocked, an agent connects over TCP to a passive candidate of the peer, and listens
//! itself if [`TcpConfig::passive`] says so. [`Request::ListenTcp`] and [`Request::Connect`] ask for
//! it; what a listener accepts is pushed in with [`Agent::handle_accepted`], and the end of a
//! connection with [`Agent::handle_socket_closed`]. The socket id of a connection names it in paths.
//! The [framing] belongs to this crate: what [`Agent::poll_transmit`] and [`Agent::wrap`] give for
//! the path of a connection is to be written to it as it is, and what is read goes through a
//! [`Deframer`](framing::Deframer), packet by packet, into [`Agent::handle_datagram`]. The addresses
//! of such a datagram's path do not matter.
//!
//! A connection of a stranger costs an entry in a table of [`TcpConfig::max_accepted`] until
//! [`TcpConfig::accept_timeout`]; the first octet that is not STUN ends it. One that breaks is
//! opened again by the side that opened it, while the state is [`State::Disconnected`].
//!
//! Active candidates are not told unless [`ActiveTcp::Told`] asks for it. There are no
//! server-reflexive TCP candidates (RFC 6544, section 5, leaves all but host candidates to the
//! implementation; they need a translator that lets simultaneous opening through), no relayed ones
//! (RFC 6062) and no simultaneous opening: browsers have none of these either.
//!
//! # The contract
//!
//! Calls leave the agent settled and have no required order; packets are built when they are
//! polled; time may stand still or jump back; network input cannot fail the caller; a command that
//! fails changed nothing; memory is bounded by [`Config`]; after [`State::Closed`] everything is
//! inert; nothing is taken from the surroundings; the same seed and input give the same octets.
//!
//! # Specifications
//!
//! | document | what of it |
//! | --- | --- |
//! | RFC 8445 | full agent, one component; regular nomination, followed also from aggressive peers |
//! | RFC 8838, 8839 | trickle; candidate attribute with unknown extensions |
//! | RFC 8863 | patience before failure |
//! | RFC 7675 | consent |
//! | RFC 8421 | order of address families |
//! | RFC 6544 | active and passive host candidates; reconnection |
//! | RFC 4571 | framing |
//! | RFC 6762 and the draft on mDNS candidates | names, queries and answers: [`mdns`] |

#![cfg_attr(doctest, doc = include_str!("../README.md"))]

mod agent;
mod candidate;
mod check_list;
mod config;
mod credentials;
mod error;
mod event;
pub mod framing;
mod gather;
mod interface;
pub mod mdns;
mod pair;
mod remote;
mod request;
mod server;
mod session;
mod stats;

pub use agent::{Agent, Undone};
pub use candidate::{
    Candidate, CandidateAddress, CandidateKind, CandidateParseError, TcpType, TransportProtocol,
    candidate_priority, pair_priority, tcp_candidate_priority,
};
pub use config::{ActiveTcp, Config, HostAddresses, Policy, Role, TcpConfig};
pub use credentials::{Credentials, CredentialsError};
pub use error::CandidateError;
pub use event::{Event, GatheringState, State};
pub use interface::Interface;
pub use request::{Reply, Request, RequestId};
pub use server::{IceServer, ServerUrlError};
pub use stats::{DropReason, PairId, PairState, PairStats, Stats};
