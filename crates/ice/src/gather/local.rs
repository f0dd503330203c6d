use std::net::SocketAddr;

use stonechat_sansio::SocketId;

use crate::pair::LocalId;
use crate::{ActiveTcp, Candidate, CandidateKind, Policy, TcpType};

use super::Gatherer;

/// A local candidate.
#[derive(Clone, Debug)]
pub(crate) struct Local {
    pub(crate) id: LocalId,
    pub(crate) kind: CandidateKind,
    /// The address as it is, even if it is told as a name.
    pub(crate) address: SocketAddr,
    /// Socket of its base; virtual for relayed and active ones, the listener for passive ones.
    pub(crate) socket: SocketId,
    /// Local address in paths.
    pub(crate) path_local: std::net::IpAddr,
    /// PRIORITY in checks: what a peer-reflexive candidate of this base would have.
    pub(crate) check_priority: u32,
    /// The generation it was made in.
    pub(crate) made: u32,
    /// The generation it was last told in.
    pub(crate) number: u32,
    /// As it is told.
    pub(crate) candidate: Candidate,
    /// The server that it came from.
    pub(crate) url: Option<String>,
}

impl Local {
    /// Whether it is its own base, so that pairs are formed with it.
    pub(crate) fn is_base(&self) -> bool {
        matches!(self.kind, CandidateKind::Host | CandidateKind::Relayed)
    }

    /// The type of a TCP candidate.
    pub(crate) fn tcp(&self) -> Option<TcpType> {
        self.candidate.tcp()
    }
}

impl Gatherer {
    pub(crate) fn local(&self, id: LocalId) -> Option<&Local> {
        self.locals.iter().find(|local| local.id == id)
    }

    /// The candidate that is the base on this socket.
    pub(crate) fn base(&self, socket: SocketId) -> Option<&Local> {
        self.locals
            .iter()
            .find(|local| local.socket == socket && local.is_base())
    }

    pub(crate) fn check_priority(&self, id: LocalId) -> u32 {
        self.local(id).map_or(1, |local| local.check_priority)
    }

    /// The candidate of base `base` with this address.
    pub(crate) fn find_local(&self, base: LocalId, address: SocketAddr) -> Option<LocalId> {
        let known = self.local(base)?;
        let socket = known.socket;
        if known.tcp() == Some(TcpType::Active) && known.address.ip() == address.ip() {
            // An active candidate stands for all ports of its address.
            return Some(base);
        }
        let found = self
            .locals
            .iter()
            .find(|local| local.socket == socket && local.address == address);
        found.map(|local| local.id)
    }

    /// Bases that form pairs in generation `number`.
    pub(crate) fn pairable(&self, number: u32) -> Vec<LocalId> {
        self.locals
            .iter()
            .filter(|local| {
                local.is_base() && local.number == number && self.is_pairable(local.socket)
            })
            .map(|local| local.id)
            .collect()
    }

    /// Takes the told candidates over into generation `number` of the same local credentials.
    pub(crate) fn activate(&mut self, number: u32) -> Vec<LocalId> {
        let before = std::mem::replace(&mut self.number, number);
        for local in self
            .locals
            .iter_mut()
            .filter(|local| local.number == before)
        {
            local.number = number;
        }
        self.pairable(number)
    }

    /// Candidates of generation `number`, as told.
    pub(crate) fn told(&self, number: u32) -> impl Iterator<Item = &Candidate> {
        self.locals
            .iter()
            .filter(move |local| local.number == number && self.is_told(local))
            .map(|local| &local.candidate)
    }

    /// The server that a candidate came from, as a URL.
    pub(crate) fn url_of(&self, candidate: &Candidate) -> Option<&str> {
        let same = |local: &&Local| {
            let known = &local.candidate;
            known.kind == candidate.kind
                && known.address == candidate.address
                && known.port == candidate.port
        };
        self.locals.iter().find(same)?.url.as_deref()
    }

    /// Whether a candidate is signalled.
    pub(super) fn is_told(&self, local: &Local) -> bool {
        let by_policy = match self.config.policy {
            Policy::All => local.kind != CandidateKind::PeerReflexive,
            Policy::Relay => local.kind == CandidateKind::Relayed,
        };
        let is_quiet =
            local.tcp() == Some(TcpType::Active) && self.config.tcp.active != ActiveTcp::Told;
        by_policy && !is_quiet
    }

    pub(crate) fn add_peer_reflexive(&mut self, local: Local, limit: usize) {
        let learned = |local: &Local| local.kind == CandidateKind::PeerReflexive;
        if self.locals.iter().filter(|local| learned(local)).count() >= limit
            && let Some(oldest) = self.locals.iter().position(learned)
        {
            self.locals.remove(oldest);
        }
        self.locals.push(local);
    }

    pub(crate) fn forget_peer_reflexive(&mut self, keep: impl Fn(&Local) -> bool) {
        self.locals
            .retain(|local| local.kind != CandidateKind::PeerReflexive || keep(local));
    }
}
