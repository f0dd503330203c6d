use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use stonechat_sansio::{Batch, Datagram, SocketId, Transmit};
use stonechat_stun::{
    AddressFamily, BindingClient, BindingConfig, BindingEvent, BindingFailure, Schedule,
};
use stonechat_turn::Client;

use crate::candidate::canonical;
use crate::{CandidateKind, IceServer, Policy, Reply, Request, RequestId};

use super::Gatherer;
use super::host::Socket;
use super::relay::Relay;
use super::told::Source;

/// Most addresses of one server that are asked, per family.
const ADDRESSES: usize = 1;

/// A STUN or TURN server and what is known of its addresses.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) config: IceServer,
    addresses: Addresses,
}

#[derive(Debug)]
enum Addresses {
    Unknown,
    Resolving(RequestId),
    Known(Vec<IpAddr>),
}

impl Server {
    pub(super) fn new(config: IceServer) -> Self {
        let literal = config
            .literal()
            .map(|ip| Addresses::Known(vec![ip.to_canonical()]));
        Self {
            config,
            addresses: literal.unwrap_or(Addresses::Unknown),
        }
    }

    /// Asks for the addresses if they are not known.
    pub(super) fn begin(&mut self, requests: &mut VecDeque<Request>, next_id: &mut u32) {
        if matches!(self.addresses, Addresses::Unknown) {
            *next_id = next_id.wrapping_add(1);
            let id = RequestId(*next_id);
            let host = self.config.host().to_owned();
            requests.push_back(Request::Resolve {
                id,
                host,
                port: self.config.port(),
            });
            self.addresses = Addresses::Resolving(id);
        }
    }

    pub(super) fn awaits(&self, id: RequestId) -> bool {
        matches!(self.addresses, Addresses::Resolving(known) if known == id)
    }

    pub(super) fn is_resolving(&self) -> bool {
        matches!(self.addresses, Addresses::Resolving(_))
    }

    /// The addresses to ask from a local address of this family.
    fn reachable_from(&self, local: IpAddr) -> Vec<SocketAddr> {
        let Addresses::Known(addresses) = &self.addresses else {
            return Vec::new();
        };
        addresses
            .iter()
            .filter(|ip| crate::candidate::can_reach(local, **ip))
            .take(ADDRESSES)
            .map(|ip| SocketAddr::new(*ip, self.config.port()))
            .collect()
    }
}

/// One question to one server over one socket.
#[derive(Debug)]
pub(super) struct Task {
    socket: SocketId,
    local: SocketAddr,
    index: usize,
    server: SocketAddr,
    number: u32,
    progress: Progress,
}

#[derive(Debug)]
enum Progress {
    /// Waits for its turn.
    Queued,
    Binding(Box<BindingClient>),
    /// Runs as the relay with this socket.
    Relay(SocketId),
    Done,
}

impl Task {
    pub(super) fn socket(&self) -> SocketId {
        self.socket
    }

    pub(super) fn relay(&self) -> Option<SocketId> {
        match self.progress {
            Progress::Relay(socket) => Some(socket),
            Progress::Queued | Progress::Binding(_) | Progress::Done => None,
        }
    }

