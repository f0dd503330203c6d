mod tcp;

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::{Credentials, IceServer};

pub use tcp::{ActiveTcp, TcpConfig};

/// What an [`Agent`](crate::Agent) is made of. All limits have the defaults named here.
#[derive(Clone, Debug)]
pub struct Config {
    /// The role to begin with; a conflict may change it. Default: controlling.
    pub role: Role,
    /// Local credentials of the first generation, from the signalling layer; made from the seed if
    /// `None`. Default: `None`.
    pub credentials: Option<Credentials>,
    /// Which local candidates are gathered and used. Default: all.
    pub policy: Policy,
    /// STUN and TURN servers. Default: none.
    pub servers: Vec<IceServer>,
    /// Whether own host addresses are told as they are or as multicast DNS names. Default: told.
    pub host_addresses: HostAddresses,
    /// Ports that host candidates may use; `None` leaves it to the system. Default: `None`.
    pub ports: Option<RangeInclusive<u16>>,
    /// Connections over TCP. Default: opened to peers that listen, not told and not accepted.
    pub tcp: TcpConfig,
    /// Whether addresses of loopback interfaces are used. They are used anyway when there is
    /// nothing else. Default: no.
    pub include_loopback: bool,
    /// Whether link-local addresses are used. Default: no.
    pub include_link_local: bool,
    /// Characters in front of the random part of local username fragments, at most 16 `ice-char`s
    /// of them; for servers that route datagrams by it. Default: empty.
    pub ufrag_prefix: String,
    /// Smallest interval between the starts of two transactions (RFC 8445, section 14.2), at
    /// least 5 ms. Default: 50 ms.
    pub ta: Duration,
    /// First retransmission timeout of a check; more when there are many pairs (RFC 8445,
    /// section 14.3). Default: 500 ms.
    pub rto: Duration,
    /// Requests sent per check (Rc of RFC 8489), 1 to 16. Default: 7.
    pub max_requests: u32,
    /// How long the controlling agent waits for a better pair once one is valid that is not the
    /// best of all. Data flows meanwhile. Default: 200 ms.
    pub nomination_wait: Duration,
    /// The same when the best valid pair is relayed. Default: 500 ms.
    pub relay_nomination_wait: Duration,
    /// How long the agent waits for connectivity before it may fail (RFC 8863). Default: 39.5 s.
    pub patience: Duration,
    /// Mean interval of consent checks, at least 5 s (RFC 7675). Default: 5 s.
    pub consent_interval: Duration,
    /// How long sending goes on after the last answer, at most 30 s (RFC 7675). Default: 30 s.
    pub consent_timeout: Duration,
    /// How long a consent check stays without answer before the state is `Disconnected`.
    /// Default: 5 s.
    pub disconnected_timeout: Duration,
    /// Most candidate pairs. Default: 100.
    pub max_pairs: usize,
    /// Most remote candidates, waiting ones included. Default: 100.
    pub max_remote_candidates: usize,
    /// Most peer-reflexive remote candidates, and local ones. The oldest unused one gives way.
    /// Default: 32.
    pub max_peer_reflexive: usize,
    /// Most own host addresses. Default: 16.
    pub max_host_candidates: usize,
    /// Octets of requests to one address that does not answer, before its pairs are given up.
    /// Default: 50 KiB.
    pub max_unanswered_octets: usize,
    /// Most answers that wait to be polled; the oldest gives way. Default: 64.
    pub max_responses: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            role: Role::Controlling,
            credentials: None,
            policy: Policy::All,
            servers: Vec::new(),
            host_addresses: HostAddresses::Told,
            ports: None,
            tcp: TcpConfig::default(),
            include_loopback: false,
            include_link_local: false,
            ufrag_prefix: String::new(),
            ta: Duration::from_millis(50),
            rto: Duration::from_millis(500),
            max_requests: 7,
            nomination_wait: Duration::from_millis(200),
            relay_nomination_wait: Duration::from_millis(500),
            patience: Duration::from_millis(39_500),
            consent_interval: Duration::from_secs(5),
            consent_timeout: Duration::from_secs(30),
            disconnected_timeout: Duration::from_secs(5),
            max_pairs: 100,
            max_remote_candidates: 100,
            max_peer_reflexive: 32,
            max_host_candidates: 16,
            max_unanswered_octets: 50 * 1024,
            max_responses: 64,
        }
    }
}

impl Config {
    /// Brings every number into its range.
    pub(crate) fn clamped(mut self) -> Self {
        self.ta = self.ta.max(Duration::from_millis(5));
        self.rto = self.rto.max(Duration::from_millis(20));
        self.max_requests = self.max_requests.clamp(1, 16);
        self.consent_interval = self.consent_interval.max(Duration::from_secs(5));
        self.consent_timeout = self.consent_timeout.min(Duration::from_secs(30));
        self.tcp.max_accepted = self.tcp.max_accepted.max(1);
        self.max_pairs = self.max_pairs.max(1);
        self.max_responses = self.max_responses.max(1);
        self.max_peer_reflexive = self.max_peer_reflexive.max(1);
        self.ufrag_prefix
            .retain(|c| u8::try_from(c).is_ok_and(crate::candidate::is_ice_char));
        self.ufrag_prefix.truncate(16);
        self
    }
}

/// The role of an agent (RFC 8445, section 2.3).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Role {
    /// Nominates the pair to be used.
    Controlling,
    /// Follows the other's nomination.
    Controlled,
}

impl Role {
    /// The other role.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Controlling => Self::Controlled,
            Self::Controlled => Self::Controlling,
        }
    }
}

/// Which candidates an agent uses (W3C `RTCIceTransportPolicy`).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Policy {
    /// All kinds.
    #[default]
    All,
    /// Relayed ones only.
    Relay,
}

/// How own host addresses appear in candidates.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum HostAddresses {
    /// As addresses.
    #[default]
    Told,
    /// As multicast DNS names made of random UUIDs; no related address tells them either.
    Hidden,
}
