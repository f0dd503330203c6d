//! A virtual network: hosts with sockets, links, translators of addresses; in virtual time.

pub(crate) mod link;
mod loss;
mod nat;
mod stream;
mod trace;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use bytes::BytesMut;
use stonechat_sansio::{Datagram, Dscp, Ecn, Path, Seed, SocketId, Transmit};

pub use link::Link;
use link::{LinkState, Passage, flip};
pub use loss::{GilbertElliott, Loss};
use nat::NatState;
pub use nat::{Dependence, Nat, Ports};
pub use stream::StreamEvent;
use stream::{Streams, Syn};
pub use trace::{DropReason, Happened, Trace, TraceEntry};

/// Names a host of a [`Network`].
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct HostId(usize);

/// Names a translator of a [`Network`].
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct NatId(usize);

/// Where an address lives. The same private address may exist behind several translators.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Realm {
    /// The public network.
    Public,
    /// The network behind a translator.
    Behind(NatId),
}

/// Why a socket could not be opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OpenError {
    /// The host does not have the address.
    NoAddress,
    /// Another socket of the host has the port.
    InUse,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAddress => "the host does not have the address",
            Self::InUse => "another socket has the port",
        })
    }
}

impl std::error::Error for OpenError {}

type Firewall = Box<dyn FnMut(SocketAddr, SocketAddr, &[u8]) -> bool>;

/// Hosts, links and translators, and the packets between them.
///
/// TCP connections are there as well ([`listen`](Network::listen), [`connect`](Network::connect)):
/// reliable and ordered, with the delays of the links and their octets cut anyhow. They are not
/// seen by a [firewall](Network::set_firewall), which is about datagrams.
///
/// A packet goes through the uplink of its host, outward through the translators that its host is
/// behind, inward through those of its destination, and through the downlink of that host. The
/// network has no clock: it stands at the latest instant that it was given.
///
/// ```
/// use std::time::Duration;
/// use stonechat_testkit::{Link, Nat, Network, Realm, clock};
/// use stonechat_testkit::sansio::{Ecn, Path};
///
/// let now = clock::start();
/// let mut network = Network::new(1, now);
/// let nat = network.add_nat(Realm::Public, "198.51.100.1".parse().unwrap(), Nat::symmetric());
/// let (inside, outside) = (network.add_host(), network.add_host());
/// network.add_address(inside, Realm::Behind(nat), "10.0.0.2".parse().unwrap());
/// network.add_address(outside, Realm::Public, "203.0.113.9".parse().unwrap());
/// network.set_links(outside, Link::default(), Link::delay(Duration::from_millis(20)));
///
/// let socket = network.open(inside, "10.0.0.2:5000".parse().unwrap()).unwrap();
/// let server = network.open(outside, "203.0.113.9:3478".parse().unwrap()).unwrap();
/// let path = Path::new(socket, "10.0.0.2".parse().unwrap(), "203.0.113.9:3478".parse().unwrap());
/// network.send(now, path, Ecn::NotEct, b"hello");
///
/// assert!(network.receive(now).is_none());
/// let then = network.poll_timeout().unwrap();
/// assert_eq!(then - now, Duration::from_millis(20));
/// let (host, datagram) = network.receive(then).unwrap();
/// assert_eq!((host, datagram.path().socket()), (outside, server));
/// assert_eq!(datagram.path().remote().ip().to_string(), "198.51.100.1");
/// ```
pub struct Network {
    seed: Seed,
    start: Instant,
    now: Instant,
    hosts: Vec<Host>,
    nats: Vec<(Realm, NatState)>,
    sockets: BTreeMap<SocketId, Socket>,
    next_socket: u32,
    routes: BTreeMap<(Realm, IpAddr), Place>,
    /// What happens when; the number keeps what happens at one instant in order.
    events: BTreeMap<(Instant, u64), Event>,
    next_event: u64,
    inbox: VecDeque<(HostId, Datagram)>,
    firewall: Option<Firewall>,
    streams: Streams,
    trace: Trace,
}

struct Host {
    up: LinkState,
    down: LinkState,
    addresses: Vec<(Realm, IpAddr)>,
    is_cut_off: bool,
    next_port: u16,
}

struct Socket {
    host: HostId,
    local: SocketAddr,
}

#[derive(Clone, Copy)]
enum Place {
    Host(HostId),
    Nat(NatId),
}

enum Event {
    /// A packet left the uplink of its host, in a realm.
    Left(Realm, Packet),
    /// A packet left the downlink of a host.
    Arrived(HostId, Packet),
    /// The first packet of a connection.
    Syn(Syn),
    /// Something for one end of a connection.
    Stream(SocketId, StreamEvent),
}

