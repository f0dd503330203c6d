//! What a core cannot do itself and asks its driver for.

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;

use stonechat_sansio::SocketId;

use crate::identity::{
    IdentityAssertionResult, IdentityProviderDetails, IdentityProviderError,
    IdentityProviderOptions, IdentityValidationResult,
};

/// Names one request; each is answered exactly once.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RequestId(pub u64);

/// One request to the driver.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Request {
    /// Open a UDP socket; answered by [`Reply::Opened`].
    OpenUdp {
        /// Names the request.
        id: RequestId,
        /// The address to bind.
        bind: IpAddr,
        /// The ports to choose from; any if `None`.
        ports: Option<RangeInclusive<u16>>,
    },
    /// Listen for TCP connections; answered by [`Reply::Opened`]. What comes in is pushed in with
    /// [`Connection::handle_accepted`](crate::Connection::handle_accepted).
    ListenTcp {
        /// Names the request.
        id: RequestId,
        /// The address to bind.
        bind: IpAddr,
        /// The ports to choose from; any if `None`.
        ports: Option<RangeInclusive<u16>>,
    },
    /// Open a TCP connection; answered by [`Reply::Connected`]. Its octets are framed already, and
    /// what is read is taken apart by [`Deframer`](stonechat_ice::framing::Deframer).
    Connect {
        /// Names the request.
        id: RequestId,
        /// The local address, at any port.
        local: IpAddr,
        /// Where to.
        remote: SocketAddr,
    },
    /// Close a socket, listener or connection; no answer. What was written to a connection before
    /// may still go.
    CloseSocket(SocketId),
    /// Look up the addresses of a server's name; answered by [`Reply::Resolved`].
    Resolve {
        /// Names the request.
        id: RequestId,
        /// The name.
        host: String,
        /// The port, kept for the driver's convenience.
        port: u16,
    },
    /// Look up a `.local` name by multicast DNS only; answered by [`Reply::Resolved`].
    ResolveMdns {
        /// Names the request.
        id: RequestId,
        /// The name.
        name: String,
    },
    /// Answer multicast DNS queries for a name of ours; answered by [`Reply::Published`].
    PublishMdns {
        /// Names the request.
        id: RequestId,
        /// The address behind the name.
        address: IpAddr,
        /// The name.
        name: String,
    },
    /// Ask the identity provider of this domain, and of the protocol in the options, to assert
    /// `contents`; answered by [`Reply::Asserted`] or [`Reply::IdentityFailed`].
    Assert {
        /// Names the request.
        id: RequestId,
        /// The domain of the provider.
        domain: String,
        /// What to assert; opaque.
        contents: String,
        /// For which origin.
        origin: String,
        /// What `setIdentityProvider()` was given.
        options: IdentityProviderOptions,
    },
    /// Ask an identity provider to validate an assertion of the peer; answered by
    /// [`Reply::Validated`] or [`Reply::IdentityFailed`].
    Validate {
        /// Names the request.
        id: RequestId,
        /// The provider.
        idp: IdentityProviderDetails,
        /// The assertion; opaque.
        assertion: String,
        /// For which origin.
        origin: String,
    },
    /// The answer is no longer wanted; it may still come.
    Cancel(RequestId),
}

/// The driver's answer.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Reply {
    /// The socket or listener is open.
    Opened {
        /// The name that the driver gave it, below `0x8000_0000`.
        socket: SocketId,
        /// Its address.
        local: SocketAddr,
    },
    /// The connection is open.
    Connected {
        /// The name that the driver gave it, below `0x8000_0000`.
        socket: SocketId,
    },
    /// The addresses; empty if there are none.
    Resolved(Vec<IpAddr>),
    /// The name is published.
    Published,
    /// The provider asserts it.
    Asserted(Box<IdentityAssertionResult>),
    /// The provider validated it.
    Validated(Box<IdentityValidationResult>),
    /// The identity provider failed.
    IdentityFailed(Box<IdentityProviderError>),
    /// It could not be done.
    Failed,
}
