//! A STUN and TURN server with just enough to be gathered from and to relay.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};

use stonechat_sansio::{Batch, Datagram, Ecn, Path, SocketId, Transmit};
use stonechat_stun::{
    Attribute, Builder, Class, IntegrityKey, Message, Method, TransactionId, is_stun,
};
use stonechat_testkit::{HostId, Network, clock};

use crate::setup::SERVER;

pub(crate) const USERNAME: &str = "user";
pub(crate) const PASSWORD: &str = "password";
const REALM: &str = "example.org";
const NONCE: &str = "nonce";
const POOL: u16 = 8;

pub(crate) struct RelayServer {
    main: Option<SocketId>,
    pool: Vec<(SocketId, SocketAddr)>,
    allocations: Vec<Allocation>,
    outbox: VecDeque<(Path, Vec<u8>)>,
    key: std::rc::Rc<IntegrityKey>,
    /// Datagrams relayed, both ways.
    pub(crate) relayed: u64,
}

struct Allocation {
    client: SocketAddr,
    socket: SocketId,
    address: SocketAddr,
    channels: Vec<(u16, SocketAddr)>,
    permissions: Vec<IpAddr>,
}

impl RelayServer {
    pub(crate) fn new() -> Self {
        let env = clock::env(0);
        let key = IntegrityKey::long_term(env.crypto(), USERNAME, REALM, PASSWORD).unwrap();
        Self {
            main: None,
            pool: Vec::new(),
            allocations: Vec::new(),
            outbox: VecDeque::new(),
            key: std::rc::Rc::new(key),
            relayed: 0,
        }
    }

    pub(crate) fn serve(&mut self, host: HostId, network: &mut Network) {
        if self.main.is_some() {
            return;
        }
        let ip: IpAddr = SERVER.parse().unwrap();
        self.main = network.open(host, SocketAddr::new(ip, 3478)).ok();
        for port in 0..POOL {
            let address = SocketAddr::new(ip, 40_000 + port);
            self.pool
                .push((network.open(host, address).unwrap(), address));
        }
    }

    pub(crate) fn poll_transmit(&mut self, out: &mut Batch<'_>) -> Option<Transmit> {
        let (path, octets) = self.outbox.pop_front()?;
        out.packet(1472, |frame| frame.put_slice(&octets).ok())?;
        out.transmit(path, Ecn::NotEct)
    }

    pub(crate) fn handle_datagram(
        &mut self,
        datagram_now: std::time::Instant,
        datagram: &Datagram,
    ) {
        let _ = datagram_now;
        let (from, payload) = (datagram.path().remote(), datagram.payload());
        if Some(datagram.path().socket()) != self.main {
            return self.relay_to_client(datagram.path().socket(), from, payload);
        }
        if payload.first().is_some_and(|first| first & 0xc0 == 0x40) {
            let number = u16::from_be_bytes([payload[0], payload[1]]);
            let len = usize::from(u16::from_be_bytes([payload[2], payload[3]]));
            let peer = self.allocation(from).and_then(|allocation| {
                allocation
                    .channels
                    .iter()
                    .find(|(known, _)| *known == number)
                    .map(|(_, peer)| *peer)
            });
            if let Some(peer) = peer {
                self.relay_to_peer(from, peer, &payload[4..4 + len]);
            }
            return;
        }
        if !is_stun(payload) {
            return;
        }
        let Ok(message) = Message::parse(payload) else {
            return;
        };
        match (message.class(), message.method()) {
            (Class::Request, Method::BINDING) => {
                let response =
                    Builder::new(Class::Success, Method::BINDING, message.transaction_id())
                        .attribute(Attribute::XorMappedAddress(from));
                let octets = encode(&response);
                self.reply(from, octets);
            }
            (Class::Indication, Method::SEND) => {
                if let (Some(peer), Some(data)) = (message.xor_peer_address(), message.data()) {
                    self.relay_to_peer(from, peer, data);
                }
            }
            (Class::Request, method) => self.on_request(from, method, &message),
            _ => {}
        }
    }