    /// Whether gathering waits for it.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.progress, Progress::Queued | Progress::Binding(_))
    }

    pub(super) fn handle_datagram(&mut self, now: Instant, datagram: Datagram) -> Option<Datagram> {
        match &mut self.progress {
            Progress::Binding(client) => client.handle_datagram(now, datagram),
            Progress::Queued | Progress::Relay(_) | Progress::Done => Some(datagram),
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        match &self.progress {
            Progress::Binding(client) => client.poll_timeout(),
            Progress::Queued | Progress::Relay(_) | Progress::Done => None,
        }
    }

    pub(super) fn poll_transmit(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit> {
        match &mut self.progress {
            Progress::Binding(client) => client.poll_transmit(now, out),
            Progress::Queued | Progress::Relay(_) | Progress::Done => None,
        }
    }
}

impl Gatherer {
    pub(super) fn on_resolved(&mut self, id: RequestId, reply: Reply) {
        let Some(index) = self.servers.iter().position(|server| server.awaits(id)) else {
            return;
        };
        let Some(server) = self.servers.get_mut(index) else {
            return;
        };
        let addresses = match reply {
            Reply::Resolved(addresses) => addresses,
            _ => Vec::new(),
        };
        if addresses.is_empty() {
            // Asked again when it is gathered for the next generation.
            server.addresses = Addresses::Unknown;
            let unspecified = SocketAddr::from(([0, 0, 0, 0], 0));
            self.refused(
                index,
                unspecified,
                701,
                "the name of the server was not resolved",
            );
            return;
        }
        let addresses = addresses.into_iter().map(|ip| ip.to_canonical());
        server.addresses = Addresses::Known(addresses.collect());
    }

    /// Makes a task for each open socket and server that has none in this generation.
    pub(super) fn ask_servers(&mut self, _now: Instant) {
        if !self.begun {
            return;
        }
        self.tasks
            .retain(|task| task.number == self.number || task.relay().is_some());
        for base in &self.bases {
            let Socket::Open { id: socket, local } = base.socket else {
                continue;
            };
            for (index, server) in self.servers.iter().enumerate() {
                if self.config.policy == Policy::Relay
                    && matches!(server.config, IceServer::Stun { .. })
                {
                    continue;
                }
                for server in server.reachable_from(local.ip()) {
                    let known = self.tasks.iter().any(|task| {
                        task.socket == socket
                            && task.server == server
                            && task.index == index
                            && (task.number == self.number || task.relay().is_some())
                    });
                    if !known {
                        let (number, progress) = (self.number, Progress::Queued);
                        self.tasks.push(Task {
                            socket,
                            local,
                            index,
                            server,
                            number,
                            progress,
                        });
                    }
                }
            }
        }
    }

    /// Takes all that could be asked in this generation as answered.
    pub(super) fn skip_questions(&mut self, now: Instant) {
        self.ask_servers(now);
        for task in self.tasks.iter_mut().filter(|task| task.is_open()) {
            task.progress = Progress::Done;
        }
    }

    /// Whether a task waits for its turn.
    pub(crate) fn has_start(&self) -> bool {
        self.tasks
            .iter()
            .any(|task| matches!(task.progress, Progress::Queued))
    }

    /// Starts the next task.
    pub(crate) fn start_next(&mut self, now: Instant) -> bool {
        let queued = |task: &&mut Task| matches!(task.progress, Progress::Queued);
        let Some(task) = self.tasks.iter_mut().find(queued) else {
            return false;
        };
        let Some(server) = self.servers.get(task.index) else {
            task.progress = Progress::Done;
            return true;
        };
        // About ten seconds until a server counts as silent: people wait for gathering to end.
        let schedule = Schedule::new(Duration::from_millis(500))
            .requests(5)
            .last_wait(4);
        let label = format!("{} {} {}", task.number, task.socket.0, task.index);
        let env = self.env.child(&label);
        match &server.config {
            IceServer::Stun { .. } => {
                let config = BindingConfig::new(task.socket, task.local.ip(), task.server);
                let client = BindingClient::new(config.schedule(schedule), env, now);
                task.progress = Progress::Binding(Box::new(client));
            }
            IceServer::Turn {
                username, password, ..
            } => {
                let socket = SocketId(self.next_relay);
                self.next_relay = self
                    .next_relay
                    .wrapping_add(1)
                    .max(super::FIRST_VIRTUAL_SOCKET);
                let config = stonechat_turn::Config::new(
                    task.socket,
                    task.local.ip(),
                    socket,
                    task.server,
                    username,
                    password,
                )
                .family(AddressFamily::of(task.local.ip()))
                .schedule(schedule)
                .max_permissions(self.config.max_pairs)
                .max_channels(self.config.max_pairs);
                let relay = Relay {
                    client: Client::new(config, env, now),
                    socket,
                    base: task.socket,
                    base_local: task.local,
                    index: task.index,
                    answered: false,
                };
                self.relays.push(relay);
                task.progress = Progress::Relay(socket);
            }
        }
        true
    }

    /// Takes what the STUN servers say.
    pub(super) fn advance_tasks(&mut self, now: Instant) {
        let mut found = Vec::new();
        for task in &mut self.tasks {
            let Progress::Binding(client) = &mut task.progress else {
                continue;
            };
            client.handle_timeout(now);
            let Some(event) = client.poll_event() else {
                continue;
            };
            found.push((event, task.socket, task.local, task.index, task.server.ip()));
            task.progress = Progress::Done;
        }
        for (event, socket, local, index, server) in found {
            match event {
                BindingEvent::Mapped { address, .. } => {
                    let source = Source {
                        index,
                        server,
                        mapped: None,
                    };
                    let kind = CandidateKind::ServerReflexive;
                    let address = canonical(address);
                    self.add_local(kind, address, socket, local.ip(), Some(source), None);
                }
                BindingEvent::Failed(BindingFailure::Refused { code, reason }) => {
                    self.refused(index, local, code, &reason);
                }
                _ => self.refused(index, local, 701, "the server did not answer"),
            }
        }
    }

    /// Whether an allocation is still being asked for.
    pub(super) fn is_allocating(&self) -> bool {
        self.relays.iter().any(|relay| !relay.answered)
    }
}
