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
    /// Listen for TCP connections. Answer: [`Reply::Opened`] or [`Reply::Failed`]; connections
    /// then come through [`Agent::handle_accepted`](crate::Agent::handle_accepted).
    ListenTcp {
        /// To be given back.
        id: RequestId,
        /// The local address.
        bind: IpAddr,
        /// Ports to choose from; any if `None`.
        ports: Option<RangeInclusive<u16>>,
    },
    /// Open a TCP connection. Answer: [`Reply::Connected`] or [`Reply::Failed`].
    Connect {
        /// To be given back.
        id: RequestId,
        /// The local address; the port is for the system to choose.
        local: IpAddr,
        /// Where to.
        remote: SocketAddr,
    },
    /// Close a socket, listener or connection that was opened for the agent. No answer. What was
    /// written to a connection before may still go.
    CloseSocket(SocketId),
    /// The answer to this request is not wanted any more. No answer, though one may be on its way.
    Cancel(RequestId),
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
    /// A socket or listener is open.
    Opened {
        /// Its name in paths, below 0x8000_0000.
        socket: SocketId,
        /// Its local address and port.
        local: SocketAddr,
    },
    /// A connection is open.
    Connected {
        /// Its name in paths, below 0x8000_0000.
        socket: SocketId,
    },
    /// A name has these addresses.
    Resolved(Vec<IpAddr>),
    /// A name is published.
    Published,
    /// It could not be done.
    Failed,
}
