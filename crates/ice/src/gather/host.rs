use std::net::{IpAddr, SocketAddr};

use stonechat_sansio::SocketId;

use crate::candidate::{alternate, canonical, is_link_local};
use crate::{ActiveTcp, CandidateKind, HostAddresses, Policy, Reply, Request, RequestId, TcpType};

use super::{FIRST_ACTIVE_SOCKET, FIRST_VIRTUAL_SOCKET, Gatherer, Outcome};

/// An own address that is gathered from.
#[derive(Debug)]
pub(super) struct Base {
    pub(super) address: IpAddr,
    /// Its place in the order of preference.
    pub(super) ordinal: usize,
    /// The name that stands for the address, once it has one.
    pub(super) name: Option<String>,
    pub(super) socket: Socket,
    /// Listens for TCP connections, if that is wanted.
    pub(super) listener: Option<Socket>,
    /// The virtual socket of the active TCP candidate.
    pub(super) active: Option<SocketId>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Socket {
    Opening(RequestId),
    Open { id: SocketId, local: SocketAddr },
    Failed,
}

impl Socket {
    fn awaits(self, id: RequestId) -> bool {
        matches!(self, Self::Opening(known) if known == id)
    }

    fn is_opening(self) -> bool {
        matches!(self, Self::Opening(_))
    }

    fn id(self) -> Option<SocketId> {
        match self {
            Self::Open { id, .. } => Some(id),
            Self::Opening(_) | Self::Failed => None,
        }
    }
}

impl Base {
    pub(super) fn awaits(&self, id: RequestId) -> bool {
        self.socket.awaits(id)
    }

    pub(super) fn awaits_listener(&self, id: RequestId) -> bool {
        self.listener.is_some_and(|listener| listener.awaits(id))
    }

    pub(super) fn is_opening(&self) -> bool {
        self.socket.is_opening() || self.listener.is_some_and(Socket::is_opening)
    }

    pub(super) fn socket(&self) -> Option<SocketId> {
        self.socket.id()
    }

    /// What is to be closed with it.
    pub(super) fn sockets(&self) -> impl Iterator<Item = SocketId> + use<> {
        let listener = self.listener.and_then(Socket::id);
        self.socket.id().into_iter().chain(listener)
    }
}

impl Gatherer {
    /// Addresses to gather from, best first. Loopback ones count when there is nothing else.
    fn usable_addresses(&self) -> Vec<IpAddr> {
        let all: Vec<(IpAddr, u32, bool)> = self
            .interfaces
            .iter()
            .flatten()
            .flat_map(|interface| {
                interface.addresses.iter().map(|ip| {
                    let ip = ip.to_canonical();
                    (ip, interface.cost, interface.loopback || ip.is_loopback())
                })
            })
            .filter(|(ip, ..)| !ip.is_unspecified() && !ip.is_multicast())
            .filter(|(ip, ..)| self.config.include_link_local || !is_link_local(*ip))
            .collect();
        let only_loopback = all.iter().all(|(_, _, loopback)| *loopback);
        let loopback = self.config.include_loopback || only_loopback;
        let usable = all
            .into_iter()
            .filter(|(_, _, is_loopback)| loopback || !is_loopback);
        let mut ordered = alternate(usable.collect());
        let mut seen = Vec::new();
        ordered.retain(|ip| {
            let new = !seen.contains(ip);
            seen.push(*ip);
            new
        });
        ordered.truncate(self.config.max_host_candidates);
        ordered
    }

    /// Asks for what is wanted on each usable address and is not there.
    pub(super) fn open_bases(&mut self) {
        for (ordinal, address) in self.usable_addresses().into_iter().enumerate() {
            let known = self.bases.iter().position(|base| base.address == address);
            let at = known.unwrap_or(self.bases.len());
            if known.is_none() {
                self.bases.push(Base {
                    address,
                    ordinal,
                    name: None,
                    socket: Socket::Failed,
                    listener: None,
                    active: None,
                });
            }
            let listens = self.config.tcp.passive && self.config.policy == Policy::All;
            let (id, listener_id) = (self.fresh_request_id(), self.fresh_request_id());
            let Some(base) = self.bases.get_mut(at) else {
                continue;
            };
            if matches!(base.socket, Socket::Failed) {
                let id = RequestId(id);
                base.ordinal = ordinal;
                base.socket = Socket::Opening(id);
                self.requests.push_back(Request::OpenUdp {
                    id,
                    bind: address,
                    ports: self.config.ports.clone(),
                });
            }
            if listens && matches!(base.listener, None | Some(Socket::Failed)) {
                let id = RequestId(listener_id);
                base.listener = Some(Socket::Opening(id));
                self.requests.push_back(Request::ListenTcp {
                    id,
                    bind: address,
                    ports: self.config.tcp.ports.clone(),
                });
            }
        }
    }

