use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use bytes::Buf as _;
use stonechat_crypto::Provider;
use stonechat_sansio::{Batch, Clock, Datagram, Ecn, Env, Frame, Overhead, Path, Rng, Transmit};
use stonechat_stun::{Class, Message, Method, TransactionId, is_stun};

use crate::channel_data::{ChannelData, ChannelNumber};
use crate::{Config, DropReason, Event, PermitError, Stats, relay};

mod allocate;
mod channel;
mod lease;
mod nonce;
mod permission;
mod refresh;
mod request;

use allocate::Allocation;
use channel::Channels;
use nonce::Credentials;
use permission::Permissions;
use request::{Request, Task};

/// One allocation on one server: gets it, keeps it, relays through it, gives it back.
///
/// The machine has the verbs and the contract of every machine of stonechat: network input cannot
/// fail the caller, time may jump, memory is bounded by [`Config`], and after the last event
/// everything is inert. The first request is due as soon as the client exists.
///
/// ```text
///            new
///             |
///             v     300 once: the other server
///         Allocating <--+
///          |   |  |     |
///          |   |  +-----+
///          |   | error, no answer          437, 441, no answer until the end
///          |   +-------------> Failed <------------------+
///          | success                                     |
///          v                                             |
///         Allocated ---------------------------------------+
///          | close
///          v
///         Releasing -----> Closed
/// ```
///
/// # Spec
///
/// RFC 8656, over UDP with long-term credentials (RFC 8489, section 9.2).
#[derive(Debug)]
pub struct Client {
    config: Config,
    clock: Clock,
    rng: Rng,
    crypto: Arc<Provider>,
    server: SocketAddr,
    redirected: bool,
    phase: Phase,
    credentials: Credentials,
    requests: Vec<Request>,
    permissions: Permissions,
    channels: Channels,
    events: VecDeque<Event>,
    stats: Stats,
    /// The nearest deadline, kept so that relaying looks at nothing else.
    next: Option<Instant>,
}

#[derive(Debug)]
enum Phase {
    Allocating,
    Allocated(Allocation),
    Releasing,
    /// The last event was given.
    Ended,
}

impl Client {
    /// A client that asks for an allocation from `now` on.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "the shape of every machine")]
    pub fn new(config: Config, env: Env, now: Instant) -> Self {
        let mut client = Self {
            clock: Clock::new(now),
            rng: env.seed().child("turn").rng(),
            crypto: Arc::clone(env.crypto()),
            server: config.server,
            redirected: false,
            phase: Phase::Allocating,
            credentials: Credentials::new(&config.username, &config.password),
            requests: Vec::new(),
            permissions: Permissions::new(config.max_permissions),
            channels: Channels::new(config.max_channels),
            events: VecDeque::new(),
            stats: Stats::default(),
            next: None,
            config,
        };
        client.start(now, Task::Allocate);
        client.settle(now);
        client
    }

    /// Takes what the server says; returns what a peer sent through it.
    ///
    /// A relayed datagram comes back without the relay's octets, in the same allocation, as having
    /// arrived over ([`Config`]'s relay socket, relayed address, peer). Everything else is consumed
    /// or dropped and counted. Hand in only what came from [`server_path`](Self::server_path).
    pub fn handle_datagram(&mut self, now: Instant, datagram: Datagram) -> Option<Datagram> {
        let now = self.clock.advance(now);
        if matches!(self.phase, Phase::Ended) {
            return None;
        }
        let path = datagram.path();
        if path.remote() != self.server || path.socket() != self.config.socket {
            self.stats.drop(DropReason::WrongPath);
            return None;
        }
        if datagram
            .payload()
            .first()
            .is_some_and(|first| first & 0xC0 == 0x40)
        {
            return self.peel_channel_data(now, datagram);
        }
        if !is_stun(datagram.payload()) {
            self.stats.drop(DropReason::Malformed);
            return None;
        }
        let Ok(message) = Message::parse(datagram.payload()) else {
            self.stats.drop(DropReason::Malformed);
            return None;
        };
        if message.has_fingerprint() && !message.verify_fingerprint() {
            self.stats.drop(DropReason::WrongFingerprint);
            return None;
        }
        match (message.class(), message.method()) {
            (Class::Indication, Method::DATA) => {
                if let (Some(peer), Some(data)) = (message.xor_peer_address(), message.data_range())
                {
                    return self.peel_indication(now, peer, data.start, data.len(), datagram);
                }
                self.stats.icmp = self.stats.icmp.saturating_add(1);
            }
            (Class::Success | Class::Error, _) => {
                self.handle_response(now, &message);
                self.settle(now);
            }
            _ => self.stats.drop(DropReason::Unexpected),
        }
        None
    }

