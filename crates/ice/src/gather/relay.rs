use std::net::SocketAddr;
use std::time::Instant;

use stonechat_sansio::{Path, SocketId};
use stonechat_turn::{Client, Event};

use crate::CandidateKind;
use crate::candidate::canonical;

use super::told::Source;
use super::{Gatherer, Outcome};

/// An allocation on a TURN server.
#[derive(Debug)]
pub(super) struct Relay {
    pub(super) client: Client,
    /// The virtual socket that names the relayed address.
    pub(super) socket: SocketId,
    /// The host socket it runs over.
    pub(super) base: SocketId,
    pub(super) base_local: SocketAddr,
    /// Its place in the configuration, and the server's address.
    pub(super) index: usize,
    /// Whether it has told what became of the first request.
    pub(super) answered: bool,
}

impl Relay {
    pub(super) fn is_from(&self, path: &Path) -> bool {
        let server = self.client.server_path();
        server.socket() == path.socket() && server.remote() == path.remote()
    }
}

impl Gatherer {
    /// Takes what the allocations report.
    pub(super) fn advance_relays(&mut self, now: Instant) {
        let mut at = 0;
        while let Some(relay) = self.relays.get_mut(at) {
            relay.client.handle_timeout(now);
            let (socket, base, base_local) = (relay.socket, relay.base, relay.base_local);
            let (index, server) = (relay.index, relay.client.server_path().remote().ip());
            let Some(event) = relay.client.poll_event() else {
                at += 1;
                continue;
            };
            match event {
                Event::Allocated { relayed, mapped } => {
                    relay.answered = true;
                    let (relayed, mapped) = (canonical(relayed), canonical(mapped));
                    let source = Source {
                        index,
                        server,
                        mapped: Some(mapped),
                    };
                    let reflexive = CandidateKind::ServerReflexive;
                    self.add_local(reflexive, mapped, base, base_local.ip(), Some(source), None);
                    let kind = CandidateKind::Relayed;
                    self.add_local(kind, relayed, socket, relayed.ip(), Some(source), None);
                }
                Event::Failed { code, reason } => {
                    let untold = !relay.answered;
                    relay.answered = true;
                    self.relays.remove(at);
                    self.forget_socket(socket);
                    if untold {
                        self.refused(index, base_local, code.unwrap_or(701), &reason);
                    }
                }
                Event::Closed => {
                    self.relays.remove(at);
                    self.forget_socket(socket);
                }
                // A pair whose peer is refused gets no answers.
                _ => {}
            }
        }
    }

    /// Reports that the server at `index` gave no candidate.
    pub(super) fn refused(&mut self, index: usize, local: SocketAddr, code: u16, text: &str) {
        let Some(server) = self.servers.get(index) else {
            return;
        };
        let shown = self.config.host_addresses == crate::HostAddresses::Told
            && self.config.policy == crate::Policy::All;
        self.outcomes.push_back(Outcome::Refused {
            address: shown.then_some(local),
            url: server.config.url(),
            code,
            text: text.to_owned(),
        });
    }
}
