//! An agent to which the script does everything that an owner, a driver, a peer and strangers can
//! do, in any order.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use stonechat_ice::{
    ActiveTcp, Agent, Config, Credentials, IceServer, Interface, Policy, Reply, Request, Role,
    State,
};
use stonechat_sansio::{Batch, Datagram, Ecn, Frame, Path, SocketId};
use stonechat_stun::{Attribute, Builder, Class, IntegrityKey, Message, Method, TransactionId};
use stonechat_testkit::clock;
use stonechat_testkit::corpus::Script;

const UFRAG: &str = "peer";
const PWD: &str = "passwordpasswordpassword";

pub(crate) fn run(octets: &[u8]) {
    let mut script = Script::new(octets);
    let mut world = World::new(&mut script);
    let mut steps = 0;
    while !script.is_empty() && steps < 120 {
        steps += 1;
        world.step(&mut script);
        world.settle();
        world.check();
    }
    world.agent.close(world.now);
    world.settle();
    assert_eq!(world.agent.state(), State::Closed);
    assert_eq!(world.agent.send_route(), None);
}

struct World {
    now: Instant,
    agent: Agent,
    limits: Config,
    sockets: Vec<(SocketId, SocketAddr)>,
    listener: Option<SocketId>,
    waiting: Vec<Request>,
    sent: Vec<(Path, Vec<u8>)>,
    count: u32,
}

impl World {
    fn new(script: &mut Script<'_>) -> Self {
        let now = clock::start();
        let mut config = Config::default();
        let choices = script.octet();
        if choices & 1 != 0 {
            config.role = Role::Controlled;
        }
        if choices & 2 != 0 {
            let url = if choices & 4 == 0 {
                "stun:192.0.2.1"
            } else {
                "turn:192.0.2.1"
            };
            config.servers = vec![IceServer::from_url(url, Some(("user", "password"))).unwrap()];
        }
        if choices & 8 != 0 {
            config.policy = Policy::Relay;
        }
        config.tcp.passive = choices & 64 != 0;
        config.tcp.max_accepted = 4;
        if choices & 128 != 0 {
            config.tcp.active = ActiveTcp::Told;
        }
        let limits = config.clone();
        let mut agent = Agent::new(config, clock::env(1), now);
        if choices & 16 == 0 {
            agent.handle_interfaces(now, &[interface("eth0", [198, 51, 100, 1].into())]);
            agent.gather(now);
            agent.set_remote_credentials(now, Credentials::new(UFRAG, PWD).unwrap());
        }
        let mut this = Self {
            now,
            agent,
            limits,
            sockets: Vec::new(),
            listener: None,
            waiting: Vec::new(),
            sent: Vec::new(),
            count: 0,
        };
        this.settle();
        if choices & 32 == 0 {
            while this.reply(0, 0) {}
            this.settle();
        }
        this
    }

    fn step(&mut self, script: &mut Script<'_>) {
        let now = self.now;
        match script.below(20) {
            0 => {
                let from = address(script);
                self.give(script.below(4), from, script.octets());
            }
            1..=3 => {
                let (socket, from) = (script.below(2), address(script));
                let request = self.request(script);
                self.give(socket, from, &request);
            }
            4..=6 => self.respond(script),
            7 => {
                if let Ok(text) = std::str::from_utf8(script.octets())
                    && let Ok(candidate) = text.parse()
                {
                    let _ = self.agent.add_remote_candidate(now, candidate);
                }
            }
            8 => {
                let address = address(script);
                let kind = ["host", "srflx", "prflx", "relay"][script.below(4)];
                let priority = script.u32() >> 1;
                let text = format!(
                    "candidate:1 1 udp {priority} {} {} typ {kind}",
                    address.ip(),
                    address.port()
                );
                if let Ok(candidate) = text.parse() {
                    let _ = self.agent.add_remote_candidate(now, candidate);
                }
            }
            9 | 10 => {
                let (at, how) = (script.below(8), script.below(8));
                self.reply(at, how);
            }
            11 | 12 => self.now += Duration::from_millis(u64::from(script.u16())),
            13 => self.send(script.octets()),
            14 => {
                let addresses: Vec<Interface> = (0..script.below(4))
                    .map(|_| interface("eth", address(script).ip()))
                    .collect();
                self.agent.handle_interfaces(now, &addresses);
            }
            15 => match script.below(4) {
                0 => self.agent.restart(now),
                1 => self.agent.gather(now),
                2 => self.agent.end_of_remote_candidates(now),
                _ => self.agent.set_remote_lite(now, script.flag()),
            },
            16 => {
                let role = if script.flag() {
                    Role::Controlling
                } else {
                    Role::Controlled
                };
                self.agent.set_role(now, role);
            }
            17 => {
                let ufrag = if script.flag() { UFRAG } else { "other" };
                let credentials = Credentials::new(ufrag, PWD).unwrap();
                self.agent.set_remote_credentials(now, credentials);
            }
            18 => {
                // Time that goes back.
                let before = now.checked_sub(Duration::from_secs(1)).unwrap_or(now);
                self.agent.handle_timeout(before);
            }
            _ => match script.octet() {
                0xff => self.agent.close(now),
                0xfe => {
                    let remote = address(script);
                    let listener = self.listener.unwrap_or(SocketId(9));
                    let socket = self.next_socket();
                    self.sockets.push((socket, remote));
                    self.agent.handle_accepted(now, listener, socket, remote);
                }
                0xfd => {
                    let at = script.below(self.sockets.len());
                    if let Some((socket, _)) = self.sockets.get(at) {
                        self.agent.handle_socket_closed(now, *socket);
                    }
                }
                0xfc => {
                    let address = address(script);
                    let kind = ["active", "passive", "so"][script.below(3)];
                    let (ip, port) = (address.ip(), address.port());
                    let text = format!("candidate:2 1 tcp 7 {ip} {port} typ host tcptype {kind}");
                    if let Ok(candidate) = text.parse() {
                        let _ = self.agent.add_remote_candidate(now, candidate);
                    }
                }
                0xfb => {
                    let request = self.request(script);
                    let newest = self.sockets.len().saturating_sub(1);
                    self.give(newest, address(script), &request);
                }
                0xfa => {
                    let newest = self.sockets.len().saturating_sub(1);
                    self.give(newest, address(script), script.octets());
                }
                _ => {}
            },
        }
    }

