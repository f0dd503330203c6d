use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use stonechat_sansio::{Dscp, Ecn, Rng, Seed, SocketId};

use super::{Event, HostId, Network, OpenError, Packet, Realm};

/// What happened to the TCP connections of a host.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum StreamEvent {
    /// A connection that was asked for is there.
    Connected {
        /// The connection.
        socket: SocketId,
        /// Its local address.
        local: SocketAddr,
    },
    /// Nobody listens where a connection was asked for.
    Refused(SocketId),
    /// A connection came in.
    Accepted {
        /// Who listened.
        listener: SocketId,
        /// The connection.
        socket: SocketId,
        /// Where it comes from.
        remote: SocketAddr,
    },
    /// Octets arrived, cut anyhow.
    Data {
        /// The connection.
        socket: SocketId,
        /// What arrived.
        octets: BytesMut,
    },
    /// The other end closed the connection, or it broke.
    Closed(SocketId),
}

/// All connections.
#[derive(Debug)]
pub(super) struct Streams {
    ends: BTreeMap<SocketId, End>,
    listeners: BTreeMap<SocketId, Listener>,
    inbox: VecDeque<(HostId, StreamEvent)>,
    /// What waits for a host to be connected again.
    held: Vec<(SocketId, StreamEvent)>,
    rng: Rng,
}

impl Streams {
    pub(super) fn new(seed: &Seed) -> Self {
        Self {
            ends: BTreeMap::new(),
            listeners: BTreeMap::new(),
            inbox: VecDeque::new(),
            held: Vec::new(),
            rng: seed.child("streams").rng(),
        }
    }
}

/// One end of a connection.
#[derive(Debug)]
struct End {
    host: HostId,
    /// The other end, once there is one, and its host.
    peer: Option<(SocketId, HostId)>,
    /// When the last octets from here arrive there.
    last_arrival: Instant,
}

#[derive(Debug)]
struct Listener {
    host: HostId,
    local: SocketAddr,
}

/// The first packet of a connection on its way.
#[derive(Debug)]
pub(super) struct Syn {
    client: SocketId,
    local: SocketAddr,
    host: HostId,
    from: SocketAddr,
    to: SocketAddr,
}

/// The most octets that arrive in one piece.
const PIECE: u32 = 1460;

impl Network {
    /// Listens for connections. Port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if the host lacks the address or the port is taken.
    pub fn listen(&mut self, host: HostId, local: SocketAddr) -> Result<SocketId, OpenError> {
        // A UDP socket shows that address and port are free; it lives for this moment alone.
        let socket = self.open(host, local)?;
        let local = self.local_address(socket).unwrap_or(local);
        self.close(socket);
        let is_taken = |other: &Listener| other.host == host && other.local == local;
        if self.streams.listeners.values().any(is_taken) {
            return Err(OpenError::InUse);
        }
        self.streams
            .listeners
            .insert(socket, Listener { host, local });
        Ok(socket)
    }

    /// Where a listener listens.
    #[must_use]
    pub fn listener_address(&self, listener: SocketId) -> Option<SocketAddr> {
        let listener = self.streams.listeners.get(&listener)?;
        Some(listener.local)
    }

    /// Begins to connect from a free port of `local`; what becomes of it is an event. Translators
    /// and filters on the way see the first packet only. Nothing comes of it at all if the way
    /// leads nowhere.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if the host lacks the address.
    pub fn connect(
        &mut self,
        now: Instant,
        host: HostId,
        local: IpAddr,
        remote: SocketAddr,
    ) -> Result<SocketId, OpenError> {
        self.advance(now);
        let client = self.open(host, SocketAddr::new(local, 0))?;
        let local = self.local_address(client).unwrap_or(remote);
        self.close(client);
        let end = End {
            host,
            peer: None,
            last_arrival: now,
        };
        self.streams.ends.insert(client, end);
        let mut packet = Packet {
            from: local,
            to: remote,
            ecn: Ecn::NotEct,
            dscp: Dscp::DF,
            payload: BytesMut::new(),
        };
        let realm = self.realm_of(host, local.ip());
        let cut = self.hosts[host.0].is_cut_off;
        let Some(realm) = realm.filter(|_| local.is_ipv4() == remote.is_ipv4() && !cut) else {
            return Ok(client);
        };
        let Ok(to_host) = self.route(realm, &mut packet) else {
            return Ok(client);
        };
        let at = now + self.one_way(host, to_host);
        let syn = Syn {
            client,
            local,
            host: to_host,
            from: packet.from,
            to: packet.to,
        };
        self.schedule_at(at, Event::Syn(syn));
        Ok(client)
    }

    /// Writes octets to a connection; all of them arrive, in order.
    pub fn write(&mut self, now: Instant, socket: SocketId, octets: &[u8]) {
        self.advance(now);
        let mut octets = octets;
        while !octets.is_empty() {
            let len = 1 + self.streams.rng.below(PIECE) as usize;
            let (piece, rest) = octets.split_at(len.min(octets.len()));
            octets = rest;
            let octets = BytesMut::from(piece);
            self.send_peer(socket, |socket| StreamEvent::Data { socket, octets });
        }
    }

