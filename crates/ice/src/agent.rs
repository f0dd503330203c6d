mod check;
mod consent;
mod nominate;
mod peer_reflexive;
mod respond;
mod restart;
mod role_conflict;
mod settle;
mod tcp;
mod transmit;
mod trickle;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use stonechat_crypto::Provider;
use stonechat_sansio::{
    Batch, Clock, Datagram, Env, Frame, Overhead, Path, Rng, SocketId, Transmit,
};

use crate::gather::Gatherer;
use crate::pair::Pair;
use crate::session::Session;
use crate::{
    Candidate, CandidateError, Config, Credentials, DropReason, Event, GatheringState, IceServer,
    Interface, PairStats, Policy, Reply, Request, RequestId, Role, State, Stats,
};

pub use self::restart::Undone;

use self::respond::Response;
use self::restart::Undoable;

/// An ICE agent for one data stream of one component.
///
/// A machine of the six verbs: give it what arrives and the time, send what it wants to send, do
/// what it [requests](Self::poll_request), read its [events](Self::poll_event). There is no
/// required order of calls. No input from the network makes a call fail.
#[derive(Debug)]
pub struct Agent {
    clock: Clock,
    core: Core,
}

impl Agent {
    /// An agent that has not begun to gather.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "the shape of every machine")]
    pub fn new(config: Config, env: Env, now: Instant) -> Self {
        Self {
            clock: Clock::new(now),
            core: Core::new(config.clamped(), &env, now),
        }
    }

    /// Takes what arrived. STUN and TURN are consumed; application data that came over an
    /// authenticated path is given back, without the header of a relay and with the logical path;
    /// everything else is counted and dropped.
    pub fn handle_datagram(&mut self, now: Instant, datagram: Datagram) -> Option<Datagram> {
        let now = self.clock.advance(now);
        if self.core.state == State::Closed {
            return None;
        }
        let given = self.core.handle_datagram(now, datagram);
        if given.is_none() {
            self.core.settle(now);
        }
        given
    }

