//! Agents on hosts of a virtual network, and the signalling between them.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::time::{Duration, Instant};

use stonechat_ice::framing::Deframer;
use stonechat_ice::{
    Agent, Candidate, Config, Event, GatheringState, Interface, Reply, Request, RequestId, Role,
    State,
};
use stonechat_sansio::{Batch, Datagram, Ecn, Frame, Path, SocketId, Transmit};
use stonechat_testkit::{
    HostId, Link, Machine, Nat, Network, PartyId, Realm, StreamEvent, World, clock,
};

use crate::relay_server::RelayServer;

/// Names published by multicast DNS, for all agents of a world.
pub(crate) type Names = Rc<RefCell<BTreeMap<String, IpAddr>>>;

/// An agent with its driver, or a server.
pub(crate) enum Party {
    Agent(Box<Peer>),
    Server(Box<RelayServer>),
}

/// An agent and what its driver keeps.
pub(crate) struct Peer {
    pub(crate) agent: Agent,
    pub(crate) received: Vec<(Instant, Path, Vec<u8>)>,
    /// Application data that waits to be sent.
    pub(crate) to_send: VecDeque<Vec<u8>>,
    /// Instants at which application data was sent, and where to.
    pub(crate) sent: Vec<(Instant, Path)>,
    pub(crate) names: Names,
    /// Requests that were not for sockets or multicast DNS.
    pub(crate) resolved: Vec<String>,
    pub(crate) requests: Vec<Request>,
    /// Connections that are being opened.
    connecting: BTreeMap<SocketId, RequestId>,
    deframers: BTreeMap<SocketId, Deframer>,
    pub(crate) listeners: Vec<SocketId>,
}

impl Peer {
    pub(crate) fn new(agent: Agent, names: Names) -> Self {
        Self {
            agent,
            received: Vec::new(),
            to_send: VecDeque::new(),
            sent: Vec::new(),
            names,
            resolved: Vec::new(),
            requests: Vec::new(),
            connecting: BTreeMap::new(),
            deframers: BTreeMap::new(),
            listeners: Vec::new(),
        }
    }

    fn send_data(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit> {
        let path = self.agent.send_route()?;
        let data = self.to_send.pop_front()?;
        let overhead = self.agent.overhead(&path);
        out.packet(1400, |frame: &mut Frame<'_>| {
            let mut inner = frame.reserve(overhead)?;
            inner.put_slice(&data).ok()?;
            self.agent.wrap(&path, &mut inner)?;
            inner.commit();
            Some(())
        })?;
        self.sent.push((now, path));
        out.transmit(self.agent.physical(&path), Ecn::NotEct)
    }

    /// Takes what happened to connections.
    fn take_streams(&mut self, now: Instant, host: HostId, network: &mut Network) {
        while let Some(event) = network.poll_stream(host) {
            match event {
                StreamEvent::Connected { socket, .. } => {
                    if let Some(id) = self.connecting.remove(&socket) {
                        self.agent
                            .handle_reply(now, id, Reply::Connected { socket });
                    }
                }
                StreamEvent::Refused(socket) => {
                    if let Some(id) = self.connecting.remove(&socket) {
                        self.agent.handle_reply(now, id, Reply::Failed);
                    }
                }
                StreamEvent::Accepted {
                    listener,
                    socket,
                    remote,
                } => self.agent.handle_accepted(now, listener, socket, remote),
                StreamEvent::Data { socket, octets } => self.take_octets(now, socket, &octets),
                StreamEvent::Closed(socket) => self.agent.handle_socket_closed(now, socket),
            }
        }
    }

    fn take_octets(&mut self, now: Instant, socket: SocketId, octets: &[u8]) {
        let deframer = self.deframers.entry(socket);
        let deframer = deframer.or_insert_with(|| Deframer::new(1500));
        let (agent, received) = (&mut self.agent, &mut self.received);
        deframer.feed(octets, |packet| {
            // The agent knows the addresses of its connections.
            let any = SocketAddr::from(([0, 0, 0, 0], 0));
            let path = Path::new(socket, any.ip(), any);
            let datagram = Datagram::new(path, Ecn::NotEct, now, packet);
            if let Some(datagram) = agent.handle_datagram(now, datagram) {
                received.push((now, datagram.path(), datagram.payload().to_vec()));
            }
        });
    }