    /// Hands in a datagram; what comes back came over an authenticated path.
    fn give(&mut self, socket: usize, from: SocketAddr, octets: &[u8]) {
        let (socket, local) = self
            .sockets
            .get(socket)
            .copied()
            .unwrap_or_else(|| (SocketId(99), ([198, 51, 100, 1], 9).into()));
        let datagram = Datagram::new(
            Path::new(socket, local.ip(), from),
            Ecn::NotEct,
            self.now,
            BytesMut::from(octets),
        );
        if let Some(given) = self.agent.handle_datagram(self.now, datagram) {
            assert!(self.agent.is_authenticated(&given.path()));
        }
    }

    /// A check of the peer.
    fn request(&mut self, script: &mut Script<'_>) -> Vec<u8> {
        self.count += 1;
        let mut id = [0; 12];
        id[..4].copy_from_slice(&self.count.to_be_bytes());
        let ours = self.agent.local_credentials().clone();
        let username = format!("{}:{UFRAG}", ours.ufrag());
        let choices = script.octet();
        let mut request = Builder::new(
            Class::Request,
            Method::BINDING,
            TransactionId::from_bytes(id),
        );
        if choices & 1 == 0 {
            request.push(Attribute::Username(&username));
        }
        if choices & 2 == 0 {
            request.push(Attribute::Priority(script.u32()));
        }
        if choices & 4 != 0 {
            request.push(Attribute::UseCandidate);
        }
        let tie_breaker = u64::from(script.u32()) << 32;
        if choices & 8 == 0 {
            request.push(Attribute::IceControlled(tie_breaker));
        }
        if choices & 16 != 0 {
            request.push(Attribute::IceControlling(tie_breaker));
        }
        let pwd = if choices & 32 == 0 { ours.pwd() } else { PWD };
        let key = IntegrityKey::short_term(clock::env(0).crypto(), pwd).unwrap();
        if choices & 64 == 0 {
            request = request.integrity(&key);
        }
        encode(&request.fingerprint())
    }

    /// An answer to one of our requests, by the peer or a server.
    fn respond(&mut self, script: &mut Script<'_>) {
        let Some(at) = self.sent.len().checked_sub(script.below(8) + 1) else {
            return;
        };
        let (path, octets) = self.sent[at].clone();
        let Ok(request) = Message::parse(&octets) else {
            return;
        };
        let choices = script.octet();
        let class = if choices & 1 == 0 {
            Class::Success
        } else {
            Class::Error
        };
        let mut response = Builder::new(class, request.method(), request.transaction_id());
        if choices & 2 == 0 {
            let local = self
                .sockets
                .iter()
                .find(|(id, _)| *id == path.socket())
                .map(|it| it.1);
            let mapped = local
                .filter(|_| choices & 4 == 0)
                .unwrap_or_else(|| address(script));
            response.push(Attribute::XorMappedAddress(mapped));
        }
        if choices & 8 != 0 {
            response.push(Attribute::XorRelayedAddress(address(script)));
            response.push(Attribute::Lifetime(600));
        }
        if class == Class::Error {
            let code = [487, 400, 401, 420, 438, 500, 300][script.below(7)];
            response.push(Attribute::ErrorCode { code, reason: "" });
            response.push(Attribute::Realm("realm"));
            response.push(Attribute::Nonce("nonce"));
        }
        let crypto = clock::env(0);
        let key = IntegrityKey::short_term(crypto.crypto(), PWD).unwrap();
        let relay = IntegrityKey::long_term(crypto.crypto(), "user", "realm", "password").unwrap();
        let response = match choices >> 6 {
            0 | 1 => response.integrity(&key),
            2 => response.integrity(&relay),
            _ => response,
        };
        let octets = encode(&response.fingerprint());
        let at = self
            .sockets
            .iter()
            .position(|(id, _)| *id == path.socket())
            .unwrap_or(0);
        let from = if choices & 16 == 0 {
            path.remote()
        } else {
            address(script)
        };
        self.give(at, from, &octets);
    }