    /// Does what is due. Early, late and repeated calls are harmless.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.update(now, |_, _| ());
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called next.
    #[inline]
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.core.deadline
    }

    /// Writes one message that is to be sent: a response, a check or a request to a server.
    pub fn poll_transmit(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit> {
        let now = self.clock.advance(now);
        if self.core.state == State::Closed {
            return self.core.poll_goodbye(now, out);
        }
        self.core.settle(now);
        let transmit = self.core.poll_transmit(now, out);
        self.core.settle(now);
        transmit
    }

    /// The next fact.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.core.poll_event()
    }

    /// The next thing that the driver should do.
    pub fn poll_request(&mut self) -> Option<Request> {
        self.core.gatherer.requests.pop_front()
    }

    /// Takes the answer to a request. Answers to requests that are not outstanding are ignored.
    pub fn handle_reply(&mut self, now: Instant, id: RequestId, reply: Reply) {
        let opened = match reply {
            Reply::Connected { socket } => Some(socket),
            _ => None,
        };
        let taken = self.update(now, |core, now| core.on_reply(now, id, reply));
        if let Some(socket) = opened.filter(|_| taken.is_none()) {
            let close = Request::CloseSocket(socket);
            self.core.gatherer.requests.push_back(close);
        }
    }

    /// Takes a TCP connection that came in: to the listener `listener`, from `remote`, from now on
    /// to be called `socket`, an id below 0x8000_0000 that nothing else has. One that is not wanted
    /// is [asked](Request::CloseSocket) to be closed at once, one that is not authenticated within
    /// [`TcpConfig::accept_timeout`](crate::TcpConfig) later.
    pub fn handle_accepted(
        &mut self,
        now: Instant,
        listener: SocketId,
        socket: SocketId,
        remote: SocketAddr,
    ) {
        let taken = self.update(now, |core, now| {
            core.on_accepted(now, listener, socket, remote);
        });
        if taken.is_none() {
            let close = Request::CloseSocket(socket);
            self.core.gatherer.requests.push_back(close);
        }
    }

    /// A TCP connection or listener was closed by the other end or by the system.
    pub fn handle_socket_closed(&mut self, now: Instant, socket: SocketId) {
        self.update(now, |core, now| core.on_socket_closed(now, socket));
    }

    /// Takes the present interfaces, all of them. Sockets on addresses that are gone are closed;
    /// new addresses are gathered from if gathering has begun.
    pub fn handle_interfaces(&mut self, now: Instant, interfaces: &[Interface]) {
        self.update(now, |core, now| core.on_interfaces(now, interfaces));
    }

    /// Begins to gather, or gathers for the generation that a restart has begun.
    ///
    /// Waits for [`handle_interfaces`](Self::handle_interfaces) if that was not called yet.
    pub fn gather(&mut self, now: Instant) {
        self.update(now, |core, now| core.gather(now));
    }

    /// Gives the peer's credentials; checks begin. Others than before begin a new generation of
    /// the peer's while the selected pair goes on to carry data.
    pub fn set_remote_credentials(&mut self, now: Instant, credentials: Credentials) {
        self.update(now, |core, now| {
            core.set_remote_credentials(now, credentials);
        });
    }

    /// Says whether the peer is a lite one; then this agent is the controlling one.
    pub fn set_remote_lite(&mut self, now: Instant, lite: bool) {
        self.update(now, |core, now| {
            core.remote_lite = lite;
            if lite {
                core.set_role(now, Role::Controlling);
            }
        });
    }

    /// Sets the role.
    pub fn set_role(&mut self, now: Instant, role: Role) {
        self.update(now, |core, now| core.set_role(now, role));
    }

    /// Adds a candidate of the peer. It may come before the credentials, and again.
    ///
    /// # Errors
    ///
    /// [`CandidateError`] if the candidate is not used; the session is not harmed by it.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the candidate is handed over"
    )]
    pub fn add_remote_candidate(
        &mut self,
        now: Instant,
        candidate: Candidate,
    ) -> Result<(), CandidateError> {
        self.update(now, |core, now| core.add_remote_candidate(now, &candidate))
            .unwrap_or(Err(CandidateError::Closed))
    }

    /// Says that the peer has no more candidates.
    pub fn end_of_remote_candidates(&mut self, now: Instant) {
        self.update(now, |core, _| core.session.remote_complete = true);
    }

    /// Begins a new generation with new credentials. Call [`gather`](Self::gather) next. The
    /// selected pair goes on to carry data until the new generation works.
    pub fn restart(&mut self, now: Instant) {
        self.update(now, |core, now| core.restart(now, None));
    }

    /// The same with credentials that the signalling layer made.
    pub fn restart_with(&mut self, now: Instant, credentials: Credentials) {
        self.update(now, |core, now| core.restart(now, Some(credentials)));
    }

    /// Takes restarts back that the peer did not answer (RFC 8829, section 5.7): the generation with
    /// these local credentials goes on as if nothing had been, with its pairs, its peer and its
    /// candidates. Data that went over its pair is not interrupted.
    ///
    /// Nothing changes if there is no such generation, or once
    /// [`set_remote_credentials`](Self::set_remote_credentials) answered the restart.
    pub fn undo_restart(&mut self, now: Instant, credentials: &Credentials) -> Undone {
        self.update(now, |core, now| core.undo_restart(now, credentials))
            .unwrap_or(Undone::No)
    }

    /// Uses these servers and this policy from the next [`restart`](Self::restart) on.
    pub fn set_servers(&mut self, now: Instant, servers: Vec<IceServer>, policy: Policy) {
        self.update(now, |core, _| {
            core.config.policy = policy;
            core.gatherer.set_servers(servers, policy);
        });
    }

    /// Closes sockets and allocations. The messages to the TURN servers can still be polled once.
    pub fn close(&mut self, now: Instant) {
        let now = self.clock.advance(now);
        self.core.close(now);
    }

    /// The path for application data: the selected pair, else the best valid one. `None` without
    /// consent to send.
    #[inline]
    #[must_use]
    pub fn send_route(&self) -> Option<Path> {
        self.core.route
    }

    /// Room that [`wrap`](Self::wrap) needs around application data on `path`.
    #[inline]
    #[must_use]
    pub fn overhead(&self, path: &Path) -> Overhead {
        self.core.gatherer.overhead(path)
    }

    /// Completes application data for `path` with the header of a relay, if there is one, and
    /// counts it. The frame was reserved with [`overhead`](Self::overhead) and its body is written.
    ///
    /// `None` if the relay cannot carry it any more: drop the frame then.
    #[inline]
    pub fn wrap(&mut self, path: &Path, frame: &mut Frame<'_>) -> Option<()> {
        let octets = frame.len();
        self.core.gatherer.wrap(path, frame)?;
        let now = self.clock.now();
        self.core.count_sent(now, path, octets);
        Some(())
    }

    /// Where a datagram for `path` really goes: to the relay, or as the path says.
    #[inline]
    #[must_use]
    pub fn physical(&self, path: &Path) -> Path {
        self.core.gatherer.physical(path)
    }

    /// Whether an integrity-checked message of present credentials came over `path`.
    #[inline]
    #[must_use]
    pub fn is_authenticated(&self, path: &Path) -> bool {
        self.core.is_authenticated(path)
    }

    /// Own credentials of the present generation.
    #[must_use]
    pub fn local_credentials(&self) -> &Credentials {
        &self.core.session.local
    }

    /// The peer's credentials of the present generation.
    #[must_use]
    pub fn remote_credentials(&self) -> Option<&Credentials> {
        self.core
            .session
            .peer
            .as_ref()
            .map(|peer| &peer.credentials)
    }

    /// The role.
    #[must_use]
    pub fn role(&self) -> Role {
        self.core.role
    }

    /// The state.
    #[must_use]
    pub fn state(&self) -> State {
        self.core.state
    }

    /// How far gathering has come.
    #[must_use]
    pub fn gathering_state(&self) -> GatheringState {
        self.core.gatherer.state
    }

    /// Local candidates of the present generation, as they are told.
    pub fn local_candidates(&self) -> impl Iterator<Item = &Candidate> {
        let number = self.core.session.number;
        self.core.gatherer.told(number)
    }

    /// Remote candidates of the present generation, as they were told or learned.
    pub fn remote_candidates(&self) -> impl Iterator<Item = &Candidate> {
        self.core
            .session
            .remotes
            .iter()
            .map(|remote| &remote.candidate)
    }

    /// The server that a local candidate came from, as a URL.
    #[must_use]
    pub fn candidate_url(&self, candidate: &Candidate) -> Option<&str> {
        self.core.gatherer.url_of(candidate)
    }

    /// The selected pair.
    #[must_use]
    pub fn selected_pair(&self) -> Option<PairStats> {
        let selected = self.core.session.selected?;
        let session = &self.core.session;
        session
            .list
            .get(selected)
            .and_then(|pair| self.core.pair_stats(session, pair))
    }

    /// The pair that data goes over: the selected one, or until one is selected the best that works;
    /// after a restart that of the generation before, until another one works.
    #[must_use]
    pub fn pair_in_use(&self) -> Option<PairStats> {
        let session = &self.core.session;
        match session.route() {
            Some(pair) => self.core.pair_stats(session, pair),
            None => self.selected_pair().or_else(|| self.former_pair()),
        }
    }

    /// The pairs of the present generation, best first; behind them the one of the generation
    /// before, while it carries the data.
    pub fn pairs(&self) -> impl Iterator<Item = PairStats> {
        let core = &self.core;
        let present = core.session.list.pairs().iter();
        let present = present.filter_map(|pair| core.pair_stats(&core.session, pair));
        present.chain(self.former_pair())
    }

    /// The pair of the generation before, while it carries the data.
    #[must_use]
    pub fn former_pair(&self) -> Option<PairStats> {
        if self.core.session.route().is_some() || self.core.session.selected.is_some() {
            return None;
        }
        let former = self.core.previous.as_ref()?;
        self.core.pair_stats(former, former.route()?)
    }

    /// A socket did not take packets because of an error: they went to `path`, as
    /// [`physical`](Self::physical) gives it, and are counted for the pair in use.
    pub fn on_discarded(&mut self, path: &Path, packets: u64, octets: u64) {
        let Some(route) = self.core.route else { return };
        if self.core.gatherer.physical(&route) != *path {
            return;
        }
        if let Some(pair) = self.core.pair_on(&route) {
            pair.traffic.packets_discarded += packets;
            pair.traffic.bytes_discarded += octets;
        }
    }

    /// Counters.
    #[must_use]
    pub fn stats(&self) -> &Stats {
        &self.core.stats
    }

    /// The only door to the core: clamps time, runs `f`, settles. `None` once closed.
    fn update<R>(&mut self, now: Instant, f: impl FnOnce(&mut Core, Instant) -> R) -> Option<R> {
        let now = self.clock.advance(now);
        if self.core.state == State::Closed {
            return None;
        }
        let result = f(&mut self.core, now);
        self.core.settle(now);
        Some(result)
    }
}