#[derive(Clone)]
struct Packet {
    from: SocketAddr,
    to: SocketAddr,
    ecn: Ecn,
    dscp: Dscp,
    payload: BytesMut,
}

impl Packet {
    fn headers(&self) -> usize {
        if self.to.is_ipv6() { 48 } else { 28 }
    }
}

impl Network {
    /// An empty network at `now`. The seed decides all that is random.
    #[must_use]
    pub fn new(seed: u64, now: Instant) -> Self {
        let seed = Seed::from_u64(seed).child("network");
        Self {
            streams: Streams::new(&seed),
            seed,
            start: now,
            now,
            hosts: Vec::new(),
            nats: Vec::new(),
            sockets: BTreeMap::new(),
            next_socket: 1,
            routes: BTreeMap::new(),
            events: BTreeMap::new(),
            next_event: 0,
            inbox: VecDeque::new(),
            firewall: None,
            trace: Trace::default(),
        }
    }

    /// Adds a host without addresses, with perfect links.
    pub fn add_host(&mut self) -> HostId {
        let id = HostId(self.hosts.len());
        self.hosts.push(Host {
            up: LinkState::new(Link::default(), &self.seed.child(&format!("up {}", id.0))),
            down: LinkState::new(Link::default(), &self.seed.child(&format!("down {}", id.0))),
            addresses: Vec::new(),
            is_cut_off: false,
            next_port: 49_152,
        });
        id
    }

    /// Adds a translator between `outer`, where it has the address `external`, and a new realm
    /// behind it.
    pub fn add_nat(&mut self, outer: Realm, external: IpAddr, nat: Nat) -> NatId {
        let id = NatId(self.nats.len());
        let seed = self.seed.child(&format!("nat {}", id.0));
        self.nats.push((outer, NatState::new(nat, external, &seed)));
        self.routes.insert((outer, external), Place::Nat(id));
        id
    }

    /// Gives a host one more address. A host may have addresses in several realms.
    pub fn add_address(&mut self, host: HostId, realm: Realm, address: IpAddr) {
        self.hosts[host.0].addresses.push((realm, address));
        self.routes.insert((realm, address), Place::Host(host));
    }

    /// Takes an address away, as when an interface goes down. Sockets on it stay, deaf and mute.
    pub fn remove_address(&mut self, host: HostId, address: IpAddr) {
        for (realm, removed) in self.hosts[host.0]
            .addresses
            .extract_if(.., |(_, ip)| *ip == address)
        {
            self.routes.remove(&(realm, removed));
        }
    }

    /// Sets both links of a host, for packets sent from now on.
    pub fn set_links(&mut self, host: HostId, up: Link, down: Link) {
        let host = &mut self.hosts[host.0];
        host.up.set_config(up);
        host.down.set_config(down);
    }

    /// Cuts a host off, or connects it again. Packets under way to it are lost; what connections
    /// carry waits.
    pub fn set_cut_off(&mut self, host: HostId, is_cut_off: bool) {
        self.hosts[host.0].is_cut_off = is_cut_off;
        self.release_held();
    }

    /// Lets `firewall` decide which packets pass, by source, destination and payload, when they
    /// have left their host.
    pub fn set_firewall(
        &mut self,
        firewall: impl FnMut(SocketAddr, SocketAddr, &[u8]) -> bool + 'static,
    ) {
        self.firewall = Some(Box::new(firewall));
    }

    /// Makes a translator forget all mappings, as after a restart.
    pub fn reset_nat(&mut self, nat: NatId) {
        self.nats[nat.0].1.reset();
    }

    /// Mappings of a translator that are alive.
    #[must_use]
    pub fn nat_mappings(&self, nat: NatId) -> usize {
        self.nats[nat.0].1.mapping_count(self.now)
    }

    /// Opens a socket. Port 0 takes a free one; the unspecified address takes all of its family.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if the host lacks the address or the port is taken.
    pub fn open(&mut self, host: HostId, local: SocketAddr) -> Result<SocketId, OpenError> {
        let ip = local.ip();
        let has = |&(_, address): &(Realm, IpAddr)| address == ip;
        if !ip.is_unspecified() && !self.hosts[host.0].addresses.iter().any(has) {
            return Err(OpenError::NoAddress);
        }
        let mut local = local;
        if local.port() == 0 {
            loop {
                let state = &mut self.hosts[host.0];
                local.set_port(state.next_port);
                state.next_port = state.next_port.checked_add(1).unwrap_or(49_152);
                if !self.is_taken(host, local) {
                    break;
                }
            }
        } else if self.is_taken(host, local) {
            return Err(OpenError::InUse);
        }
        let id = SocketId(self.next_socket);
        self.next_socket += 1;
        self.sockets.insert(id, Socket { host, local });
        Ok(id)
    }

