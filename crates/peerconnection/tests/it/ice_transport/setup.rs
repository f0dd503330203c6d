//! Two transports on hosts of a virtual network, and the signalling between them.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use stonechat_ice::Interface;
use stonechat_peerconnection::{
    Event, GatherOptions, IceCandidateInit, IceRole, IceServer, IceTransport, IceTransportConfig,
    IceTransportState, Reply, Request,
};
use stonechat_sansio::{Batch, Datagram, Transmit};
use stonechat_testkit::{HostId, Link, Machine, Nat, Network, PartyId, Realm, World, clock};

use crate::connections::{Connections, Happened};
use crate::relay_server::{PASSWORD, RelayServer, USERNAME};
use crate::setup::{A, B, SERVER, SIDES, env};

/// Names published by multicast DNS.
type Names = Rc<RefCell<BTreeMap<String, IpAddr>>>;

/// A transport with its driver, or a server.
pub(super) enum Party {
    Peer(Box<Peer>),
    Server(Box<RelayServer>),
}

/// A transport and what its driver and application keep.
pub(super) struct Peer {
    pub(super) ice: IceTransport,
    now: Instant,
    names: Names,
    fired: VecDeque<Event>,
    /// While false, no step is pulled.
    pub(super) pulls_steps: bool,
    pub(super) sockets_opened: usize,
    pub(super) sockets_closed: usize,
    connections: Connections,
}

impl Peer {
    fn serve(&mut self, now: Instant, host: HostId, network: &mut Network) {
        self.now = now;
        self.take_connections(now, host, network);
        while let Some(request) = self.ice.poll_request() {
            let (id, reply) = match request {
                Request::OpenUdp { id, bind, .. } => {
                    let socket = network.open(host, SocketAddr::new(bind, 0)).unwrap();
                    let local = network.local_address(socket).unwrap();
                    self.sockets_opened += 1;
                    (id, Reply::Opened { socket, local })
                }
                Request::ListenTcp { id, bind, .. } => {
                    let socket = network.listen(host, SocketAddr::new(bind, 0)).unwrap();
                    let local = network.listener_address(socket).unwrap();
                    self.sockets_opened += 1;
                    (id, Reply::Opened { socket, local })
                }
                Request::Connect { id, local, remote } => {
                    let way = (local, remote);
                    self.connections.connect(now, (host, network), id, way);
                    continue;
                }
                Request::Cancel(id) => {
                    self.connections.cancel(id);
                    continue;
                }
                Request::CloseSocket(socket) => {
                    self.sockets_closed += 1;
                    network.close(socket);
                    continue;
                }
                Request::ResolveMdns { id, name } => {
                    let found = self.names.borrow().get(&name).copied();
                    let reply = found.map_or(Reply::Failed, |ip| Reply::Resolved(vec![ip]));
                    (id, reply)
                }
                Request::PublishMdns { id, address, name } => {
                    self.names.borrow_mut().insert(name, address);
                    (id, Reply::Published)
                }
                Request::Resolve { id, .. } => (id, Reply::Failed),
                _ => continue,
            };
            self.ice.handle_reply(now, id, reply);
        }
    }

    /// Takes what happened to TCP connections.
    fn take_connections(&mut self, now: Instant, host: HostId, network: &mut Network) {
        while let Some(happened) = self.connections.poll(now, host, network) {
            match happened {
                Happened::Replied(id, reply) => {
                    self.sockets_opened += usize::from(reply != Reply::Failed);
                    self.ice.handle_reply(now, id, reply);
                }
                Happened::Accepted {
                    listener,
                    socket,
                    remote,
                } => {
                    self.sockets_opened += 1;
                    self.ice.handle_accepted(now, listener, socket, remote);
                }
                Happened::Arrived(datagrams) => {
                    for datagram in datagrams {
                        self.ice.handle_datagram(now, datagram);
                    }
                }
                Happened::Closed(socket) => {
                    self.sockets_closed += 1;
                    self.ice.handle_socket_closed(now, socket);
                }
            }
        }
    }
}

impl Machine for Party {
    type Event = Event;

