mod host;
mod local;
mod relay;
mod server;
mod streams;
mod told;

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use stonechat_sansio::{Batch, Datagram, Ecn, Env, Frame, Overhead, Path, Rng, SocketId, Transmit};
use stonechat_stun::Builder;

pub(crate) use self::local::Local;
pub(crate) use self::streams::{Origin, Streams};

use self::host::Base;
use self::relay::Relay;
use self::server::{Server, Task};
use crate::candidate::Foundations;
use crate::pair::LocalId;
use crate::{
    Candidate, CandidateKind, Config, DropReason, GatheringState, IceServer, Interface, Policy,
    Reply, Request, RequestId, Stats,
};

/// Virtual socket ids, those of relayed addresses and of active TCP candidates, begin here.
pub(crate) const FIRST_VIRTUAL_SOCKET: u32 = 0x8000_0000;
/// Those of active TCP candidates begin here.
const FIRST_ACTIVE_SOCKET: u32 = 0xc000_0000;

/// Gathers local candidates: opens sockets, asks STUN and TURN servers (RFC 8445, section 5.1).
///
/// Owns everything that lives as long as a socket: bases, relays and local candidates. A restart
/// gathers again over the same sockets.
#[derive(Debug)]
pub(crate) struct Gatherer {
    config: Config,
    env: Env,
    rng: Rng,
    pub(crate) state: GatheringState,
    /// The generation that is gathered for and its local username fragment.
    number: u32,
    ufrag: String,
    begun: bool,
    interfaces: Option<Vec<Interface>>,
    bases: Vec<Base>,
    servers: Vec<Server>,
    /// Servers to be used from the next generation on.
    next_servers: Option<Vec<Server>>,
    tasks: Vec<Task>,
    relays: Vec<Relay>,
    pub(crate) streams: Streams,
    locals: Vec<Local>,
    foundations: Foundations,
    pub(crate) requests: VecDeque<Request>,
    pub(crate) outcomes: VecDeque<Outcome>,
    next_local: u32,
    next_request: u32,
    next_relay: u32,
    next_active: u32,
}

/// What gathering has found.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// A new base to be paired.
    Base(LocalId),
    /// A candidate to be signalled.
    Told(Box<Candidate>),
    /// A server gave none.
    Refused {
        address: Option<SocketAddr>,
        url: String,
        code: u16,
        text: String,
    },
    /// Gathering went on.
    State(GatheringState),
    /// A base is no more.
    Gone(Box<Local>),
}

/// What became of a message that was to be written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sending {
    Sent(Transmit),
    /// The caller's buffer has no room: to be written again later.
    NoRoom,
    /// The relay does not carry it.
    Refused,
}

impl Gatherer {
    pub(crate) fn new(config: &Config, env: Env) -> Self {
        Self {
            rng: env.seed().child("gather").rng(),
            servers: config.servers.iter().cloned().map(Server::new).collect(),
            next_servers: None,
            config: config.clone(),
            env,
            state: GatheringState::New,
            number: 0,
            ufrag: String::new(),
            begun: false,
            interfaces: None,
            bases: Vec::new(),
            tasks: Vec::new(),
            relays: Vec::new(),
            streams: Streams::default(),
            locals: Vec::new(),
            foundations: Foundations::default(),
            requests: VecDeque::new(),
            outcomes: VecDeque::new(),
            next_local: 0,
            next_request: 0,
            next_relay: FIRST_VIRTUAL_SOCKET,
            next_active: FIRST_ACTIVE_SOCKET,
        }
    }

    /// Gathers for generation `number`: what is open is told again, servers are asked again.
    pub(crate) fn begin(&mut self, now: Instant, number: u32, ufrag: &str) {
        if self.begun && self.number == number {
            return;
        }
        self.begun = true;
        self.number = number;
        ufrag.clone_into(&mut self.ufrag);
        if let Some(servers) = self.next_servers.take() {
            self.servers = servers;
        }
        self.set_state(GatheringState::Gathering);
        for server in &mut self.servers {
            server.begin(&mut self.requests, &mut self.next_request);
        }
        self.tell_again();
        self.open_bases();
        self.ask_servers(now);
    }

    /// From the next generation on these servers are asked.
    pub(crate) fn set_servers(&mut self, servers: Vec<IceServer>, policy: Policy) {
        self.config.policy = policy;
        self.next_servers = Some(servers.into_iter().map(Server::new).collect());
    }

    /// A new generation has begun; it is gathered for when the owner says so.
    pub(crate) fn restart(&mut self) {
        self.begun = false;
        self.tasks.retain(|task| task.relay().is_some());
        self.outcomes
            .retain(|outcome| matches!(outcome, Outcome::Gone(_)));
        self.state = GatheringState::New;
    }

