use std::net::{IpAddr, SocketAddr};

/// Names one socket of the driver. Its protocol and local port belong to the socket.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SocketId(pub u32);

/// Where a datagram came from or goes to.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Path {
    socket: SocketId,
    local: IpAddr,
    remote: SocketAddr,
}

impl Path {
    /// A path from `socket` with the local address `local` to `remote`.
    #[inline]
    #[must_use]
    pub const fn new(socket: SocketId, local: IpAddr, remote: SocketAddr) -> Self {
        Self {
            socket,
            local,
            remote,
        }
    }

    /// The socket of the driver.
    #[inline]
    #[must_use]
    pub const fn socket(&self) -> SocketId {
        self.socket
    }

    /// The local address: where a datagram arrived, or where it shall leave from.
    #[inline]
    #[must_use]
    pub const fn local(&self) -> IpAddr {
        self.local
    }

    /// The remote address and port.
    #[inline]
    #[must_use]
    pub const fn remote(&self) -> SocketAddr {
        self.remote
    }
}

/// The explicit congestion notification mark of a datagram (RFC 3168, section 5).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Ecn {
    /// Not capable of congestion notification.
    #[default]
    NotEct,
    /// ECT(1): low latency, low loss (RFC 9331).
    Ect1,
    /// ECT(0).
    Ect0,
    /// Congestion experienced.
    Ce,
}
