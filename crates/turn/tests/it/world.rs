//! A client and a server on a network in virtual time.

use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use bytes::BytesMut;
use stonechat_sansio::{Batch, Datagram, Ecn, Env, Frame, Path, Rng, Seed, SocketId};
use stonechat_turn::{Client, Config, Event};

use crate::server::{Out, PASSWORD, Server, USER};

pub(crate) const SOCKET: SocketId = SocketId(1);
pub(crate) const RELAY: SocketId = SocketId(0x8000_0001);

pub(crate) struct World {
    pub(crate) start: Instant,
    pub(crate) now: Instant,
    pub(crate) client: Client,
    pub(crate) server: Server,
    pub(crate) events: Vec<Event>,
    /// What the client got from peers: path and data.
    pub(crate) received: Vec<(Path, Vec<u8>)>,
    /// What peers got.
    pub(crate) at_peers: Vec<(SocketAddr, Vec<u8>)>,
    /// All that the client sent.
    pub(crate) sent: Vec<Vec<u8>>,
    /// Per cent of datagrams that are lost and of those that come twice.
    pub(crate) loss: u32,
    wire: Vec<(Instant, Hop, Vec<u8>)>,
    rng: Rng,
}

#[derive(Clone, Copy, PartialEq)]
enum Hop {
    Server,
    Client,
}

pub(crate) fn config() -> Config {
    config_of(USER, PASSWORD)
}

pub(crate) fn config_of(username: &str, password: &str) -> Config {
    let server = "192.0.2.1:3478".parse().unwrap();
    Config::new(
        SOCKET,
        "10.0.0.1".parse().unwrap(),
        RELAY,
        server,
        username,
        password,
    )
}

pub(crate) fn peer() -> SocketAddr {
    "203.0.113.5:6000".parse().unwrap()
}

impl World {
    pub(crate) fn new(config: Config) -> Self {
        Self::seeded(config, 1)
    }

    #[expect(clippy::disallowed_methods, reason = "an arbitrary instant")]
    pub(crate) fn seeded(config: Config, seed: u64) -> Self {
        let start = Instant::now();
        let seed = Seed::from_u64(seed);
        let wall = (start, SystemTime::UNIX_EPOCH);
        let env = Env::new(seed.clone(), wall, stonechat_crypto::rust::provider());
        Self {
            start,
            now: start,
            client: Client::new(config, env, start),
            server: Server::new(start),
            events: Vec::new(),
            received: Vec::new(),
            at_peers: Vec::new(),
            sent: Vec::new(),
            loss: 0,
            wire: Vec::new(),
            rng: seed.child("network").rng(),
        }
    }

    /// One that has its allocation.
    pub(crate) fn allocated() -> Self {
        let mut world = Self::new(config());
        world.run(1);
        assert!(matches!(world.events.as_slice(), [Event::Allocated { .. }]));
        world.events.clear();
        world
    }

    /// One with a channel to [`peer`].
    pub(crate) fn bound() -> Self {
        let mut world = Self::allocated();
        world.client.permit(world.now, peer()).unwrap();
        world.run(1);
        assert!(world.client.channel(peer()).is_some());
        world.events.clear();
        world
    }

    /// Lets `seconds` go by.
    pub(crate) fn run(&mut self, seconds: u64) {
        let end = self.now + Duration::from_secs(seconds);
        let mut idle = 0;
        loop {
            self.flush();
            while let Some(event) = self.client.poll_event() {
                self.events.push(event);
            }
            let wire = self.wire.iter().map(|(at, ..)| *at).min();
            let next = [wire, self.client.poll_timeout()]
                .into_iter()
                .flatten()
                .min();
            let Some(next) = next.filter(|next| *next <= end) else {
                break;
            };
            idle = if next > self.now { 0 } else { idle + 1 };
            assert!(idle < 1_000, "no progress");
            self.now = self.now.max(next);
            self.client.handle_timeout(self.now);
            self.deliver();
        }
        self.now = end;
    }

    fn flush(&mut self) {
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            let mut batch = Batch::new(&mut buffer, 4, 65_535);
            let Some(transmit) = self.client.poll_transmit(self.now, &mut batch) else {
                return;
            };
            assert_eq!(transmit.path(), self.client.server_path());
            assert_eq!(transmit.len(), buffer.len());
            self.sent.push(buffer.clone());
            if transmit.path().remote() == self.server.address {
                self.post(Hop::Server, &buffer);
            }
        }
    }

    fn post(&mut self, hop: Hop, octets: &[u8]) {
        let copies = 1 + u32::from(self.rng.below(100) < self.loss);
        for _ in 0..copies {
            if self.rng.below(100) >= self.loss {
                let jitter = if self.loss > 0 {
                    u64::from(self.rng.below(80))
                } else {
                    0
                };
                let at = self.now + Duration::from_millis(20 + jitter);
                self.wire.push((at, hop, octets.to_vec()));
            }
        }
    }

    fn deliver(&mut self) {
        while let Some(index) = self.wire.iter().position(|(at, ..)| *at <= self.now) {
            let (_, hop, octets) = self.wire.remove(index);
            match hop {
                Hop::Client => self.give(&octets),
                Hop::Server => {
                    let client = "198.51.100.1:7000".parse().unwrap();
                    match self.server.handle(self.now, client, &octets) {
                        Some(Out::Client(octets)) => self.post(Hop::Client, &octets),
                        Some(Out::Peer(peer, data)) => self.at_peers.push((peer, data)),
                        None => {}
                    }
                }
            }
        }
    }

    /// Hands the client a datagram of the server at once.
    pub(crate) fn give(&mut self, octets: &[u8]) {
        let server = self.server.address;
        if let Some(datagram) = self.give_from(server, octets) {
            self.received
                .push((datagram.path(), datagram.payload().to_vec()));
        }
    }

    pub(crate) fn give_from(&mut self, remote: SocketAddr, octets: &[u8]) -> Option<Datagram> {
        let path = Path::new(SOCKET, "10.0.0.1".parse().unwrap(), remote);
        let octets = BytesMut::from(octets);
        self.client
            .handle_datagram(self.now, Datagram::new(path, Ecn::Ect0, self.now, octets))
    }

    /// Sends `data` to `peer` through the client; tells the octets on the wire.
    pub(crate) fn send(&mut self, peer: SocketAddr, data: &[u8]) -> Option<Vec<u8>> {
        self.client.handle_timeout(self.now);
        let mut buffer = Vec::new();
        let overhead = self.client.overhead(peer);
        let mut packet = Frame::new(&mut buffer, 1_200);
        let mut frame = packet.reserve(overhead)?;
        frame.put_slice(data).unwrap();
        self.client.wrap(peer, &mut frame)?;
        frame.commit();
        packet.commit();
        self.post(Hop::Server, &buffer);
        Some(buffer)
    }

    /// Lets `peer` send to the relayed address.
    pub(crate) fn send_from(&mut self, peer: SocketAddr, data: &[u8]) -> bool {
        let octets = self.server.relay(self.now, peer, data);
        let relayed = octets.is_some();
        if let Some(octets) = octets {
            self.post(Hop::Client, &octets);
        }
        relayed
    }

    pub(crate) fn failure(&self) -> Option<Option<u16>> {
        self.events.iter().find_map(|event| match event {
            Event::Failed { code, .. } => Some(*code),
            _ => None,
        })
    }
}