    fn serve(&mut self, now: Instant, host: HostId, network: &mut Network) {
        self.take_streams(now, host, network);
        while let Some(request) = self.agent.poll_request() {
            self.requests.push(request.clone());
            let (id, reply): (RequestId, Reply) = match request {
                Request::OpenUdp { id, bind, ports } => {
                    let ports = ports.unwrap_or(0..=0);
                    let opened = ports
                        .clone()
                        .find_map(|port| network.open(host, SocketAddr::new(bind, port)).ok());
                    let reply = opened.and_then(|socket| {
                        let local = network.local_address(socket)?;
                        Some(Reply::Opened { socket, local })
                    });
                    (id, reply.unwrap_or(Reply::Failed))
                }
                Request::ListenTcp { id, bind, ports } => {
                    let port = ports.map_or(0, |ports| *ports.start());
                    let opened = network.listen(host, SocketAddr::new(bind, port)).ok();
                    let reply = opened.and_then(|socket| {
                        let local = network.listener_address(socket)?;
                        self.listeners.push(socket);
                        Some(Reply::Opened { socket, local })
                    });
                    (id, reply.unwrap_or(Reply::Failed))
                }
                Request::Connect { id, local, remote } => {
                    match network.connect(now, host, local, remote) {
                        Ok(socket) => {
                            self.connecting.insert(socket, id);
                            continue;
                        }
                        Err(_) => (id, Reply::Failed),
                    }
                }
                Request::Cancel(id) => {
                    self.connecting.retain(|socket, known| {
                        if *known == id {
                            network.close(*socket);
                        }
                        *known != id
                    });
                    continue;
                }
                Request::CloseSocket(socket) => {
                    network.close(socket);
                    continue;
                }
                Request::Resolve { id, host, .. } => {
                    self.resolved.push(host);
                    (id, Reply::Failed)
                }
                Request::ResolveMdns { id, name } => {
                    let found = self.names.borrow().get(&name).copied();
                    (
                        id,
                        found.map_or(Reply::Failed, |ip| Reply::Resolved(vec![ip])),
                    )
                }
                Request::PublishMdns { id, address, name } => {
                    self.names.borrow_mut().insert(name, address);
                    (id, Reply::Published)
                }
                _ => continue,
            };
            self.agent.handle_reply(now, id, reply);
        }
    }
}

impl Machine for Party {
    type Event = Event;

