mod attribute;
mod foundation;
mod permitted;
mod preference;
mod priority;

use std::net::IpAddr;

pub use attribute::CandidateParseError;
pub(crate) use attribute::is_ice_char;
pub(crate) use foundation::Foundations;
pub(crate) use permitted::{can_pair, can_reach, canonical, is_contactable, is_link_local};
pub(crate) use preference::{alternate, local_preference};
pub use priority::{candidate_priority, pair_priority, tcp_candidate_priority};

/// An ICE candidate as it is written in signalling: the value of `a=candidate` (RFC 8839,
/// section 5.1) and of the W3C's `RTCIceCandidate.candidate`.
///
/// Parsed with [`FromStr`](std::str::FromStr), with or without the leading `a=` and `candidate:`;
/// printed with [`Display`](std::fmt::Display) with a leading `candidate:`. Extensions that have no
/// field of their own survive in order.
///
/// ```
/// use stonechat_ice::{Candidate, CandidateKind};
///
/// let text = "candidate:1 1 udp 2130706431 192.0.2.7 5000 typ host ufrag Yx3w";
/// let candidate: Candidate = text.parse().unwrap();
/// assert_eq!(candidate.kind, CandidateKind::Host);
/// assert_eq!(candidate.ufrag.as_deref(), Some("Yx3w"));
/// assert_eq!(candidate.to_string(), text);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Candidate {
    /// Equal for candidates of one kind, base and server; 1 to 32 `ice-char`s.
    pub foundation: String,
    /// The component, 1 to 256; 1 is RTP and everything multiplexed with it.
    pub component: u16,
    /// The transport protocol.
    pub transport: TransportProtocol,
    /// The priority, 1 to 2^31 - 1.
    pub priority: u32,
    /// The address.
    pub address: CandidateAddress,
    /// The port; 9 for an active TCP candidate.
    pub port: u16,
    /// How it was obtained.
    pub kind: CandidateKind,
    /// `raddr` and `rport`: the base of a reflexive, the mapped address of a relayed candidate.
    /// Unspecified and 9 where the real one is hidden.
    pub related: Option<(CandidateAddress, u16)>,
    /// `tcptype` (RFC 6544) of a TCP candidate.
    pub tcp_type: Option<TcpType>,
    /// `generation`, an extension of browsers.
    pub generation: Option<u32>,
    /// `ufrag`: the username fragment of the generation that the candidate belongs to (RFC 8838).
    pub ufrag: Option<String>,
    /// `network-id`, an extension of browsers.
    pub network_id: Option<u32>,
    /// `network-cost`, an extension of browsers, 0 to 999.
    pub network_cost: Option<u32>,
    /// Other extensions in order: name and value.
    pub extensions: Vec<(String, String)>,
}

impl Candidate {
    /// Whether this agent can check the candidate: UDP or passive TCP, and an address, or a name
    /// to be asked for by multicast DNS.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        let transport = match self.transport {
            TransportProtocol::Udp => true,
            TransportProtocol::Tcp => self.tcp_type == Some(TcpType::Passive),
            TransportProtocol::Other(_) => false,
        };
        transport && !matches!(self.address, CandidateAddress::Name(_))
    }

    /// The type of a TCP candidate; `None` of one over UDP, whatever its text says.
    pub(crate) fn tcp(&self) -> Option<TcpType> {
        self.tcp_type
            .filter(|_| self.transport == TransportProtocol::Tcp)
    }
}

/// The connection address of a [`Candidate`].
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum CandidateAddress {
    /// An address.
    Ip(IpAddr),
    /// A `.local` name of one label, resolved by multicast DNS only.
    Mdns(String),
    /// Another name. Kept, never resolved: a name chosen by the peer makes no DNS query.
    Name(String),
}

/// How a candidate was obtained (RFC 8445, section 5.1.1). Ordered by preference, best first.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum CandidateKind {
    /// An address of an own interface.
    Host,
    /// Learned from a connectivity check.
    PeerReflexive,
    /// Learned from a STUN or TURN server.
    ServerReflexive,
    /// An address of a TURN server.
    Relayed,
}

/// The transport of a candidate.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum TransportProtocol {
    /// UDP.
    Udp,
    /// TCP (RFC 6544).
    Tcp,
    /// Another token, as it was written.
    Other(String),
}

/// Who opens a TCP connection (RFC 6544, section 4.5).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum TcpType {
    /// Opens connections.
    Active,
    /// Accepts connections.
    Passive,
    /// Both at once. Kept, not paired: few systems and no browser do it.
    SimultaneousOpen,
}
