//! Peer connections on hosts of a virtual network, and the signalling between them.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use stonechat_crypto::{Certificate, CertificateParams};
use stonechat_ice::Interface;
use stonechat_peerconnection::{
    Answer, Call, ChannelId, ChannelInit, Config, Configuration, ConnectionState, Error, Event,
    IceCandidate, IceCandidateInit, Kind, MediaEvent, MessageKind, OfferOptions, PeerConnection,
    PromiseId, Reply, Request, RequestId, SdpType, SenderId, SessionDescription, SignalingState,
    TrackInfo, Value, Which,
};
use stonechat_sansio::{Batch, Datagram, Env, Transmit};
use stonechat_testkit::{HostId, Link, Machine, Nat, Network, PartyId, Realm, World, clock};

use crate::connections::{Connections, Happened};
use crate::relay_server::RelayServer;

pub(crate) const SERVER: &str = "203.0.113.1";
pub(crate) const A: usize = 0;
pub(crate) const B: usize = 1;
pub(crate) const SIDES: [usize; 2] = [A, B];

/// Names published by multicast DNS, for all peers of a world.
type Names = Rc<RefCell<BTreeMap<String, IpAddr>>>;

pub(crate) fn env(seed: u64, side: usize) -> Env {
    clock::env(seed).child(["a", "b"][side])
}

pub(crate) fn certificate(env: &Env) -> Certificate {
    let mut rng = env.seed().child("certificate").rng();
    let now = env.wall_at(clock::start());
    Certificate::self_signed(env.crypto(), &mut rng, now, CertificateParams::default()).unwrap()
}

pub(crate) fn peer_connection(
    seed: u64,
    side: usize,
    config: Config,
    configuration: Configuration,
) -> PeerConnection {
    let env = env(seed, side);
    PeerConnection::new(
        config,
        configuration,
        certificate(&env),
        &env,
        clock::start(),
    )
    .unwrap()
}

/// A peer connection with its driver, or a server.
pub(crate) enum Party {
    Peer(Box<Peer>),
    Server(Box<RelayServer>),
}

/// A peer connection and what its driver and application keep.
pub(crate) struct Peer {
    pub(crate) pc: PeerConnection,
    now: Instant,
    names: Names,
    fired: VecDeque<Event>,
    /// Promises that are settled.
    pub(crate) settled: BTreeMap<PromiseId, Result<Value, Error>>,
    /// Messages by channel.
    pub(crate) messages: BTreeMap<ChannelId, Vec<(MessageKind, Bytes)>>,
    pub(crate) media: Vec<MediaEvent>,
    /// While false, no step is pulled.
    pub(crate) pulls_steps: bool,
    pub(crate) sockets_opened: usize,
    pub(crate) sockets_closed: usize,
    connections: Connections,
}

impl Peer {
    pub(crate) fn new(pc: PeerConnection, names: Names) -> Self {
        Self {
            pc,
            now: clock::start(),
            names,
            fired: VecDeque::new(),
            settled: BTreeMap::new(),
            messages: BTreeMap::new(),
            media: Vec::new(),
            pulls_steps: true,
            sockets_opened: 0,
            sockets_closed: 0,
            connections: Connections::default(),
        }
    }

    fn pull_step(&mut self) -> bool {
        if !self.pulls_steps {
            return false;
        }
        let Some(step) = self.pc.poll_step(self.now) else {
            return false;
        };
        self.settled.extend(step.settle);
        for event in step.fire {
            if let Event::ChannelMessage {
                channel,
                kind,
                data,
            } = &event
            {
                self.messages
                    .entry(*channel)
                    .or_default()
                    .push((*kind, data.clone()));
            }
            self.fired.push_back(event);
        }
        true
    }

    /// Takes what happened to TCP connections.
    fn take_streams(&mut self, now: Instant, host: HostId, network: &mut Network) {
        while let Some(happened) = self.connections.poll(now, host, network) {
            match happened {
                Happened::Replied(id, reply) => {
                    self.sockets_opened += usize::from(reply != Reply::Failed);
                    self.pc.handle_reply(now, id, reply);
                }
                Happened::Accepted {
                    listener,
                    socket,
                    remote,
                } => {
                    self.sockets_opened += 1;
                    self.pc.handle_accepted(now, listener, socket, remote);
                }
                Happened::Arrived(datagrams) => {
                    for datagram in datagrams {
                        self.pc.handle_datagram(now, datagram);
                    }
                }
                Happened::Closed(socket) => {
                    self.sockets_closed += 1;
                    self.pc.handle_socket_closed(now, socket);
                }
            }
        }
    }