    fn handle_datagram(&mut self, now: Instant, datagram: Datagram) {
        match self {
            Self::Peer(peer) => peer.ice.handle_datagram(now, datagram),
            Self::Server(server) => server.handle_datagram(now, &datagram),
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        if let Self::Peer(peer) = self {
            peer.ice.handle_timeout(now);
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        match self {
            Self::Peer(peer) => peer.ice.poll_timeout(),
            Self::Server(_) => None,
        }
    }

    fn poll_transmit(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit> {
        match self {
            Self::Peer(peer) => peer.ice.poll_transmit(now, out),
            Self::Server(server) => server.poll_transmit(out),
        }
    }

    fn poll_event(&mut self) -> Option<Event> {
        let Self::Peer(peer) = self else { return None };
        loop {
            if let Some(event) = peer.fired.pop_front() {
                return Some(event);
            }
            if !peer.pulls_steps {
                return None;
            }
            peer.fired.extend(peer.ice.poll_step(peer.now)?.fire);
        }
    }

    fn service(&mut self, now: Instant, host: HostId, network: &mut Network) {
        match self {
            Self::Peer(peer) => peer.serve(now, host, network),
            Self::Server(server) => server.serve(host, network),
        }
    }
}

/// Two transports, what is between them, and what happened at each.
pub(super) struct Couple {
    pub(super) world: World<Party>,
    pub(super) hosts: [HostId; 2],
    ids: [PartyId; 2],
    /// Everything that fired, in order.
    pub(super) events: [Vec<Event>; 2],
    /// Candidates are carried to the other side as they come.
    pub(super) trickles: bool,
}

impl Couple {
    /// Two beside each other on the open network.
    pub(super) fn new(seed: u64, link: &Link) -> Self {
        Self::configured(seed, link, &IceTransportConfig::default())
    }

    pub(super) fn configured(seed: u64, link: &Link, config: &IceTransportConfig) -> Self {
        Self::between(seed, link, [config, config])
    }

    pub(super) fn between(seed: u64, link: &Link, configs: [&IceTransportConfig; 2]) -> Self {
        let mut network = Network::new(seed, clock::start());
        let hosts = ["192.0.2.1", "192.0.2.2"].map(|address| {
            let host = network.add_host();
            network.add_address(host, Realm::Public, address.parse().unwrap());
            network.set_links(host, link.clone(), link.clone());
            host
        });
        Self::on(seed, network, hosts, configs)
    }

    /// Two behind translators, and a server for STUN and TURN in the public network.
    pub(super) fn behind(seed: u64, nats: [Nat; 2], link: &Link) -> Self {
        let mut network = Network::new(seed, clock::start());
        let mut side = 0_u8;
        let hosts = nats.map(|nat| {
            side += 1;
            let nat = network.add_nat(Realm::Public, [198, 51, 100, side].into(), nat);
            let host = network.add_host();
            network.add_address(host, Realm::Behind(nat), [10, 0, side, 2].into());
            network.set_links(host, link.clone(), link.clone());
            host
        });
        let server = network.add_host();
        network.add_address(server, Realm::Public, SERVER.parse().unwrap());
        let config = IceTransportConfig::default();
        let mut couple = Self::on(seed, network, hosts, [&config; 2]);
        couple
            .world
            .add(server, Party::Server(Box::new(RelayServer::new())));
        couple
    }

    fn on(
        seed: u64,
        network: Network,
        hosts: [HostId; 2],
        configs: [&IceTransportConfig; 2],
    ) -> Self {
        let names = Names::default();
        let mut world = World::new(network);
        let ids = SIDES.map(|side| {
            let now = clock::start();
            let mut ice = IceTransport::new(configs[side].clone(), &env(seed, side), now);
            let interface = Interface {
                name: String::from("eth0"),
                addresses: world.network.addresses(hosts[side]).collect(),
                loopback: false,
                cost: 0,
            };
            ice.handle_interfaces(now, &[interface]);
            let peer = Peer {
                ice,
                now,
                names: Rc::clone(&names),
                fired: VecDeque::new(),
                pulls_steps: true,
                sockets_opened: 0,
                sockets_closed: 0,
                connections: Connections::default(),
            };
            world.add(hosts[side], Party::Peer(Box::new(peer)))
        });
        Self {
            world,
            hosts,
            ids,
            events: [Vec::new(), Vec::new()],
            trickles: true,
        }
    }

    pub(super) fn peer(&mut self, side: usize) -> &mut Peer {
        match &mut self.world[self.ids[side]] {
            Party::Peer(peer) => peer,
            Party::Server(_) => panic!("a server is no peer"),
        }
    }

    pub(super) fn ice(&mut self, side: usize) -> &mut IceTransport {
        &mut self.peer(side).ice
    }

    pub(super) fn now(&self) -> Instant {
        self.world.now()
    }

    pub(super) fn gather(&mut self, options: &GatherOptions) {
        let now = self.now();
        for side in SIDES {
            self.ice(side).gather(now, options).unwrap();
        }
    }

    /// `side` learns the parameters of the other.
    pub(super) fn start(&mut self, side: usize, role: IceRole) {
        let now = self.now();
        let theirs = self.ice(1 - side).local_parameters();
        self.ice(side).start(now, theirs, role).unwrap();
    }

    pub(super) fn begin(&mut self, options: &GatherOptions) {
        self.gather(options);
        self.start(A, IceRole::Controlling);
        self.start(B, IceRole::Controlled);
    }

    /// Takes events and carries candidates, as signalling would.
    pub(super) fn signal(&mut self) {
        for side in SIDES {
            for event in self.world.take_events(self.ids[side]) {
                if let Event::IceCandidate {
                    candidate: Some(candidate),
                    ..
                } = &event
                    && self.trickles
                {
                    self.give(1 - side, candidate.to_json());
                }
                self.events[side].push(event);
            }
        }
    }

    pub(super) fn give(&mut self, side: usize, candidate: IceCandidateInit) {
        let now = self.now();
        self.ice(side).add_remote_candidate(now, candidate).unwrap();
    }

    pub(super) fn run_until(
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

    pub(super) fn run_for(&mut self, time: Duration) {
        self.run_until(time, |_| false);
    }

    pub(super) fn states(&mut self) -> [IceTransportState; 2] {
        SIDES.map(|side| self.ice(side).state())
    }

    /// Runs until both have selected a pair and are connected.
    pub(super) fn connect(&mut self) {
        use IceTransportState::{Completed, Connected};
        let connected = self.run_until(LIMIT, |couple| {
            SIDES.into_iter().all(|side| {
                let ice = couple.ice(side);
                matches!(ice.state(), Connected | Completed)
                    && ice.selected_candidate_pair().is_some()
            })
        });
        assert!(connected, "{:?}", self.states());
    }

    /// Sends numbered datagrams each way until one arrived on both sides.
    pub(super) fn exchange_data(&mut self) {
        for side in SIDES {
            while self.ice(side).recv_datagram().is_some() {}
        }
        let mut arrived = [false; 2];
        for number in 0..40_u8 {
            let now = self.now();
            for side in SIDES {
                let data = Bytes::from(vec![0x80 | number; 100]);
                self.ice(side).send_datagram(now, data).unwrap();
            }
            self.run_for(Duration::from_millis(100));
            for side in SIDES {
                arrived[side] |= self.ice(side).recv_datagram().is_some();
            }
            if arrived == [true; 2] {
                return;
            }
        }
        panic!("nothing arrived: {arrived:?}");
    }

    pub(super) fn state_changes(&self, side: usize) -> Vec<IceTransportState> {
        let changes = self.events[side].iter();
        changes
            .filter_map(|event| match event {
                Event::IceTransportStateChange(_, state) => Some(*state),
                _ => None,
            })
            .collect()
    }
}

pub(super) const LIMIT: Duration = Duration::from_secs(40);

pub(super) fn with_servers() -> GatherOptions {
    GatherOptions {
        ice_servers: vec![IceServer {
            urls: vec![format!("stun:{SERVER}"), format!("turn:{SERVER}")],
            username: Some(USERNAME.to_owned()),
            credential: Some(PASSWORD.to_owned()),
        }],
        ..GatherOptions::default()
    }
}
