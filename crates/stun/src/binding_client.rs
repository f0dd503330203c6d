use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use stonechat_sansio::{Batch, Clock, Datagram, Ecn, Env, Path, Rng, SocketId, Transmit};

use crate::{
    Attribute, Builder, Class, Due, Message, Method, Schedule, Transaction, TransactionId,
};

/// Whom a [`BindingClient`] asks, and how.
#[derive(Clone, Debug)]
pub struct BindingConfig {
    socket: SocketId,
    local: IpAddr,
    server: SocketAddr,
    schedule: Schedule,
    software: Option<String>,
}

impl BindingConfig {
    /// Asks `server` through `socket`, whose local address is `local`.
    #[must_use]
    pub fn new(socket: SocketId, local: IpAddr, server: SocketAddr) -> Self {
        Self {
            socket,
            local,
            server,
            schedule: Schedule::default(),
            software: None,
        }
    }

    /// Sets when the request is sent again.
    #[must_use]
    pub fn schedule(self, schedule: Schedule) -> Self {
        Self { schedule, ..self }
    }

    /// Sets what SOFTWARE says; cut to 127 characters. Without it the attribute is left out.
    #[must_use]
    pub fn software(self, software: &str) -> Self {
        Self {
            software: Some(software.chars().take(127).collect()),
            ..self
        }
    }
}

/// What a [`BindingClient`] has found out. Each is the last one.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum BindingEvent {
    /// The server sees our datagrams come from here.
    Mapped {
        /// The server-reflexive transport address.
        address: SocketAddr,
        /// The round-trip time, if the response belongs to a single request.
        round_trip: Option<Duration>,
    },
    /// The server has not told us.
    Failed(BindingFailure),
}

/// Why a server has not told our address.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum BindingFailure {
    /// No response in the time of the [`Schedule`].
    TimedOut,
    /// An error response.
    Refused {
        /// The error code, from 300 to 699.
        code: u16,
        /// The reason phrase, a text for people; it may be empty.
        reason: String,
    },
    /// A success response without an address, or with an attribute that has to be understood and
    /// is not.
    Unusable,
}

/// What a [`BindingClient`] counts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct BindingStats {
    /// Requests sent.
    pub requests: u64,
    /// Responses that ended the transaction: 0 or 1.
    pub responses: u64,
    /// Datagrams from the server that were no STUN message or none of this transaction, given back
    /// to the caller.
    pub foreign: u64,
    dropped: [u64; 2],
}

impl BindingStats {
    /// Datagrams dropped for `reason`.
    #[must_use]
    pub const fn dropped(&self, reason: BindingDropReason) -> u64 {
        match reason {
            BindingDropReason::Malformed => self.dropped[0],
            BindingDropReason::WrongFingerprint => self.dropped[1],
        }
    }
}

/// Why a [`BindingClient`] dropped a datagram.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum BindingDropReason {
    /// STUN by its first octets, but not well formed.
    Malformed,
    /// FINGERPRINT is there and wrong.
    WrongFingerprint,
}

/// Asks a STUN server once from where it sees us: server-reflexive discovery.
///
/// A machine of the six verbs. It ends with one [`BindingEvent`]; after that it wants nothing and
/// gives all datagrams back.
///
/// # Spec
///
/// RFC 8489, sections 6 and 12; RFC 8445, section 5.1.1.2.
#[derive(Debug)]
pub struct BindingClient {
    config: BindingConfig,
    clock: Clock,
    /// `None` once it is over.
    transaction: Option<Transaction>,
    event: Option<BindingEvent>,
    stats: BindingStats,
}

impl BindingClient {
    /// A client whose first request is due at `now`.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "the shape of every machine")]
    pub fn new(config: BindingConfig, env: Env, now: Instant) -> Self {
        let mut rng: Rng = env.seed().child("binding").rng();
        let id = TransactionId::new(&mut rng);
        let transaction = Transaction::new(id, config.schedule, now);
        Self {
            config,
            clock: Clock::new(now),
            transaction: Some(transaction),
            event: None,
            stats: BindingStats::default(),
        }
    }

    /// Takes the response out of what arrives; gives back what is not of this transaction.
    pub fn handle_datagram(&mut self, now: Instant, datagram: Datagram) -> Option<Datagram> {
        let now = self.clock.advance(now);
        let Some(transaction) = &self.transaction else {
            return Some(datagram);
        };
        let path = datagram.path();
        if path.socket() != self.config.socket || path.remote() != self.config.server {
            return Some(datagram);
        }
        if !crate::is_stun(datagram.payload()) {
            self.stats.foreign += 1;
            return Some(datagram);
        }
        let Ok(message) = Message::parse(datagram.payload()) else {
            self.stats.dropped[0] += 1;
            return None;
        };
        if message.transaction_id() != transaction.id() || message.method() != Method::BINDING {
            self.stats.foreign += 1;
            return Some(datagram);
        }
        if message.has_fingerprint() && !message.verify_fingerprint() {
            self.stats.dropped[1] += 1;
            return None;
        }
        let unknown = message.unknown_required().next().is_some();
        let address = message
            .xor_mapped_address()
            .or_else(|| message.mapped_address());
        let event = match (message.class(), address) {
            (Class::Request | Class::Indication, _) => {
                self.stats.foreign += 1;
                return Some(datagram);
            }
            (Class::Success, Some(address)) if !unknown => BindingEvent::Mapped {
                address,
                round_trip: transaction.round_trip(now),
            },
            (Class::Success, _) => BindingEvent::Failed(BindingFailure::Unusable),
            (Class::Error, _) => BindingEvent::Failed(match message.error_code() {
                Some(error) if !unknown => BindingFailure::Refused {
                    code: error.code,
                    reason: error.reason.to_owned(),
                },
                _ => BindingFailure::Unusable,
            }),
        };
        self.stats.responses += 1;
        self.finish(event);
        None
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        let now = self.clock.advance(now);
        if self
            .transaction
            .as_mut()
            .is_some_and(|transaction| transaction.expire(now))
        {
            self.finish(BindingEvent::Failed(BindingFailure::TimedOut));
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.transaction.as_ref()?.deadline()
    }

    /// Writes the request, if it is due.
    pub fn poll_transmit(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit> {
        self.handle_timeout(now);
        let now = self.clock.now();
        let transaction = self.transaction.as_mut()?;
        if transaction.deadline().is_none_or(|at| at > now) {
            return None;
        }
        let mut request = Builder::new(Class::Request, Method::BINDING, transaction.id());
        if let Some(software) = &self.config.software {
            request.push(Attribute::Software(software));
        }
        let len = request.encoded_len();
        out.packet(len, |frame| {
            frame.put(len, |slice| request.encode(slice)).ok()?.ok()
        })?;
        if let Some(Due::Send(_)) = transaction.poll(now) {
            self.stats.requests += 1;
        }
        let path = Path::new(self.config.socket, self.config.local, self.config.server);
        out.transmit(path, Ecn::NotEct)
    }

    /// The outcome, once.
    pub fn poll_event(&mut self) -> Option<BindingEvent> {
        self.event.take()
    }

    /// What was counted so far.
    #[must_use]
    pub const fn stats(&self) -> BindingStats {
        self.stats
    }

    fn finish(&mut self, event: BindingEvent) {
        tracing::debug!(?event, "binding");
        self.transaction = None;
        self.event = Some(event);
    }
}