/// What the procedures work on.
#[derive(Debug)]
struct Core {
    config: Config,
    crypto: Arc<Provider>,
    rng: Rng,
    role: Role,
    tie_breaker: u64,
    /// Role changes by 487 responses in this generation.
    conflicts: u32,
    remote_lite: bool,
    gatherer: Gatherer,
    session: Session,
    /// The number of the newest generation.
    last_number: u32,
    /// What the last restart replaced, until the peer answers it.
    undoable: Option<Undoable>,
    /// The generation before, while its pair carries data or its last packets may arrive.
    previous: Option<Session>,
    previous_until: Option<Instant>,
    state: State,
    /// No transaction starts before this.
    next_start: Instant,
    responses: VecDeque<Response>,
    /// Events other than authenticated paths.
    events: VecDeque<Event>,
    authenticated: Vec<AuthenticatedPath>,
    next_id: u32,
    route: Option<Path>,
    deadline: Option<Instant>,
    stats: Stats,
}

#[derive(Debug)]
struct AuthenticatedPath {
    path: Path,
    /// The generation whose credentials were seen last.
    number: u32,
    told: bool,
}

impl Core {
    fn new(config: Config, env: &Env, now: Instant) -> Self {
        let crypto = Arc::clone(env.crypto());
        let mut rng = env.seed().child("ice").rng();
        let credentials = config
            .credentials
            .clone()
            .unwrap_or_else(|| Credentials::generate(&mut rng, &config.ufrag_prefix));
        let session = Session::new(0, credentials, &crypto);
        Self {
            role: config.role,
            tie_breaker: rng.next_u64(),
            conflicts: 0,
            remote_lite: false,
            gatherer: Gatherer::new(&config, env.child("ice gather")),
            config,
            crypto,
            rng,
            session,
            last_number: 0,
            undoable: None,
            previous: None,
            previous_until: None,
            state: State::New,
            next_start: now,
            responses: VecDeque::new(),
            events: VecDeque::new(),
            authenticated: Vec::new(),
            next_id: 0,
            route: None,
            deadline: None,
            stats: Stats::default(),
        }
    }