    fn serve(&mut self, now: Instant, host: HostId, network: &mut Network) {
        self.now = now;
        self.take_streams(now, host, network);
        while let Some(request) = self.pc.poll_request() {
            let (id, reply): (RequestId, Reply) = match request {
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
                    (
                        id,
                        found.map_or(Reply::Failed, |ip| Reply::Resolved(vec![ip])),
                    )
                }
                Request::PublishMdns { id, address, name } => {
                    self.names.borrow_mut().insert(name, address);
                    (id, Reply::Published)
                }
                Request::Resolve { id, .. } => (id, Reply::Failed),
                _ => continue,
            };
            self.pc.handle_reply(now, id, reply);
        }
    }
}

impl Machine for Party {
    type Event = Event;

    fn handle_datagram(&mut self, now: Instant, datagram: Datagram) {
        match self {
            Self::Peer(peer) => peer.pc.handle_datagram(now, datagram),
            Self::Server(server) => server.handle_datagram(now, &datagram),
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        if let Self::Peer(peer) = self {
            peer.pc.handle_timeout(now);
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        match self {
            Self::Peer(peer) => peer.pc.poll_timeout(),
            Self::Server(_) => None,
        }
    }

    fn poll_transmit(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit> {
        match self {
            Self::Peer(peer) => peer.pc.poll_transmit(now, out),
            Self::Server(server) => server.poll_transmit(out),
        }
    }

    fn poll_event(&mut self) -> Option<Event> {
        let Self::Peer(peer) = self else { return None };
        while let Some(event) = peer.pc.poll_media_event() {
            peer.media.push(event);
        }
        loop {
            if let Some(event) = peer.fired.pop_front() {
                return Some(event);
            }
            if !peer.pull_step() {
                return None;
            }
        }
    }

    fn service(&mut self, now: Instant, host: HostId, network: &mut Network) {
        match self {
            Self::Peer(peer) => peer.serve(now, host, network),
            Self::Server(server) => server.serve(host, network),
        }
    }
}

/// Two peer connections, what is between them, and what happened at each.
pub(crate) struct Duo {
    pub(crate) world: World<Party>,
    ids: [PartyId; 2],
    pub(crate) hosts: [HostId; 2],
    /// Everything that fired, in order.
    pub(crate) events: [Vec<Event>; 2],
    /// Candidates that the other side could not take yet.
    pub(crate) candidates: [VecDeque<IceCandidate>; 2],
    /// Candidates are passed on as they come; else only descriptions carry them.
    pub(crate) trickles: bool,
}

impl Duo {
    /// Two peers beside each other on a network of a few milliseconds.
    pub(crate) fn new(seed: u64) -> Self {
        Self::with(seed, [Configuration::default(), Configuration::default()])
    }

    pub(crate) fn with(seed: u64, configurations: [Configuration; 2]) -> Self {
        Self::configured(seed, [Config::default(), Config::default()], configurations)
    }

    pub(crate) fn configured(
        seed: u64,
        configs: [Config; 2],
        configurations: [Configuration; 2],
    ) -> Self {
        let mut network = Network::new(seed, clock::start());
        let hosts = ["192.0.2.1", "192.0.2.2"].map(|address| {
            let host = network.add_host();
            network.add_address(host, Realm::Public, address.parse().unwrap());
            let link = Link::delay(Duration::from_millis(5));
            network.set_links(host, link.clone(), link);
            host
        });
        Self::on(seed, network, hosts, configs, configurations)
    }

    /// Two peers behind translators, and a server for STUN and TURN in the public network.
    pub(crate) fn behind(
        seed: u64,
        nats: [Nat; 2],
        link: &Link,
        configurations: [Configuration; 2],
    ) -> Self {
        let mut network = Network::new(seed, clock::start());
        let mut side = 0_u8;
        let hosts = nats.map(|nat| {
            side += 1;
            let outside = format!("198.51.100.{side}").parse().unwrap();
            let nat = network.add_nat(Realm::Public, outside, nat);
            let host = network.add_host();
            let inside = format!("10.0.{side}.2").parse().unwrap();
            network.add_address(host, Realm::Behind(nat), inside);
            network.set_links(host, link.clone(), link.clone());
            host
        });
        let server = network.add_host();
        network.add_address(server, Realm::Public, SERVER.parse().unwrap());
        let configs = [Config::default(), Config::default()];
        let mut duo = Self::on(seed, network, hosts, configs, configurations);
        duo.world
            .add(server, Party::Server(Box::new(RelayServer::new())));
        duo
    }

    pub(crate) fn on(
        seed: u64,
        network: Network,
        hosts: [HostId; 2],
        configs: [Config; 2],
        configurations: [Configuration; 2],
    ) -> Self {
        let names = Names::default();
        let mut world = World::new(network);
        let [config_a, config_b] = configs;
        let [configuration_a, configuration_b] = configurations;
        let ids = [
            (A, config_a, configuration_a),
            (B, config_b, configuration_b),
        ]
        .map(|(side, config, configuration)| {
            let mut pc = peer_connection(seed, side, config, configuration);
            let addresses = world.network.addresses(hosts[side]).collect();
            let name = String::from("eth0");
            let interface = Interface {
                name,
                addresses,
                loopback: false,
                cost: 0,
            };
            pc.handle_interfaces(clock::start(), &[interface]);
            world.add(
                hosts[side],
                Party::Peer(Box::new(Peer::new(pc, Rc::clone(&names)))),
            )
        });
        Self {
            world,
            ids,
            hosts,
            events: [Vec::new(), Vec::new()],
            candidates: [VecDeque::new(), VecDeque::new()],
            trickles: true,
        }
    }

    pub(crate) fn peer(&mut self, side: usize) -> &mut Peer {
        match &mut self.world[self.ids[side]] {
            Party::Peer(peer) => peer,
            Party::Server(_) => panic!("a server is no peer"),
        }
    }

    pub(crate) fn open_sockets(&mut self, side: usize) -> usize {
        let peer = self.peer(side);
        peer.sockets_opened - peer.sockets_closed
    }

    pub(crate) fn pc(&mut self, side: usize) -> &mut PeerConnection {
        &mut self.peer(side).pc
    }

    pub(crate) fn session(&self, side: usize) -> &stonechat_peerconnection::Session {
        match &self.world[self.ids[side]] {
            Party::Peer(peer) => peer.pc.session(),
            Party::Server(_) => panic!("a server is no peer"),
        }
    }

    pub(crate) fn now(&self) -> Instant {
        self.world.now()
    }

    pub(crate) fn call(&mut self, side: usize, call: Call) -> Answer {
        let now = self.now();
        self.pc(side).call(now, call)
    }

    /// Calls something that must not fail.
    pub(crate) fn does(&mut self, side: usize, call: Call) -> Answer {
        let text = format!("{call:?}");
        match self.call(side, call) {
            Answer::Failed(error) => panic!("{text}: {error}"),
            answer => answer,
        }
    }

    /// Calls something that promises, and lets it settle without letting time pass.
    pub(crate) fn promised(&mut self, side: usize, call: Call) -> Result<Value, Error> {
        match self.call(side, call) {
            Answer::Promise(promise) => self.settle(side, promise),
            Answer::Failed(error) => Err(error),
            other => panic!("no promise but {other:?}"),
        }
    }

    pub(crate) fn settle(&mut self, side: usize, promise: PromiseId) -> Result<Value, Error> {
        self.flush();
        self.peer(side)
            .settled
            .remove(&promise)
            .expect("the promise did not settle")
    }

    /// Takes what is to be taken without letting time pass.
    pub(crate) fn flush(&mut self) {
        self.world.flush();
        for side in SIDES {
            for event in self.world.take_events(self.ids[side]) {
                if let Event::IceCandidate {
                    candidate: Some(candidate),
                    ..
                } = &event
                {
                    self.candidates[side].push_back(candidate.clone());
                }
                self.events[side].push(event);
            }
        }
    }

    /// Passes candidates on as far as the other side can take them.
    pub(crate) fn signal(&mut self) {
        self.flush();
        for side in SIDES {
            let other = 1 - side;
            if !self.trickles {
                self.candidates[side].clear();
                continue;
            }
            if self.session(other).description(Which::Remote).is_none() {
                continue;
            }
            // Signalling keeps order: candidates come behind the description of their generation.
            let remote = self
                .session(other)
                .description(Which::Remote)
                .map(|remote| remote.sdp);
            while let Some(candidate) = self.candidates[side].front() {
                let ufrag = candidate.username_fragment().unwrap_or_default();
                let line = format!("a=ice-ufrag:{ufrag}\r\n");
                let local = self.session(side).description(Which::Local);
                let is_old = local.is_none_or(|local| !local.sdp.contains(&line));
                if !is_old && remote.as_ref().is_none_or(|remote| !remote.contains(&line)) {
                    break;
                }
                let init = init(candidate);
                self.candidates[side].pop_front();
                self.call(other, Call::AddIceCandidate(Some(init)));
            }
        }
        self.flush();
    }

    pub(crate) fn run_until(
        &mut self,
        limit: Duration,
        mut done: impl FnMut(&mut Self) -> bool,
    ) -> bool {
        let end = self.now() + limit;
        loop {
            self.signal();
            if done(self) {
                return true;
            }
            let left = end.saturating_duration_since(self.now());
            if left.is_zero() {
                return false;
            }
            let before = self.now();
            let mut first = true;
            self.world.run_until(left, |world| {
                let stop = world.now() > before || !first;
                first = false;
                stop
            });
        }
    }

    pub(crate) fn run_for(&mut self, time: Duration) {
        self.run_until(time, |_| false);
    }

    pub(crate) fn create_offer(&mut self, side: usize) -> SessionDescription {
        self.create_offer_with(side, OfferOptions::default())
    }

    pub(crate) fn create_offer_with(
        &mut self,
        side: usize,
        options: OfferOptions,
    ) -> SessionDescription {
        description(self.promised(side, Call::CreateOffer(options)))
    }

    pub(crate) fn create_answer(&mut self, side: usize) -> SessionDescription {
        description(self.promised(side, Call::CreateAnswer))
    }

    pub(crate) fn set_local(&mut self, side: usize, description: &SessionDescription) {
        self.promised(side, Call::SetLocalDescription(Some(description.clone())))
            .unwrap();
    }

    pub(crate) fn set_remote(&mut self, side: usize, description: &SessionDescription) {
        self.promised(side, Call::SetRemoteDescription(description.clone()))
            .unwrap_or_else(|error| panic!("{error}\n{}", description.sdp));
    }

    /// Makes an offer, sets it at both sides and returns it.
    pub(crate) fn offer_from(&mut self, side: usize) -> SessionDescription {
        let offer = self.create_offer(side);
        self.set_local(side, &offer);
        self.set_remote(1 - side, &offer);
        offer
    }

    /// Makes an answer, sets it at both sides and returns it.
    pub(crate) fn answer_from(&mut self, side: usize) -> SessionDescription {
        let answer = self.create_answer(side);
        self.set_local(side, &answer);
        self.set_remote(1 - side, &answer);
        answer
    }

    /// One whole exchange, begun by `side`; returns both descriptions.
    pub(crate) fn negotiate(&mut self, side: usize) -> (SessionDescription, SessionDescription) {
        let offer = self.offer_from(side);
        let answer = self.answer_from(1 - side);
        for side in SIDES {
            assert_eq!(self.session(side).signaling_state(), SignalingState::Stable);
        }
        (offer, answer)
    }

    pub(crate) fn is_connected(&self) -> bool {
        SIDES
            .into_iter()
            .all(|side| self.session(side).connection_state() == ConnectionState::Connected)
    }

    pub(crate) fn connect(&mut self) {
        self.connect_within(Duration::from_secs(10));
    }

    pub(crate) fn connect_within(&mut self, limit: Duration) {
        let connected = self.run_until(limit, |duo| duo.is_connected());
        let states = SIDES.map(|side| {
            let session = self.session(side);
            (session.connection_state(), session.ice_connection_state())
        });
        assert!(connected, "not connected after {limit:?}: {states:?}");
    }

    pub(crate) fn create_channel(&mut self, side: usize, label: &str) -> ChannelId {
        self.create_channel_with(side, label, ChannelInit::default())
    }

    pub(crate) fn create_channel_with(
        &mut self,
        side: usize,
        label: &str,
        init: ChannelInit,
    ) -> ChannelId {
        let label = label.to_owned();
        match self.does(side, Call::CreateDataChannel { label, init }) {
            Answer::Channel(channel) => channel,
            other => panic!("{other:?}"),
        }
    }

    /// The channels that the peer announced to `side`.
    pub(crate) fn announced(&self, side: usize) -> Vec<ChannelId> {
        self.events[side]
            .iter()
            .filter_map(|event| match event {
                Event::DataChannel(channel) => Some(*channel),
                _ => None,
            })
            .collect()
    }

    /// Waits until the peer announced `count` channels to `side`, and names the last one.
    pub(crate) fn wait_announced(&mut self, side: usize, count: usize) -> ChannelId {
        let limit = Duration::from_secs(30);
        assert!(
            self.run_until(limit, |duo| duo.announced(side).len() >= count),
            "not announced"
        );
        self.announced(side)[count - 1]
    }

    /// Connects, with a channel of side A that is open at both sides.
    pub(crate) fn connect_with_channel(&mut self) -> [ChannelId; 2] {
        let ours = self.create_channel(A, "chat");
        self.negotiate(A);
        self.connect_within(Duration::from_secs(60));
        let theirs = self.wait_announced(B, 1);
        self.wait_open(A, ours);
        [ours, theirs]
    }

    pub(crate) fn wait_open(&mut self, side: usize, channel: ChannelId) {
        let limit = Duration::from_secs(30);
        let open = |event: &Event| matches!(event, Event::ChannelOpen(other) if *other == channel);
        assert!(
            self.run_until(limit, |duo| duo.events[side].iter().any(open)),
            "not open"
        );
    }

    pub(crate) fn send(&mut self, side: usize, channel: ChannelId, data: impl Into<Bytes>) {
        let (kind, data) = (MessageKind::Binary, data.into());
        self.does(
            side,
            Call::Send {
                channel,
                kind,
                data,
            },
        );
    }

    pub(crate) fn received(&mut self, side: usize, channel: ChannelId) -> Vec<Bytes> {
        let messages = self.peer(side).messages.get(&channel);
        messages
            .into_iter()
            .flatten()
            .map(|(_, data)| data.clone())
            .collect()
    }

    pub(crate) fn wait_received(&mut self, side: usize, channel: ChannelId, count: usize) {
        let limit = Duration::from_secs(60);
        let done = self.run_until(limit, |duo| duo.received(side, channel).len() >= count);
        assert!(
            done,
            "{} of {count} arrived",
            self.received(side, channel).len()
        );
    }

    pub(crate) fn add_track(&mut self, side: usize, kind: Kind, id: &str) -> SenderId {
        let track = TrackInfo {
            id: id.to_owned(),
            kind,
        };
        let streams = vec![String::from("stream")];
        match self.does(side, Call::AddTrack { track, streams }) {
            Answer::Sender(sender) => sender,
            other => panic!("{other:?}"),
        }
    }

    /// How often something of `pattern` fired at `side`.
    pub(crate) fn count(&self, side: usize, pattern: impl Fn(&Event) -> bool) -> usize {
        self.events[side]
            .iter()
            .filter(|event| pattern(event))
            .count()
    }

    pub(crate) fn clear_events(&mut self) {
        self.flush();
        for events in &mut self.events {
            events.clear();
        }
    }
}

pub(crate) fn init(candidate: &IceCandidate) -> IceCandidateInit {
    candidate.to_json()
}

pub(crate) fn description(result: Result<Value, Error>) -> SessionDescription {
    match result {
        Ok(Value::Description(description)) => description,
        other => panic!("no description but {other:?}"),
    }
}

pub(crate) fn offer(sdp: &str) -> SessionDescription {
    SessionDescription {
        kind: SdpType::Offer,
        sdp: sdp.to_owned(),
    }
}