    /// Closes a socket, listener or connection, if it is open.
    pub fn close(&mut self, socket: SocketId) {
        self.sockets.remove(&socket);
        self.close_stream(socket);
    }

    /// The local address of a socket.
    #[must_use]
    pub fn local_address(&self, socket: SocketId) -> Option<SocketAddr> {
        self.sockets.get(&socket).map(|socket| socket.local)
    }

    /// The addresses of a host.
    pub fn addresses(&self, host: HostId) -> impl Iterator<Item = IpAddr> {
        self.hosts[host.0]
            .addresses
            .iter()
            .map(|(_, address)| *address)
    }

    /// Sends one datagram over `path`: from its socket, with its local address, to its remote one.
    pub fn send(&mut self, now: Instant, path: Path, ecn: Ecn, payload: &[u8]) {
        self.send_marked(now, path, ecn, Dscp::DF, payload);
    }

    fn send_marked(&mut self, now: Instant, path: Path, ecn: Ecn, dscp: Dscp, payload: &[u8]) {
        self.advance(now);
        let Some(socket) = self.sockets.get(&path.socket()) else {
            return;
        };
        let local = socket.local;
        let ip = if path.local().is_unspecified() {
            local.ip()
        } else {
            path.local()
        };
        let host = socket.host;
        let packet = Packet {
            from: SocketAddr::new(ip, local.port()),
            to: path.remote(),
            ecn,
            dscp,
            payload: BytesMut::from(payload),
        };
        self.note(&packet, Happened::Sent);
        let state = &mut self.hosts[host.0];
        let realm = state.addresses.iter().find(|(_, address)| *address == ip);
        let fits = ip.is_ipv4() == packet.to.is_ipv4()
            && (local.ip().is_unspecified() || local.ip() == ip);
        let Some(&(realm, _)) = realm.filter(|_| fits) else {
            return self.note(&packet, Happened::Dropped(DropReason::NoAddress));
        };
        if state.is_cut_off {
            return self.note(&packet, Happened::Dropped(DropReason::CutOff));
        }
        let passage = state
            .up
            .pass(self.now, packet.payload.len(), packet.headers(), ecn);
        self.schedule(passage, packet, |packet| Event::Left(realm, packet));
    }

    /// Sends a run of datagrams; `run` holds its octets. What goes to a connection is written to it.
    pub fn transmit(&mut self, now: Instant, transmit: &Transmit, run: &[u8]) {
        if self.is_stream(transmit.path().socket()) {
            return self.write(now, transmit.path().socket(), run);
        }
        for payload in transmit.packets(run) {
            self.send_marked(
                now,
                transmit.path(),
                transmit.ecn(),
                transmit.dscp(),
                payload,
            );
        }
    }

    /// Takes a datagram that arrived by `now`, with the host of its socket.
    pub fn receive(&mut self, now: Instant) -> Option<(HostId, Datagram)> {
        self.advance(now);
        self.inbox.pop_front()
    }