    fn handle_datagram(&mut self, now: Instant, datagram: Datagram) -> Option<Datagram> {
        if let Some(path) = self.stream_path(datagram.path().socket()) {
            return self.handle_framed(now, datagram.peeled(path, |packet| packet));
        }
        let datagram = self
            .gatherer
            .handle_datagram(now, datagram, &mut self.stats)?;
        let path = normalized(&datagram.path());
        match datagram.payload().first() {
            Some(0..=3) => {
                self.handle_stun(now, path, datagram.payload());
                None
            }
            _ if self.is_authenticated(&path) => {
                self.count_received(now, &path, datagram.payload().len());
                Some(datagram.peeled(path, |payload| payload))
            }
            _ => {
                self.stats.drop_one(DropReason::UnauthenticatedPath);
                None
            }
        }
    }

    fn handle_stun(&mut self, now: Instant, path: Path, payload: &[u8]) {
        use stonechat_stun::{Class, Message, Method};
        if !stonechat_stun::is_stun(payload) {
            return self.stats.drop_one(DropReason::Malformed);
        }
        let Ok(message) = Message::parse(payload) else {
            return self.stats.drop_one(DropReason::Malformed);
        };
        if message.method() != Method::BINDING {
            return self.stats.drop_one(DropReason::Unsupported);
        }
        if message.has_fingerprint() && !message.verify_fingerprint() {
            return self.stats.drop_one(DropReason::Malformed);
        }
        match message.class() {
            Class::Request => self.on_request(now, path, &message),
            Class::Success | Class::Error => self.on_response(now, path, &message),
            // A keepalive; it says nothing that is not said by having arrived.
            Class::Indication => {}
        }
    }

