use std::net::{IpAddr, SocketAddr};

/// What a [`Client`](crate::Client) reports. [`Failed`](Self::Failed) and
/// [`Closed`](Self::Closed) are the last ones.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The server relays for us.
    Allocated {
        /// The relayed transport address: what peers send to.
        relayed: SocketAddr,
        /// Our address as the server sees it: a server-reflexive transport address.
        mapped: SocketAddr,
    },
    /// The server lets datagrams from this address through.
    Permitted(IpAddr),
    /// The server refused a permission for this address, or did not answer. Asking again is
    /// possible by [`Client::permit`](crate::Client::permit).
    PermissionDenied(IpAddr),
    /// There is no allocation, or there is none any more.
    Failed {
        /// The code of the server's error response; `None` if there was no usable response.
        code: Option<u16>,
        /// A text for people: the server's, or ours.
        reason: String,
    },
    /// The allocation was given up by [`Client::close`](crate::Client::close).
    Closed,
}
