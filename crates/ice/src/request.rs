use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;

use stonechat_sansio::SocketId;

/// Names a [`Request`] in its [`Reply`].
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RequestId(pub u32);

/// What an agent asks its driver for. Every request with an id is answered once through
/// [`Agent::handle_reply`](crate::Agent::handle_reply).
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Request {
    /// Open a UDP socket. Answer: [`Reply::Opened`] or [`Reply::Failed`].
    OpenUdp {
        /// To be given back.
        id: RequestId,
        /// The local address.
        bind: IpAddr,
        /// Ports to choose from; any if `None`.
        ports: Option<RangeInclusive<u16>>,
    },
    /// Close a socket that was opened for the agent. No answer.
    CloseSocket(SocketId),
    /// Find the addresses of a STUN or TURN server. Answer: [`Reply::Resolved`] or
    /// [`Reply::Failed`].
    Resolve {
        /// To be given back.
        id: RequestId,
        /// The name. It comes from the configuration, never from the peer.
        host: String,
        /// The port, for resolvers that ask for both.
        port: u16,
    },
    /// Ask for a `.local` name by multicast DNS, never by unicast DNS. Answer:
    /// [`Reply::Resolved`] or [`Reply::Failed`].
    ResolveMdns {
        /// To be given back.
        id: RequestId,
        /// The name with `.local`.
        name: String,
    },
    /// Answer multicast DNS queries for `name` with `address`. Answer: [`Reply::Published`] or
    /// [`Reply::Failed`]; the candidate is told without waiting for it.
    PublishMdns {
        /// To be given back.
        id: RequestId,
        /// An own address.
        address: IpAddr,
        /// The name with `.local`.
        name: String,
    },
}

/// What became of a [`Request`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Reply {
    /// A socket is open.
    Opened {
        /// Its name in paths, below 0x8000_0000.
        socket: SocketId,
        /// Its local address and port.
        local: SocketAddr,
    },
    /// A name has these addresses.
    Resolved(Vec<IpAddr>),
    /// A name is published.
    Published,
    /// It could not be done.
    Failed,
}