    /// When [`receive`](Self::receive) or [`advance`](Self::advance) has something to do.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        if self.inbox.is_empty() {
            self.events.first_key_value().map(|((at, _), _)| *at)
        } else {
            Some(self.now)
        }
    }

    /// Moves packets on as far as they get by `now`.
    pub fn advance(&mut self, now: Instant) {
        while let Some(entry) = self.events.first_entry() {
            let at = entry.key().0;
            if at > now {
                break;
            }
            self.now = self.now.max(at);
            match entry.remove() {
                Event::Left(realm, packet) => self.cross(realm, packet),
                Event::Arrived(host, packet) => self.deliver(host, packet),
                Event::Syn(syn) => self.on_syn(&syn),
                Event::Stream(to, event) => self.on_stream(to, event),
            }
        }
        self.now = self.now.max(now);
    }

    /// Records a line for each thing that happens from now on.
    pub fn record(&mut self) {
        self.trace.entries.get_or_insert_default();
    }

    /// What happened so far.
    #[must_use]
    pub const fn trace(&self) -> &Trace {
        &self.trace
    }

    fn is_taken(&self, host: HostId, local: SocketAddr) -> bool {
        self.sockets.values().any(|socket| {
            let other = socket.local;
            let overlaps = other.ip() == local.ip()
                || (other.is_ipv4() == local.is_ipv4()
                    && (other.ip().is_unspecified() || local.ip().is_unspecified()));
            socket.host == host && other.port() == local.port() && overlaps
        })
    }

    /// Puts what comes of a link into the queue of events.
    fn schedule(&mut self, passage: Passage, mut packet: Packet, event: impl Fn(Packet) -> Event) {
        match passage {
            Passage::Dropped(reason) => self.note(&packet, Happened::Dropped(reason)),
            Passage::Arrives { at, ecn, corrupt } => {
                packet.ecn = ecn;
                if let Some(bit) = corrupt {
                    flip(&mut packet.payload, bit);
                }
                for at in at.into_iter().flatten() {
                    self.events
                        .insert((at, self.next_event), event(packet.clone()));
                    self.next_event += 1;
                }
            }
        }
    }

    /// Takes a packet from the realm of its sender to the downlink of its destination.
    fn cross(&mut self, realm: Realm, mut packet: Packet) {
        if let Some(firewall) = &mut self.firewall
            && !firewall(packet.from, packet.to, &packet.payload)
        {
            return self.note(&packet, Happened::Dropped(DropReason::Firewall));
        }
        match self.route(realm, &mut packet) {
            Err(reason) => self.note(&packet, Happened::Dropped(reason)),
            Ok(host) => {
                let (len, headers) = (packet.payload.len(), packet.headers());
                let passage = self.hosts[host.0]
                    .down
                    .pass(self.now, len, headers, packet.ecn);
                self.schedule(passage, packet, |packet| Event::Arrived(host, packet));
            }
        }
    }

    fn route(&mut self, realm: Realm, packet: &mut Packet) -> Result<HostId, DropReason> {
        let (mut realm, mut left) = (realm, None);
        // Each turn goes one translator outward or inward; no path is longer than all of them
        // twice.
        for _ in 0..=2 * self.nats.len() {
            match (self.routes.get(&(realm, packet.to.ip())), realm) {
                (Some(Place::Host(host)), _) => return Ok(*host),
                (Some(Place::Nat(nat)), _) => {
                    let (id, state) = (*nat, &mut self.nats[nat.0].1);
                    if left == Some(id) && !state.config.hairpin {
                        return Err(DropReason::NoHairpin);
                    }
                    packet.to = state
                        .inbound(self.now, packet.from, packet.to.port())
                        .ok_or(DropReason::Filtered)?;
                    realm = Realm::Behind(id);
                }
                (None, Realm::Behind(id)) => {
                    let (outer, state) = &mut self.nats[id.0];
                    if packet.from.is_ipv4() != state.external.is_ipv4() {
                        return Err(DropReason::NoRoute);
                    }
                    packet.from = state
                        .outbound(self.now, packet.from, packet.to)
                        .ok_or(DropReason::Filtered)?;
                    (realm, left) = (*outer, Some(id));
                }
                (None, Realm::Public) => return Err(DropReason::NoRoute),
            }
        }
        Err(DropReason::NoRoute)
    }

    fn deliver(&mut self, host: HostId, packet: Packet) {
        if self.hosts[host.0].is_cut_off {
            return self.note(&packet, Happened::Dropped(DropReason::CutOff));
        }
        let has_address = self
            .addresses(host)
            .any(|address| address == packet.to.ip());
        let socket = self.sockets.iter().find(|(_, socket)| {
            let ip = socket.local.ip();
            let fits = ip == packet.to.ip()
                || (ip.is_unspecified() && ip.is_ipv4() == packet.to.is_ipv4());
            has_address && socket.host == host && socket.local.port() == packet.to.port() && fits
        });
        let Some((&id, _)) = socket else {
            return self.note(&packet, Happened::Dropped(DropReason::NoSocket));
        };
        self.note(&packet, Happened::Delivered);
        let path = Path::new(id, packet.to.ip(), packet.from);
        let datagram = Datagram::new(path, packet.ecn, self.now, packet.payload);
        self.inbox.push_back((host, datagram));
    }

    fn note(&mut self, packet: &Packet, happened: Happened) {
        let at = self.now.saturating_duration_since(self.start);
        let (from, to, len) = (packet.from, packet.to, packet.payload.len());
        self.trace.push(TraceEntry {
            at,
            happened,
            from,
            to,
            len,
            ecn: packet.ecn,
            dscp: packet.dscp,
        });
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network")
            .field("hosts", &self.hosts.len())
            .field("nats", &self.nats.len())
            .field("sockets", &self.sockets.len())
            .field("under_way", &self.events.len())
            .finish_non_exhaustive()
    }
}
