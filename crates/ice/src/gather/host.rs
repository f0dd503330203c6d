use std::net::{IpAddr, SocketAddr};

use stonechat_sansio::SocketId;

use crate::candidate::{alternate, canonical, is_link_local};
use crate::{CandidateKind, HostAddresses, Reply, Request, RequestId};

use super::{FIRST_RELAY_SOCKET, Gatherer, Outcome};

/// An own address that is gathered from.
#[derive(Debug)]
pub(super) struct Base {
    pub(super) address: IpAddr,
    /// Its place in the order of preference.
    pub(super) ordinal: usize,
    /// The name that stands for the address, once it has one.
    pub(super) name: Option<String>,
    pub(super) socket: Socket,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Socket {
    Opening(RequestId),
    Open { id: SocketId, local: SocketAddr },
    Failed,
}

impl Base {
    pub(super) fn awaits(&self, id: RequestId) -> bool {
        matches!(self.socket, Socket::Opening(known) if known == id)
    }

    pub(super) fn is_opening(&self) -> bool {
        matches!(self.socket, Socket::Opening(_))
    }

    pub(super) fn socket(&self) -> Option<SocketId> {
        match self.socket {
            Socket::Open { id, .. } => Some(id),
            Socket::Opening(_) | Socket::Failed => None,
        }
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

    /// Asks for a socket on each usable address that has none.
    pub(super) fn open_bases(&mut self) {
        for (ordinal, address) in self.usable_addresses().into_iter().enumerate() {
            let known = self.bases.iter().find(|base| base.address == address);
            if known.is_some_and(|base| !matches!(base.socket, Socket::Failed)) {
                continue;
            }
            self.bases.retain(|base| base.address != address);
            let id = RequestId(self.fresh_request_id());
            let ports = self.config.ports.clone();
            self.requests.push_back(Request::OpenUdp {
                id,
                bind: address,
                ports,
            });
            let socket = Socket::Opening(id);
            self.bases.push(Base {
                address,
                ordinal,
                name: None,
                socket,
            });
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
            let Some(socket) = base.socket() else {
                continue;
            };
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
        let Some(base) = self.bases.get_mut(at) else {
            return;
        };
        let Reply::Opened { socket, local } = *reply else {
            base.socket = Socket::Failed;
            return;
        };
        if socket.0 >= FIRST_RELAY_SOCKET || self.locals.iter().any(|known| known.socket == socket)
        {
            base.socket = Socket::Failed;
            return;
        }
        let local = canonical(local);
        let ip = if local.ip().is_unspecified() {
            base.address
        } else {
            local.ip()
        };
        let local = SocketAddr::new(ip, local.port());
        base.socket = Socket::Open { id: socket, local };
        if self.config.host_addresses == HostAddresses::Hidden && base.name.is_none() {
            let name = crate::mdns::generate_name(&mut self.rng);
            base.name = Some(name.clone());
            let id = RequestId(self.fresh_request_id());
            self.requests.push_back(Request::PublishMdns {
                id,
                address: ip,
                name,
            });
        }
        self.add_local(CandidateKind::Host, local, socket, ip, None);
    }
}