    /// Closes what lies on addresses that are gone.
    pub(super) fn close_gone(&mut self) {
        let usable = self.usable_addresses();
        let (kept, gone): (Vec<_>, Vec<_>) = std::mem::take(&mut self.bases)
            .into_iter()
            .partition(|base| usable.contains(&base.address));
        self.bases = kept;
        for base in gone {
            if let Some(active) = base.active {
                self.forget_socket(active);
            }
            for socket in base.sockets() {
                self.requests.push_back(Request::CloseSocket(socket));
                self.tasks.retain(|task| task.socket() != socket);
                let relays: Vec<SocketId> = self
                    .relays
                    .iter()
                    .filter(|relay| relay.client.server_path().socket() == socket)
                    .map(|relay| relay.socket)
                    .collect();
                self.relays.retain(|relay| !relays.contains(&relay.socket));
                self.forget_socket(socket);
                for relay in relays {
                    self.forget_socket(relay);
                }
            }
        }
    }

    /// Takes out all candidates on `socket` and says so.
    pub(super) fn forget_socket(&mut self, socket: SocketId) {
        let (gone, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut self.locals)
            .into_iter()
            .partition(|local| local.socket == socket);
        self.locals = kept;
        self.outcomes
            .extend(gone.into_iter().map(|local| Outcome::Gone(Box::new(local))));
    }

    /// The answer to the request for the socket of the base at `at`.
    pub(super) fn on_opened(&mut self, at: usize, reply: &Reply) {
        let Some(base_address) = self.bases.get(at).map(|base| base.address) else {
            return;
        };
        let Reply::Opened { socket, local } = *reply else {
            if let Some(base) = self.bases.get_mut(at) {
                base.socket = Socket::Failed;
            }
            // Where there is no UDP, TCP may be.
            return self.add_active(at);
        };
        let Some(local) = self.usable_local(socket, base_address, local) else {
            if let Some(base) = self.bases.get_mut(at) {
                base.socket = Socket::Failed;
            }
            return;
        };
        self.name_base(at, local.ip());
        if let Some(base) = self.bases.get_mut(at) {
            base.socket = Socket::Open { id: socket, local };
        }
        self.add_local(CandidateKind::Host, local, socket, local.ip(), None, None);
        self.add_active(at);
    }

    /// The answer to the request for the listener of the base at `at`.
    pub(super) fn on_listening(&mut self, at: usize, reply: &Reply) {
        let Some(base_address) = self.bases.get(at).map(|base| base.address) else {
            return;
        };
        let opened = match *reply {
            Reply::Opened { socket, local } => self
                .usable_local(socket, base_address, local)
                .map(|local| (socket, local)),
            _ => None,
        };
        if opened.is_some() {
            self.name_base(at, base_address);
        }
        if let Some(base) = self.bases.get_mut(at) {
            base.listener = Some(match opened {
                Some((id, local)) => Socket::Open { id, local },
                None => Socket::Failed,
            });
        }
        if let Some((socket, local)) = opened {
            let (kind, tcp) = (CandidateKind::Host, Some(TcpType::Passive));
            self.add_local(kind, local, socket, local.ip(), None, tcp);
        }
    }

    /// The listener is no more.
    pub(crate) fn on_listener_closed(&mut self, socket: SocketId) {
        let listener = self
            .bases
            .iter_mut()
            .find(|base| base.listener.and_then(Socket::id) == Some(socket));
        if let Some(base) = listener {
            base.listener = Some(Socket::Failed);
            self.forget_socket(socket);
        }
    }

    /// An active candidate of the base at `at`, if it has none: nothing has to be opened for it
    /// before there is somebody to connect to.
    fn add_active(&mut self, at: usize) {
        let wanted = self.config.tcp.active != ActiveTcp::Off && self.config.policy == Policy::All;
        let Some(base) = self.bases.get_mut(at) else {
            return;
        };
        if !wanted || base.active.is_some() {
            return;
        }
        let socket = SocketId(self.next_active);
        self.next_active = self.next_active.wrapping_add(1).max(FIRST_ACTIVE_SOCKET);
        base.active = Some(socket);
        let base_address = base.address;
        self.name_base(at, base_address);
        //= https://www.rfc-editor.org/rfc/rfc6544#section-4.5
        //# but the port(s) MUST be set to 9 (i.e., Discard).
        let address = SocketAddr::new(base_address, 9);
        let (kind, tcp) = (CandidateKind::Host, Some(TcpType::Active));
        self.add_local(kind, address, socket, address.ip(), None, tcp);
    }

    /// The address of an opened socket, if the socket can be used.
    fn usable_local(
        &self,
        socket: SocketId,
        base: IpAddr,
        local: SocketAddr,
    ) -> Option<SocketAddr> {
        let is_known = self.locals.iter().any(|known| known.socket == socket)
            || self.streams.get(socket).is_some();
        if socket.0 >= FIRST_VIRTUAL_SOCKET || is_known {
            return None;
        }
        let local = canonical(local);
        let ip = if local.ip().is_unspecified() {
            base
        } else {
            local.ip()
        };
        Some(SocketAddr::new(ip, local.port()))
    }

    /// Makes the name that stands for the address of the base at `at`, once, if addresses are
    /// hidden.
    fn name_base(&mut self, at: usize, address: IpAddr) {
        let Some(base) = self.bases.get_mut(at) else {
            return;
        };
        if self.config.host_addresses != HostAddresses::Hidden || base.name.is_some() {
            return;
        }
        let name = crate::mdns::generate_name(&mut self.rng);
        base.name = Some(name.clone());
        let id = RequestId(self.fresh_request_id());
        self.requests
            .push_back(Request::PublishMdns { id, address, name });
    }
}
