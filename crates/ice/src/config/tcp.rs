use std::ops::RangeInclusive;
use std::time::Duration;

/// How connections over TCP are used (RFC 6544). UDP is preferred to them in any case.
#[derive(Clone, Debug)]
pub struct TcpConfig {
    /// Whether connections to passive candidates of the peer are opened. Default:
    /// [`ActiveTcp::Untold`].
    pub active: ActiveTcp,
    /// Whether each own host address listens and is told as a passive candidate; for servers that
    /// clients behind a firewall have to reach. Default: no.
    pub passive: bool,
    /// Ports that may be listened on; `None` leaves it to the system. Default: `None`.
    pub ports: Option<RangeInclusive<u16>>,
    /// Most accepted connections at a time, at least 1. The oldest one that has not proven that it
    /// knows our password gives way; if all have, a new one is closed. Default: 16.
    pub max_accepted: usize,
    /// How long an accepted connection has for its first check with valid credentials before it is
    /// closed. Default: 10 s.
    pub accept_timeout: Duration,
    /// How long the controlling agent waits for a better pair than one over TCP, unless none can
    /// come: two retransmissions of a check over UDP. Data flows meanwhile. Default: 1.6 s.
    pub nomination_wait: Duration,
}

impl Default for TcpConfig {
    fn default() -> Self {
        Self {
            active: ActiveTcp::default(),
            passive: false,
            ports: None,
            max_accepted: 16,
            accept_timeout: Duration::from_secs(10),
            nomination_wait: Duration::from_millis(1600),
        }
    }
}

/// What becomes of active TCP candidates, from which connections are opened.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum ActiveTcp {
    /// There are none.
    Off,
    /// They are used with passive candidates of the peer, but not told. The peer needs not know
    /// them: who listens pairs no candidates but learns those that connect (RFC 6544,
    /// section 6.2).
    #[default]
    Untold,
    /// They are told as well, one for each host address, as browsers do; for peers that open a
    /// firewall or a relay for the addresses in them.
    Told,
}