    /// Breaks a connection: both ends see that it is closed.
    pub fn break_stream(&mut self, now: Instant, socket: SocketId) {
        self.advance(now);
        let peer = self.streams.ends.get(&socket).and_then(|end| end.peer);
        for socket in std::iter::once(socket).chain(peer.map(|(peer, _)| peer)) {
            if let Some(end) = self.streams.ends.remove(&socket) {
                let event = StreamEvent::Closed(socket);
                self.streams.inbox.push_back((end.host, event));
            }
        }
    }

    /// The connections of a host.
    pub fn streams(&self, host: HostId) -> impl Iterator<Item = SocketId> {
        let of_host = move |(_, end): &(&SocketId, &End)| end.host == host;
        self.streams.ends.iter().filter(of_host).map(|(id, _)| *id)
    }

    /// What happened to the connections of a host, in order.
    pub fn poll_stream(&mut self, host: HostId) -> Option<StreamEvent> {
        let at = self.streams.inbox.iter().position(|(of, _)| *of == host)?;
        Some(self.streams.inbox.remove(at)?.1)
    }

    pub(super) fn is_stream(&self, socket: SocketId) -> bool {
        self.streams.ends.contains_key(&socket)
    }

    pub(super) fn close_stream(&mut self, socket: SocketId) {
        self.streams.listeners.remove(&socket);
        self.send_peer(socket, StreamEvent::Closed);
        self.streams.ends.remove(&socket);
    }

    pub(super) fn on_syn(&mut self, syn: &Syn) {
        let Some(client) = self.streams.ends.get(&syn.client) else {
            return;
        };
        let client_host = client.host;
        let back = self.now + self.one_way(syn.host, client_host);
        let listener = self.streams.listeners.iter().find(|(_, listener)| {
            listener.host == syn.host
                && listener.local.port() == syn.to.port()
                && (listener.local.ip() == syn.to.ip() || listener.local.ip().is_unspecified())
        });
        let Some((&listener, _)) = listener else {
            let event = StreamEvent::Refused(syn.client);
            return self.schedule_at(back, Event::Stream(syn.client, event));
        };
        let Some(client) = self.streams.ends.get_mut(&syn.client) else {
            return;
        };
        let socket = SocketId(self.next_socket);
        self.next_socket += 1;
        client.peer = Some((socket, syn.host));
        let end = End {
            host: syn.host,
            peer: Some((syn.client, client_host)),
            last_arrival: back,
        };
        self.streams.ends.insert(socket, end);
        let accepted = StreamEvent::Accepted {
            listener,
            socket,
            remote: syn.from,
        };
        self.streams.inbox.push_back((syn.host, accepted));
        let connected = StreamEvent::Connected {
            socket: syn.client,
            local: syn.local,
        };
        self.schedule_at(back, Event::Stream(syn.client, connected));
    }

    /// Something reaches an end of a connection. What cannot reach it now waits: it is sent again
    /// until it does.
    pub(super) fn on_stream(&mut self, to: SocketId, event: StreamEvent) {
        let Some(end) = self.streams.ends.get(&to) else {
            return;
        };
        let host = end.host;
        let peer = end.peer.map_or(host, |(_, peer)| peer);
        if self.hosts[host.0].is_cut_off || self.hosts[peer.0].is_cut_off {
            return self.streams.held.push((to, event));
        }
        if matches!(event, StreamEvent::Closed(_) | StreamEvent::Refused(_)) {
            self.streams.ends.remove(&to);
        }
        if let StreamEvent::Data { socket, octets } = &event
            && let Some((
                _,
                StreamEvent::Data {
                    socket: of,
                    octets: before,
                },
            )) = self.streams.inbox.back_mut()
            && of == socket
        {
            before.extend_from_slice(octets);
            return;
        }
        self.streams.inbox.push_back((host, event));
    }

    /// Hosts are connected again: what waited comes.
    pub(super) fn release_held(&mut self) {
        for (to, event) in std::mem::take(&mut self.streams.held) {
            self.on_stream(to, event);
        }
    }

    fn send_peer(&mut self, socket: SocketId, event: impl FnOnce(SocketId) -> StreamEvent) {
        let Some(end) = self.streams.ends.get(&socket) else {
            return;
        };
        let (Some((peer, peer_host)), host) = (end.peer, end.host) else {
            return;
        };
        let delay = self.one_way(host, peer_host);
        let Some(end) = self.streams.ends.get_mut(&socket) else {
            return;
        };
        end.last_arrival = end.last_arrival.max(self.now + delay);
        let at = end.last_arrival;
        self.schedule_at(at, Event::Stream(peer, event(peer)));
    }

    fn one_way(&self, from: HostId, to: HostId) -> Duration {
        self.hosts[from.0].up.delay() + self.hosts[to.0].down.delay()
    }

    fn realm_of(&self, host: HostId, address: IpAddr) -> Option<Realm> {
        let addresses = &self.hosts[host.0].addresses;
        let found = addresses.iter().find(|(_, ip)| *ip == address);
        found.map(|(realm, _)| *realm)
    }

    fn schedule_at(&mut self, at: Instant, event: Event) {
        self.events.insert((at, self.next_event), event);
        self.next_event += 1;
    }
}