    /// Answers a request to the driver; `false` if there is none.
    fn reply(&mut self, at: usize, how: usize) -> bool {
        if self.waiting.is_empty() {
            return false;
        }
        let request = self.waiting.remove(at % self.waiting.len());
        let ip: IpAddr = [198, 51, 100, 77].into();
        let (id, reply) = match request {
            Request::OpenUdp { id, bind, .. } => {
                let socket = self.next_socket();
                let port = 5_000 + u16::try_from(socket.0).unwrap();
                let local = SocketAddr::new(bind, port);
                if how < 7 {
                    self.sockets.push((socket, local));
                }
                (id, Reply::Opened { socket, local })
            }
            Request::ListenTcp { id, bind, .. } => {
                let socket = self.next_socket();
                let local = SocketAddr::new(bind, 443);
                if how < 7 {
                    self.listener = Some(socket);
                    self.sockets.push((socket, local));
                }
                (id, Reply::Opened { socket, local })
            }
            Request::Connect { id, remote, .. } => {
                let socket = self.next_socket();
                if how < 7 {
                    self.sockets.push((socket, remote));
                }
                (id, Reply::Connected { socket })
            }
            Request::Resolve { id, .. } | Request::ResolveMdns { id, .. } => {
                (id, Reply::Resolved(vec![ip; how]))
            }
            Request::PublishMdns { id, .. } => (id, Reply::Published),
            _ => return true,
        };
        let reply = if how == 7 { Reply::Failed } else { reply };
        self.agent.handle_reply(self.now, id, reply);
        true
    }

    fn next_socket(&self) -> SocketId {
        SocketId(u32::try_from(self.sockets.len()).unwrap() + 1)
    }

    fn send(&mut self, data: &[u8]) {
        let Some(path) = self.agent.send_route() else {
            return;
        };
        let mut buffer = Vec::new();
        let mut frame = Frame::new(&mut buffer, 1_500);
        let overhead = self.agent.overhead(&path);
        if let Some(mut body) = frame.reserve(overhead) {
            let _ = body.put_slice(data);
            let _ = self.agent.wrap(&path, &mut body);
            let _ = self.agent.physical(&path);
        }
    }

    /// Sends, reports and lets due time pass until there is nothing to do.
    fn settle(&mut self) {
        for _ in 0..5_000 {
            let mut busy = false;
            let mut buffer = Vec::new();
            let mut batch = Batch::new(&mut buffer, 1, 1_500);
            if let Some(run) = self.agent.poll_transmit(self.now, &mut batch) {
                self.sent.push((run.path(), buffer));
                busy = true;
            }
            busy |= self.agent.poll_event().is_some();
            if let Some(request) = self.agent.poll_request() {
                self.waiting.push(request);
                busy = true;
            }
            if self.agent.poll_timeout().is_some_and(|at| at <= self.now) {
                self.agent.handle_timeout(self.now);
                busy = true;
            }
            if !busy {
                return;
            }
        }
        panic!("an agent does not come to rest");
    }

    fn check(&self) {
        assert!(self.agent.pairs().count() <= self.limits.max_pairs);
        let remote = self.limits.max_remote_candidates + self.limits.max_peer_reflexive;
        assert!(self.agent.remote_candidates().count() <= remote);
    }
}

fn interface(name: &str, address: IpAddr) -> Interface {
    Interface {
        name: name.to_owned(),
        addresses: vec![address],
        loopback: false,
        cost: 0,
    }
}

fn address(script: &mut Script<'_>) -> SocketAddr {
    let (kind, host) = (script.below(8), script.octet());
    match kind {
        0..=5 => ([203, 0, 113, host & 15], 6_000 + u16::from(host >> 4)).into(),
        6 => {
            let port = script.u16();
            let ip: IpAddr = script.u32().to_be_bytes().into();
            (ip, port).into()
        }
        _ => ([0x2001, 0xdb8, 0, 0, 0, 0, 0, u16::from(host)], 6_000).into(),
    }
}

fn encode(builder: &Builder<'_>) -> Vec<u8> {
    let mut out = vec![0; builder.encoded_len()];
    let len = builder.encode(&mut out).unwrap();
    out.truncate(len);
    out
}