    /// Generation `abandoned` was taken back: generation `number` is the present one again, which had
    /// come as far as `state`. What it had is told once more, in case that was not heard of yet.
    pub(crate) fn undo_restart(
        &mut self,
        now: Instant,
        abandoned: u32,
        number: u32,
        ufrag: &str,
        state: GatheringState,
    ) {
        self.restart();
        self.number = number;
        ufrag.clone_into(&mut self.ufrag);
        self.forget_peer_reflexive(|local| local.number != abandoned);
        //= https://www.rfc-editor.org/rfc/rfc8829#section-5.7
        //# Any resources or candidates that were allocated by the abandoned local description are
        //# discarded
        let known = |local: &&mut Local| {
            local.number == abandoned
                && (local.made != abandoned || local.kind == CandidateKind::Host)
        };
        for local in self.locals.iter_mut().filter(known) {
            local.number = number;
            local.candidate.ufrag = Some(self.ufrag.clone());
        }
        if state == GatheringState::Complete {
            self.begun = true;
            self.skip_questions(now);
            let locals = self.locals.iter();
            let known: Vec<_> = locals
                .filter(|local| local.number == number)
                .cloned()
                .collect();
            for local in &known {
                self.announce(local);
            }
            self.set_state(state);
        }
    }

    pub(crate) fn set_interfaces(&mut self, now: Instant, interfaces: &[Interface]) {
        self.interfaces = Some(interfaces.to_vec());
        self.close_gone();
        if self.begun {
            self.open_bases();
            self.ask_servers(now);
        }
    }

    /// Takes answers of servers out of what arrives, and the relay's header off.
    pub(crate) fn handle_datagram(
        &mut self,
        now: Instant,
        datagram: Datagram,
        stats: &mut Stats,
    ) -> Option<Datagram> {
        let path = datagram.path();
        let base = self.base(path.socket()).filter(|base| base.tcp().is_none());
        if base.is_none() || path.socket().0 >= FIRST_VIRTUAL_SOCKET {
            stats.drop_one(DropReason::UnknownSocket);
            return None;
        }
        let mut datagram = datagram;
        for task in &mut self.tasks {
            datagram = task.handle_datagram(now, datagram)?;
        }
        match self.relays.iter_mut().find(|relay| relay.is_from(&path)) {
            Some(relay) => relay.client.handle_datagram(now, datagram),
            None => Some(datagram),
        }
    }

    pub(crate) fn on_reply(&mut self, now: Instant, id: RequestId, reply: Reply) {
        if let Some(at) = self.bases.iter().position(|base| base.awaits(id)) {
            self.on_opened(at, &reply);
            self.ask_servers(now);
        } else if let Some(at) = self.bases.iter().position(|base| base.awaits_listener(id)) {
            self.on_listening(at, &reply);
        } else if self.servers.iter().any(|server| server.awaits(id)) {
            self.on_resolved(id, reply);
            self.ask_servers(now);
        } else if let Reply::Opened { socket, .. } | Reply::Connected { socket } = reply {
            // Not wanted any more.
            self.requests.push_back(Request::CloseSocket(socket));
        }
    }