    fn on_request(&mut self, from: SocketAddr, method: Method, message: &Message<'_>) {
        let id = message.transaction_id();
        if message.verify_integrity(&self.key).is_err() {
            let refusal = Builder::new(Class::Error, method, id)
                .attribute(Attribute::ErrorCode {
                    code: 401,
                    reason: "Unauthorized",
                })
                .attribute(Attribute::Realm(REALM))
                .attribute(Attribute::Nonce(NONCE));
            let octets = encode(&refusal);
            return self.reply(from, octets);
        }
        let key = std::rc::Rc::clone(&self.key);
        let mut response = Builder::new(Class::Success, method, id).integrity(&key);
        match method {
            Method::ALLOCATE => {
                let (relayed, lifetime) = (self.allocate(from), 600);
                response.push(Attribute::XorRelayedAddress(relayed));
                response.push(Attribute::XorMappedAddress(from));
                response.push(Attribute::Lifetime(lifetime));
            }
            Method::REFRESH => {
                let lifetime = message.lifetime().unwrap_or(600);
                if lifetime == 0 {
                    self.allocations
                        .retain(|allocation| allocation.client != from);
                }
                response.push(Attribute::Lifetime(lifetime));
            }
            Method::CREATE_PERMISSION => {
                let peers: Vec<IpAddr> =
                    message.xor_peer_addresses().map(|peer| peer.ip()).collect();
                if let Some(allocation) = self.allocation(from) {
                    allocation.permissions.extend(peers);
                }
            }
            Method::CHANNEL_BIND => {
                let bound = message.channel_number().zip(message.xor_peer_address());
                if let (Some(allocation), Some((number, peer))) = (self.allocation(from), bound) {
                    allocation.channels.retain(|(known, _)| *known != number);
                    allocation.channels.push((number, peer));
                    allocation.permissions.push(peer.ip());
                }
            }
            _ => return,
        }
        let octets = encode(&response);
        self.reply(from, octets);
    }

    fn allocation(&mut self, client: SocketAddr) -> Option<&mut Allocation> {
        self.allocations
            .iter_mut()
            .find(|allocation| allocation.client == client)
    }

    fn allocate(&mut self, client: SocketAddr) -> SocketAddr {
        if let Some(known) = self.allocation(client) {
            return known.address;
        }
        let (socket, address) = self.pool.pop().unwrap();
        let (channels, permissions) = (Vec::new(), Vec::new());
        self.allocations.push(Allocation {
            client,
            socket,
            address,
            channels,
            permissions,
        });
        address
    }

    fn relay_to_peer(&mut self, client: SocketAddr, peer: SocketAddr, data: &[u8]) {
        let Some(allocation) = self.allocation(client) else {
            return;
        };
        if !allocation.permissions.contains(&peer.ip()) {
            return;
        }
        let path = Path::new(allocation.socket, allocation.address.ip(), peer);
        self.outbox.push_back((path, data.to_vec()));
        self.relayed += 1;
    }

    fn relay_to_client(&mut self, socket: SocketId, peer: SocketAddr, data: &[u8]) {
        let found = self
            .allocations
            .iter()
            .find(|allocation| allocation.socket == socket);
        let Some(allocation) = found.filter(|found| found.permissions.contains(&peer.ip())) else {
            return;
        };
        let client = allocation.client;
        let channel = allocation.channels.iter().find(|(_, known)| *known == peer);
        let octets = match channel {
            Some((number, _)) => {
                let mut octets = number.to_be_bytes().to_vec();
                octets.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
                octets.extend(data);
                octets
            }
            None => {
                let id = TransactionId::from_bytes([7; 12]);
                let indication = Builder::new(Class::Indication, Method::DATA, id)
                    .attribute(Attribute::XorPeerAddress(peer))
                    .attribute(Attribute::Data(data));
                encode(&indication)
            }
        };
        self.relayed += 1;
        self.reply(client, octets);
    }

    fn reply(&mut self, to: SocketAddr, octets: Vec<u8>) {
        let Some(main) = self.main else { return };
        self.outbox
            .push_back((Path::new(main, SERVER.parse().unwrap(), to), octets));
    }
}

fn encode(message: &Builder<'_>) -> Vec<u8> {
    let mut octets = vec![0; message.encoded_len()];
    message.encode(&mut octets).unwrap();
    octets
}