    fn poll_event(&mut self) -> Option<Event> {
        if let Some(event) = self.events.pop_front() {
            return Some(event);
        }
        let untold = self.authenticated.iter_mut().find(|known| !known.told)?;
        untold.told = true;
        Some(Event::PathAuthenticated(untold.path))
    }

    /// Queues an event; one that `replaces` says is outdated by it is taken out.
    fn tell(&mut self, event: Event, replaces: impl Fn(&Event) -> bool) {
        self.events.retain(|known| !replaces(known));
        self.events.push_back(event);
    }

    fn is_authenticated(&self, path: &Path) -> bool {
        self.authenticated.iter().any(|known| known.path == *path)
    }

    /// Notes that an integrity-checked message of generation `number` came over `path`.
    fn authenticate(&mut self, path: Path, number: u32) {
        if let Some(stream) = self.gatherer.streams.get_mut(path.socket()) {
            stream.is_proven = true;
        }
        if let Some(known) = self
            .authenticated
            .iter_mut()
            .find(|known| known.path == path)
        {
            known.number = number;
            return;
        }
        let limit = self.config.max_pairs + self.config.max_peer_reflexive;
        if self.authenticated.len() >= limit {
            let route = self.route;
            let oldest = self
                .authenticated
                .iter()
                .position(|known| Some(known.path) != route);
            if let Some(oldest) = oldest {
                self.authenticated.remove(oldest);
            }
        }
        self.authenticated.push(AuthenticatedPath {
            path,
            number,
            told: false,
        });
    }

    fn count_received(&mut self, now: Instant, path: &Path, octets: usize) {
        if let Some(pair) = self.pair_on(path) {
            pair.received_at = Some(now);
            pair.traffic.packet_received_at = Some(now);
            pair.traffic.packets_received += 1;
            pair.traffic.bytes_received += octets as u64;
        }
    }

    fn count_sent(&mut self, now: Instant, path: &Path, octets: usize) {
        if let Some(pair) = self.pair_on(path) {
            pair.traffic.packet_sent_at = Some(now);
            pair.traffic.packets_sent += 1;
            pair.traffic.bytes_sent += octets as u64;
        }
    }

    /// The pair of this route, of either generation.
    fn pair_on(&mut self, path: &Path) -> Option<&mut Pair> {
        let sessions = std::iter::once(&mut self.session).chain(self.previous.as_mut());
        sessions
            .into_iter()
            .find_map(|session| session.list.iter_mut().find(|pair| pair.path == *path))
    }

    fn fresh_id(&mut self) -> u32 {
        self.next_id = self.next_id.wrapping_add(1);
        self.next_id
    }

    fn close(&mut self, now: Instant) {
        if self.state == State::Closed {
            return;
        }
        self.gatherer.close(now);
        self.session.list.retain(|_| false);
        self.previous = None;
        self.undoable = None;
        self.responses.clear();
        self.route = None;
        self.deadline = None;
        self.state = State::Closed;
        self.tell(Event::State(State::Closed), |known| {
            matches!(known, Event::State(_))
        });
    }
}

/// The path with its remote address in plain form.
fn normalized(path: &Path) -> Path {
    Path::new(
        path.socket(),
        path.local(),
        crate::candidate::canonical(path.remote()),
    )
}