    /// Does what is due: renews, gives up.
    pub fn handle_timeout(&mut self, now: Instant) {
        let now = self.clock.advance(now);
        if self.next.is_some_and(|next| next <= now) {
            self.settle(now);
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) and then
    /// [`poll_transmit`](Self::poll_transmit) are to be called.
    #[must_use]
    #[inline]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.next
    }

    /// Writes one request that is due, always a packet of its own.
    ///
    /// Relayed data does not come from here: its owner writes it, between
    /// [`overhead`](Self::overhead) and [`wrap`](Self::wrap).
    pub fn poll_transmit(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit> {
        self.handle_timeout(now);
        let now = self.clock.now();
        if self.next.is_none_or(|next| next > now) {
            return None;
        }
        let index = self
            .requests
            .iter()
            .position(|request| request.is_due(now))?;
        let request = self.requests.get(index)?;
        let message = self.compose(request);
        let len = message.encoded_len();
        out.packet(len, |frame| {
            frame.put(len, |slice| message.encode(slice)).ok()?.ok()
        })?;
        if let Some(request) = self.requests.get_mut(index) {
            request.sent(now, self.credentials.key().is_some());
        }
        self.stats.requests = self.stats.requests.saturating_add(1);
        self.settle(now);
        out.transmit(self.server_path(), Ecn::NotEct)
    }

    /// The next thing to report.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Asks the server to let datagrams of `peer`'s address through, and then for a channel to
    /// `peer`, which makes relaying cheaper. Both are renewed until [`forget`](Self::forget).
    ///
    /// May be called before the allocation exists. Asking twice changes nothing, unless the server
    /// has refused: then it is asked again. [`Event::Permitted`] or [`Event::PermissionDenied`]
    /// follows for a new address.
    ///
    /// # Errors
    ///
    /// A [`PermitError`]; nothing was changed.
    ///
    /// # Limits
    ///
    /// [`Config::max_permissions`] addresses. Beyond [`Config::max_channels`] peers are reached by
    /// indications.
    ///
    /// # Spec
    ///
    /// RFC 8656, sections 10 and 12.
    pub fn permit(&mut self, now: Instant, peer: SocketAddr) -> Result<(), PermitError> {
        let now = self.clock.advance(now);
        let family = match &self.phase {
            Phase::Allocating => self.config.family,
            Phase::Allocated(allocation) => allocation.family(),
            Phase::Releasing | Phase::Ended => return Err(PermitError::Closed),
        };
        if family != stonechat_stun::AddressFamily::of(peer.ip()) {
            return Err(PermitError::AddressFamily);
        }
        self.permissions.want(now, peer.ip())?;
        self.channels.want(now, plain(peer));
        self.settle(now);
        Ok(())
    }

    /// Stops to renew the channel to `peer`, and the permission of its address if no other peer has
    /// it. They end on the server in their time; until then the peer can still be reached.
    pub fn forget(&mut self, now: Instant, peer: SocketAddr) {
        let now = self.clock.advance(now);
        self.channels.forget(plain(peer));
        if !self.channels.wants(peer.ip()) {
            self.permissions.forget(peer.ip());
        }
        self.settle(now);
    }

    /// Gives the allocation back by a Refresh of lifetime 0. [`Event::Closed`] follows, at the
    /// latest when the server has not answered three requests.
    pub fn close(&mut self, now: Instant) {
        let now = self.clock.advance(now);
        match self.phase {
            Phase::Releasing | Phase::Ended => return,
            // Without a key no request of ours can have been granted.
            Phase::Allocating if self.credentials.key().is_none() => self.end(Event::Closed),
            Phase::Allocating | Phase::Allocated(_) => self.release(now),
        }
        self.settle(now);
    }

    /// Where requests and relayed data really go. It changes once if the server sends us on.
    #[inline]
    #[must_use]
    pub fn server_path(&self) -> Path {
        self.config.path(self.server)
    }

    /// The relayed transport address, while there is one.
    #[must_use]
    pub fn relayed(&self) -> Option<SocketAddr> {
        match &self.phase {
            Phase::Allocated(allocation) => Some(allocation.relayed()),
            Phase::Allocating | Phase::Releasing | Phase::Ended => None,
        }
    }

    /// Whether the server has said that it lets datagrams of `peer`'s address through.
    #[must_use]
    pub fn is_permitted(&self, peer: SocketAddr) -> bool {
        self.permissions.is_live(peer.ip(), self.clock.now())
    }

    /// The channel to `peer`, once the server has bound it.
    #[inline]
    #[must_use]
    pub fn channel(&self, peer: SocketAddr) -> Option<ChannelNumber> {
        self.channels.bound(plain(peer), self.clock.now())
    }

    /// Room that [`wrap`](Self::wrap) needs around a datagram for `peer`: four octets over a
    /// channel, at most 51 in an indication.
    #[inline]
    #[must_use]
    pub fn overhead(&self, peer: SocketAddr) -> Overhead {
        match self.channel(peer) {
            Some(_) => relay::CHANNEL_OVERHEAD,
            None => relay::indication_overhead(peer),
        }
    }

    /// Wraps what was written into `frame` for `peer`; the result goes to
    /// [`server_path`](Self::server_path).
    ///
    /// `frame` was reserved with [`overhead`](Self::overhead) of the same peer. ChannelData is used
    /// if that was four octets, else a Send indication.
    ///
    /// `None` if the server would drop it: `peer` was not permitted, or was refused, or there is no
    /// allocation. Drop the frame then. While a permission is being asked for, wrapping is allowed,
    /// because the request usually arrives first. What has ended is judged by the time of the last
    /// verb.
    pub fn wrap(&mut self, peer: SocketAddr, frame: &mut Frame<'_>) -> Option<()> {
        let len = frame.len();
        let wrapped = self.try_wrap(plain(peer), len, frame);
        if wrapped.is_some() {
            self.stats.sent = self.stats.sent.saturating_add(1);
            self.stats.sent_octets = self.stats.sent_octets.saturating_add(len as u64);
        } else {
            self.stats.drop(DropReason::NotWrapped);
        }
        wrapped
    }

    fn try_wrap(&mut self, peer: SocketAddr, len: usize, frame: &mut Frame<'_>) -> Option<()> {
        let now = self.clock.now();
        if !matches!(self.phase, Phase::Allocated(_)) || !self.permissions.is_open(peer.ip(), now) {
            return None;
        }
        if let Some(number) = self.channels.bound(peer, now) {
            let header = ChannelData::header(number, len)?;
            let (head, _, _) = frame.seal(0);
            if head.len() == header.len() {
                head.copy_from_slice(&header);
                return Some(());
            }
            // Bound since the room was reserved: an indication fills it.
        }
        let id = TransactionId::new(&mut self.rng);
        let (head, _, tail) = frame.seal(relay::padding(len));
        tail.fill(0);
        relay::write_indication(head, peer, id, len)
    }

    /// What was counted so far.
    #[must_use]
    pub const fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Whether the last event was given or waits to be polled.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Ended)
    }

    fn peel_channel_data(&mut self, now: Instant, datagram: Datagram) -> Option<Datagram> {
        let Some(frame) = ChannelData::parse(datagram.payload()) else {
            self.stats.drop(DropReason::Malformed);
            return None;
        };
        let len = frame.data().len();
        let Some(peer) = self.channels.peer(frame.number(), now) else {
            self.stats.drop(DropReason::UnboundChannel);
            return None;
        };
        self.peel(peer, crate::CHANNEL_HEADER_LEN, len, datagram)
    }

    fn peel_indication(
        &mut self,
        now: Instant,
        peer: SocketAddr,
        at: usize,
        len: usize,
        datagram: Datagram,
    ) -> Option<Datagram> {
        if !self.permissions.is_open(peer.ip(), now) {
            self.stats.drop(DropReason::NotPermitted);
            return None;
        }
        self.peel(peer, at, len, datagram)
    }

    fn peel(
        &mut self,
        peer: SocketAddr,
        at: usize,
        len: usize,
        datagram: Datagram,
    ) -> Option<Datagram> {
        let Phase::Allocated(allocation) = &self.phase else {
            self.stats.drop(DropReason::NotPermitted);
            return None;
        };
        self.stats.received = self.stats.received.saturating_add(1);
        self.stats.received_octets = self.stats.received_octets.saturating_add(len as u64);
        let path = Path::new(self.config.relay_socket, allocation.relayed().ip(), peer);
        Some(datagram.peeled(path, |mut octets| {
            octets.advance(at.min(octets.len()));
            octets.truncate(len);
            octets
        }))
    }

    /// Starts what is due, ends what is over, finds the next deadline.
    fn settle(&mut self, now: Instant) {
        self.expire_requests(now);
        if self.allocation_has_ended(now) {
            self.fail(None, "the allocation was not renewed in time");
        }
        self.start_refresh(now);
        self.start_permissions(now);
        self.start_channels(now);
        self.next = self.find_next(now);
    }

    fn find_next(&self, now: Instant) -> Option<Instant> {
        let requests = self.requests.iter().filter_map(Request::deadline).min();
        let Phase::Allocated(allocation) = &self.phase else {
            return requests;
        };
        let free = self.requests.len() < self.config.max_outstanding;
        let leases = [
            allocation.due(),
            self.permissions.next(),
            self.channels.next(|ip| self.permissions.is_live(ip, now)),
        ];
        // What is due but has to wait for a free place waits for a response, not for time.
        let leases = leases
            .into_iter()
            .flatten()
            .filter(|at| free || *at > now)
            .min();
        [requests, leases, allocation.until()]
            .into_iter()
            .flatten()
            .min()
    }

    fn push(&mut self, event: Event) {
        if self.events.contains(&event) {
            return;
        }
        // Two kinds for each permission; more only if the owner asks on and on and never polls.
        if self.events.len() > self.config.max_permissions.saturating_mul(2) {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }

    fn fail(&mut self, code: Option<u16>, reason: &str) {
        tracing::debug!(?code, "failed");
        self.end(Event::Failed {
            code,
            reason: reason.to_owned(),
        });
    }

    /// Gives the last event and becomes inert.
    fn end(&mut self, event: Event) {
        if matches!(self.phase, Phase::Ended) {
            return;
        }
        self.phase = Phase::Ended;
        self.requests = Vec::new();
        self.permissions.clear();
        self.channels.clear();
        self.credentials.forget();
        self.push(event);
    }

    fn grant_permission(&mut self, now: Instant, ip: IpAddr) {
        if self.permissions.grant(now, ip) {
            self.push(Event::Permitted(ip));
        }
    }

    fn deny_permission(&mut self, ip: IpAddr) {
        if self.permissions.refuse(ip) {
            self.push(Event::PermissionDenied(ip));
        }
    }
}

/// The address as it comes out of a message: without scope and flow label.
#[inline]
fn plain(peer: SocketAddr) -> SocketAddr {
    SocketAddr::new(peer.ip(), peer.port())
}