    fn handle_datagram(&mut self, now: Instant, datagram: Datagram) {
        match self {
            Self::Agent(peer) => {
                if let Some(datagram) = peer.agent.handle_datagram(now, datagram) {
                    peer.received
                        .push((now, datagram.path(), datagram.payload().to_vec()));
                }
            }
            Self::Server(server) => server.handle_datagram(now, &datagram),
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        if let Self::Agent(peer) = self {
            peer.agent.handle_timeout(now);
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        match self {
            Self::Agent(peer) => peer.agent.poll_timeout(),
            Self::Server(_) => None,
        }
    }

    fn poll_transmit(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit> {
        match self {
            Self::Agent(peer) => peer
                .agent
                .poll_transmit(now, out)
                .or_else(|| peer.send_data(now, out)),
            Self::Server(server) => server.poll_transmit(out),
        }
    }

    fn poll_event(&mut self) -> Option<Event> {
        match self {
            Self::Agent(peer) => peer.agent.poll_event(),
            Self::Server(_) => None,
        }
    }

    fn service(&mut self, now: Instant, host: HostId, network: &mut Network) {
        match self {
            Self::Agent(peer) => peer.serve(now, host, network),
            Self::Server(server) => server.serve(host, network),
        }
    }
}

/// Two agents, what is between them, and what they have told.
pub(crate) struct Call {
    pub(crate) world: World<Party>,
    pub(crate) a: PartyId,
    pub(crate) b: PartyId,
    pub(crate) hosts: [HostId; 2],
    pub(crate) told: [Vec<Candidate>; 2],
    pub(crate) events: [Vec<Event>; 2],
    /// Candidates are passed on when they are told.
    pub(crate) trickles: bool,
}

pub(crate) const SIDES: [usize; 2] = [0, 1];

impl Call {
    /// Two agents on hosts of `network`; nothing is begun.
    #[expect(clippy::needless_pass_by_value, reason = "made for the call")]
    pub(crate) fn new(
        seed: u64,
        network: Network,
        hosts: [HostId; 2],
        configs: [Config; 2],
    ) -> Self {
        Self::labelled(seed, network, hosts, &configs, ["a", "b"])
    }

    /// Two agents with the same randomness and configuration.
    pub(crate) fn twins(seed: u64, network: Network, hosts: [HostId; 2], config: Config) -> Self {
        Self::labelled(seed, network, hosts, &[config.clone(), config], ["a", "a"])
    }

    fn labelled(
        seed: u64,
        network: Network,
        hosts: [HostId; 2],
        configs: &[Config; 2],
        labels: [&str; 2],
    ) -> Self {
        let names = Names::default();
        let mut world = World::new(network);
        let now = world.now();
        let [a, b] = [(labels[0], 0), (labels[1], 1)].map(|(label, side)| {
            let env = clock::env(seed).child(label);
            let agent = Agent::new(configs[side].clone(), env, now);
            let mut peer = Peer::new(agent, Rc::clone(&names));
            let addresses = world.network.addresses(hosts[side]).collect();
            peer.agent.handle_interfaces(now, &interfaces(addresses));
            world.add(hosts[side], Party::Agent(Box::new(peer)))
        });
        Self {
            world,
            a,
            b,
            hosts,
            told: [Vec::new(), Vec::new()],
            events: [Vec::new(), Vec::new()],
            trickles: true,
        }
    }

    pub(crate) fn id(&self, side: usize) -> PartyId {
        [self.a, self.b][side]
    }

    pub(crate) fn peer(&mut self, side: usize) -> &mut Peer {
        let id = self.id(side);
        match &mut self.world[id] {
            Party::Agent(peer) => peer,
            Party::Server(_) => panic!("a server is no peer"),
        }
    }

    pub(crate) fn agent(&mut self, side: usize) -> &mut Agent {
        &mut self.peer(side).agent
    }

    pub(crate) fn now(&self) -> Instant {
        self.world.now()
    }

    /// Both gather and know each other's credentials.
    pub(crate) fn begin(&mut self) {
        let now = self.now();
        for side in SIDES {
            self.agent(side).gather(now);
        }
        self.exchange_credentials();
    }

    pub(crate) fn exchange_credentials(&mut self) {
        for side in SIDES {
            self.give_credentials(side);
        }
    }

    /// `side` learns the other's credentials.
    pub(crate) fn give_credentials(&mut self, side: usize) {
        let now = self.now();
        let credentials = self.agent(1 - side).local_credentials().clone();
        self.agent(side).set_remote_credentials(now, credentials);
    }

    /// Takes events and passes candidates on.
    pub(crate) fn signal(&mut self) {
        for side in SIDES {
            let id = self.id(side);
            for event in self.world.take_events(id) {
                if let Event::LocalCandidate(candidate) = &event {
                    self.told[side].push((**candidate).clone());
                    if self.trickles {
                        self.give_candidate(1 - side, candidate);
                    }
                }
                if event == Event::GatheringState(GatheringState::Complete) && self.trickles {
                    let now = self.now();
                    self.agent(1 - side).end_of_remote_candidates(now);
                }
                self.events[side].push(event);
            }
        }
    }

    pub(crate) fn give_candidate(&mut self, side: usize, candidate: &Candidate) {
        // As it is on the wire.
        let candidate: Candidate = candidate.to_string().parse().unwrap();
        let now = self.now();
        let _ = self.agent(side).add_remote_candidate(now, candidate);
    }

    pub(crate) fn run_until(
        &mut self,
        limit: Duration,
        mut done: impl FnMut(&mut Self) -> bool,
    ) -> bool {
        let end = self.now() + limit;
        loop {
            self.world.flush();
            self.signal();
            self.world.flush();
            if done(self) {
                return true;
            }
            let left = end.saturating_duration_since(self.now());
            if left.is_zero() {
                return false;
            }
            let before = self.now();
            self.world.run_until(left, |world| world.now() > before);
        }
    }

    pub(crate) fn run_for(&mut self, time: Duration) {
        self.run_until(time, |_| false);
    }

    pub(crate) fn is_selected(&mut self) -> bool {
        SIDES
            .into_iter()
            .all(|side| self.agent(side).selected_pair().is_some())
    }

    /// Runs until both have selected, and checks that they selected the same pair.
    pub(crate) fn connect(&mut self, limit: Duration) {
        let selected = self.run_until(limit, Self::is_selected);
        let states = SIDES.map(|side| self.agent(side).state());
        assert!(selected, "not connected after {limit:?}: {states:?}");
        for state in states {
            assert!(
                matches!(state, State::Connected | State::Completed),
                "{states:?}"
            );
        }
    }

    /// Sends a numbered packet each way and runs until both arrived.
    pub(crate) fn exchange_data(&mut self, limit: Duration) -> bool {
        for side in SIDES {
            let peer = self.peer(side);
            peer.received.clear();
            for number in 0..20_u8 {
                peer.to_send.push_back(vec![0x80 | number; 50]);
            }
        }
        self.run_until(limit, |call| {
            SIDES
                .into_iter()
                .all(|side| !call.peer(side).received.is_empty())
        })
    }

    pub(crate) fn state(&mut self, side: usize) -> State {
        self.agent(side).state()
    }
}

pub(crate) fn interfaces(addresses: Vec<IpAddr>) -> [Interface; 1] {
    let loopback = !addresses.is_empty() && addresses.iter().all(IpAddr::is_loopback);
    [Interface {
        name: "eth0".to_owned(),
        addresses,
        loopback,
        cost: 0,
    }]
}

pub(crate) fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

pub(crate) fn controlling() -> Config {
    Config {
        role: Role::Controlling,
        ..Config::default()
    }
}

pub(crate) fn controlled() -> Config {
    Config {
        role: Role::Controlled,
        ..Config::default()
    }
}

/// Two hosts on the open network.
pub(crate) fn open_network(seed: u64, link: &Link) -> (Network, [HostId; 2]) {
    let mut network = Network::new(seed, clock::start());
    let hosts = ["198.51.100.10", "198.51.100.20"].map(|address| {
        let host = network.add_host();
        network.add_address(host, Realm::Public, ip(address));
        network.set_links(host, link.clone(), link.clone());
        host
    });
    (network, hosts)
}

/// A call on the open network.
pub(crate) fn open_call(seed: u64, link: &Link) -> Call {
    let (network, hosts) = open_network(seed, link);
    Call::new(seed, network, hosts, [controlling(), controlled()])
}

/// Two hosts behind a translator each, or behind none, and a STUN and TURN server.
pub(crate) fn nat_call(
    seed: u64,
    link: &Link,
    nats: [Option<Nat>; 2],
    configs: [Config; 2],
) -> Call {
    let mut network = Network::new(seed, clock::start());
    let mut side = 0_u8;
    let hosts = nats.map(|nat| {
        side += 1;
        let host = network.add_host();
        let external = IpAddr::from([198, 51, 100, side]);
        match nat {
            None => network.add_address(host, Realm::Public, external),
            Some(nat) => {
                let nat = network.add_nat(Realm::Public, external, nat);
                network.add_address(host, Realm::Behind(nat), IpAddr::from([10, 0, side, 2]));
            }
        }
        network.set_links(host, link.clone(), link.clone());
        host
    });
    let server = network.add_host();
    network.add_address(server, Realm::Public, ip(SERVER));
    let mut call = Call::new(seed, network, hosts, configs);
    call.world
        .add(server, Party::Server(Box::new(RelayServer::new())));
    call
}

/// The address of the STUN and TURN server of [`nat_call`].
pub(crate) const SERVER: &str = "203.0.113.9";