    /// Lets the clients of the servers do what is due and takes what they have found.
    pub(crate) fn advance(&mut self, now: Instant) {
        self.advance_tasks(now);
        self.advance_relays(now);
        let busy = self.bases.iter().any(Base::is_opening)
            || self.servers.iter().any(Server::is_resolving)
            || self.tasks.iter().any(Task::is_open)
            || self.is_allocating()
            || self.interfaces.is_none();
        match self.state {
            GatheringState::Gathering if !busy => self.set_state(GatheringState::Complete),
            GatheringState::Complete if busy && self.begun => {
                self.set_state(GatheringState::Gathering);
            }
            _ => {}
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let tasks = self.tasks.iter().filter_map(Task::poll_timeout);
        let relays = self
            .relays
            .iter()
            .filter_map(|relay| relay.client.poll_timeout());
        tasks.chain(relays).min()
    }

    pub(crate) fn poll_transmit(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit> {
        let relays = self.relays.iter_mut();
        self.tasks
            .iter_mut()
            .find_map(|task| task.poll_transmit(now, out))
            .or_else(|| {
                relays
                    .into_iter()
                    .find_map(|relay| relay.client.poll_transmit(now, out))
            })
    }

    /// Writes `message` for a logical path, inside a relay's header if it needs one.
    pub(crate) fn send(
        &mut self,
        path: Path,
        message: &Builder<'_>,
        out: &mut Batch<'_>,
    ) -> Sending {
        let len = message.encoded_len();
        let mut relay = self
            .relays
            .iter_mut()
            .find(|relay| relay.socket == path.socket());
        if relay.is_none() && path.socket().0 >= FIRST_VIRTUAL_SOCKET {
            return Sending::Refused;
        }
        let overhead = match &relay {
            Some(relay) => relay.client.overhead(path.remote()),
            None => self.streams.overhead(&path),
        };
        let total = len.saturating_add(overhead.total());
        if out.next_budget(total).is_none_or(|budget| budget < total) {
            return Sending::NoRoom;
        }
        let written = out.packet(total, |frame| {
            let mut inner = frame.reserve(overhead)?;
            inner.put(len, |slice| message.encode(slice)).ok()?.ok()?;
            match &mut relay {
                Some(relay) => relay.client.wrap(path.remote(), &mut inner)?,
                None => self.streams.wrap(&path, &mut inner)?,
            }
            inner.commit();
            Some(())
        });
        let path = relay.map_or(path, |relay| relay.client.server_path());
        match written.and_then(|()| out.transmit(path, Ecn::NotEct)) {
            Some(transmit) => Sending::Sent(transmit),
            None => Sending::Refused,
        }
    }

    #[inline]
    pub(crate) fn overhead(&self, path: &Path) -> Overhead {
        match self.relay(path) {
            Some(relay) => relay.client.overhead(path.remote()),
            None => self.streams.overhead(path),
        }
    }

    #[inline]
    pub(crate) fn wrap(&mut self, path: &Path, frame: &mut Frame<'_>) -> Option<()> {
        if path.socket().0 < FIRST_VIRTUAL_SOCKET {
            return self.streams.wrap(path, frame);
        }
        let relay = self
            .relays
            .iter_mut()
            .find(|relay| relay.socket == path.socket())?;
        relay.client.wrap(path.remote(), frame)
    }

    #[inline]
    pub(crate) fn physical(&self, path: &Path) -> Path {
        self.relay(path)
            .map_or(*path, |relay| relay.client.server_path())
    }

    /// Lets datagrams of a path's remote address through its relay.
    pub(crate) fn permit(&mut self, now: Instant, path: &Path) {
        if let Some(relay) = self
            .relays
            .iter_mut()
            .find(|relay| relay.socket == path.socket())
        {
            // Refused: the checks of the pair get no answer, which is what fails it.
            let _ = relay.client.permit(now, path.remote());
        }
    }

    #[inline]
    fn relay(&self, path: &Path) -> Option<&Relay> {
        if path.socket().0 < FIRST_VIRTUAL_SOCKET {
            return None;
        }
        self.relays
            .iter()
            .find(|relay| relay.socket == path.socket())
    }

    /// Whether candidates on this socket are used for pairs.
    pub(crate) fn is_pairable(&self, socket: SocketId) -> bool {
        self.config.policy == Policy::All || self.relays.iter().any(|relay| relay.socket == socket)
    }

    pub(crate) fn fresh_request_id(&mut self) -> u32 {
        self.next_request = self.next_request.wrapping_add(1);
        self.next_request
    }

    pub(crate) fn fresh_local_id(&mut self) -> u32 {
        self.next_local = self.next_local.wrapping_add(1);
        self.next_local
    }

    /// The candidate that listens for what comes over this accepted connection.
    pub(crate) fn listener_of(&self, socket: SocketId) -> Option<LocalId> {
        match self.streams.get(socket)?.origin {
            Origin::Accepted(listener) => Some(self.base(listener)?.id),
            Origin::Connected => None,
        }
    }

    fn set_state(&mut self, state: GatheringState) {
        if self.state != state {
            self.state = state;
            self.outcomes.push_back(Outcome::State(state));
        }
    }

    /// Closes all sockets and gives the allocations back.
    pub(crate) fn close(&mut self, now: Instant) {
        self.cancel_connects(|_| true);
        self.requests
            .retain(|request| matches!(request, Request::CloseSocket(_) | Request::Cancel(_)));
        for base in std::mem::take(&mut self.bases) {
            for socket in base.sockets() {
                self.requests.push_back(Request::CloseSocket(socket));
            }
        }
        for stream in self.streams.take_all() {
            self.requests
                .push_back(Request::CloseSocket(stream.socket()));
        }
        self.tasks.clear();
        for relay in &mut self.relays {
            relay.client.close(now);
        }
        self.locals.clear();
    }

    fn ordinal(&self, address: IpAddr) -> usize {
        let known = self.bases.iter().find(|base| base.address == address);
        known.map_or(0, |base| base.ordinal)
    }
}
