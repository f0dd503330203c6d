use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use stonechat_sansio::{Path, SocketId};

use crate::candidate::{can_reach, is_contactable, pair_priority};
use crate::check_list::Inserted;
use crate::gather::Local;
use crate::pair::{Connection, LocalId, Pair, RemoteId};
use crate::remote::Remote;
use crate::{
    Candidate, CandidateAddress, CandidateKind, PairId, PairState, Role, TcpType, TransportProtocol,
};

use super::Core;

impl Core {
    /// A check came from an address that is no remote candidate, or to a base it has no pair
    /// with: learns the candidate and forms the pair (RFC 8445, section 7.3.1.3).
    pub(super) fn learn_remote(
        &mut self,
        now: Instant,
        path: Path,
        priority: u32,
    ) -> Option<PairId> {
        let accepted = self.gatherer.listener_of(path.socket());
        // Who connected is an active candidate, whatever was told (RFC 6544, section 7.2).
        let tcp = accepted.map(|_| TcpType::Active);
        let local = match accepted {
            Some(listener) => listener,
            None => self.gatherer.base(path.socket())?.id,
        };
        let known = self
            .session
            .remotes
            .iter()
            .find(|remote| remote.is_at(path.remote(), tcp));
        let remote = match known {
            Some(remote) => remote.id,
            None => self.add_peer_reflexive(path.remote(), priority, tcp),
        };
        let over = accepted.map(|_| path.socket());
        self.add_pair(now, local, remote, over, can_reach)
    }

    fn add_peer_reflexive(
        &mut self,
        address: SocketAddr,
        priority: u32,
        tcp: Option<TcpType>,
    ) -> RemoteId {
        let learned = |remote: &Remote| remote.candidate.kind == CandidateKind::PeerReflexive;
        let count = self
            .session
            .remotes
            .iter()
            .filter(|remote| learned(remote))
            .count();
        if count >= self.config.max_peer_reflexive {
            self.evict_peer_reflexive();
        }
        let id = RemoteId(self.fresh_id());
        let candidate = Candidate {
            //= https://www.rfc-editor.org/rfc/rfc8445#section-7.3.1.3
            //# The foundation of the candidate is an arbitrary value, different from the
            //# foundations of all other remote candidates.
            foundation: format!("prflx{:08x}", self.rng.next_u32()),
            component: 1,
            transport: match tcp {
                None => TransportProtocol::Udp,
                Some(_) => TransportProtocol::Tcp,
            },
            priority,
            address: CandidateAddress::Ip(address.ip()),
            port: address.port(),
            kind: CandidateKind::PeerReflexive,
            related: None,
            tcp_type: tcp,
            generation: None,
            ufrag: None,
            network_id: None,
            network_cost: None,
            extensions: Vec::new(),
        };
        self.session.remotes.push(Remote {
            id,
            address,
            candidate,
        });
        id
    }

    /// Forgets the oldest learned candidate that no valid pair uses.
    fn evict_peer_reflexive(&mut self) {
        let list = &self.session.list;
        let selected = self.session.selected;
        let oldest = self.session.remotes.iter().position(|remote| {
            remote.candidate.kind == CandidateKind::PeerReflexive
                && !list.pairs().iter().any(|pair| {
                    pair.remote == remote.id && (pair.is_valid() || Some(pair.id) == selected)
                })
        });
        // All in use: the oldest of them that is not the selected one.
        let oldest = oldest.or_else(|| {
            let used = selected.and_then(|id| list.get(id)).map(|pair| pair.remote);
            self.session.remotes.iter().position(|remote| {
                remote.candidate.kind == CandidateKind::PeerReflexive && Some(remote.id) != used
            })
        });
        let Some(oldest) = oldest else { return };
        let remote = self.session.remotes.remove(oldest);
        self.session.list.retain(|pair| pair.remote != remote.id);
        self.authenticated
            .retain(|known| known.path.remote() != remote.address);
        self.stats.peer_reflexive_evicted += 1;
    }

    /// The local candidate that a response shows: a known one, or one to be learned
    /// (RFC 8445, section 7.2.5.3.1).
    pub(super) fn local_for_mapped(
        &mut self,
        base: LocalId,
        mapped: SocketAddr,
    ) -> Option<LocalId> {
        if let Some(known) = self.gatherer.find_local(base, mapped) {
            return Some(known);
        }
        let base = self.gatherer.local(base)?;
        let (socket, path_local, priority) = (base.socket, base.path_local, base.check_priority);
        let related = self.gatherer.related(base);
        let (transport, tcp_type) = (base.candidate.transport.clone(), base.candidate.tcp_type);
        let id = LocalId(self.gatherer.fresh_local_id());
        let candidate = Candidate {
            foundation: format!("prflx{:08x}", self.rng.next_u32()),
            component: 1,
            transport,
            //= https://www.rfc-editor.org/rfc/rfc8445#section-7.2.5.3.1
            //# The priority is the value of the PRIORITY attribute in the Binding request.
            priority,
            address: CandidateAddress::Ip(mapped.ip()),
            port: mapped.port(),
            kind: CandidateKind::PeerReflexive,
            related: Some(related),
            tcp_type,
            generation: None,
            ufrag: Some(self.session.local.ufrag().to_owned()),
            network_id: None,
            network_cost: None,
            extensions: Vec::new(),
        };
        self.gatherer.add_peer_reflexive(
            Local {
                id,
                kind: CandidateKind::PeerReflexive,
                address: mapped,
                socket,
                path_local,
                check_priority: priority,
                made: self.session.number,
                number: self.session.number,
                candidate,
                url: None,
            },
            self.config.max_peer_reflexive,
        );
        Some(id)
    }

    /// Forms the pair of a base and a remote candidate unless `fits`, the rules or the limit forbid
    /// it; `over` the connection that was accepted for it.
    pub(super) fn add_pair(
        &mut self,
        now: Instant,
        local: LocalId,
        remote: RemoteId,
        over: Option<SocketId>,
        fits: fn(IpAddr, IpAddr) -> bool,
    ) -> Option<PairId> {
        let base = self.gatherer.local(local)?;
        let theirs = self
            .session
            .remotes
            .iter()
            .find(|known| known.id == remote)?;
        if !is_contactable(theirs.address)
            || !fits(base.path_local, theirs.address.ip())
            || !self.gatherer.is_pairable(base.socket)
        {
            return None;
        }
        let connection = match (base.tcp(), theirs.candidate.tcp(), over) {
            (None, None, None) => Connection::Datagrams,
            (Some(TcpType::Active), Some(TcpType::Passive), None) => Connection::Closed,
            (Some(TcpType::Passive), Some(TcpType::Active), Some(_)) => Connection::Open,
            //= https://www.rfc-editor.org/rfc/rfc6544#section-6.2
            //# When the agent prunes the check list, it MUST also remove any pair for which the
            //# local candidate is a passive TCP candidate.
            _ => return None,
        };
        let socket = over.unwrap_or(base.socket);
        let path = Path::new(socket, base.path_local, theirs.address);
        if let Some(id) = self.session.list.by_path(&path) {
            return Some(id);
        }
        // One that is connected has another path.
        if connection == Connection::Closed
            && let Some(id) = self.session.list.by_candidates(local, remote)
        {
            return Some(id);
        }
        let priority = self.priority_of(base.candidate.priority, theirs.candidate.priority);
        let foundation = (
            self.session.list.foundation(&base.candidate.foundation),
            self.session.list.foundation(&theirs.candidate.foundation),
        );
        let id = PairId(self.fresh_id());
        let pair = Pair::new(id, local, remote, path, connection, priority, foundation);
        match self.session.list.insert(pair, self.config.max_pairs) {
            Inserted::Added => {}
            Inserted::Evicting => self.stats.pairs_over_limit += 1,
            Inserted::Refused => {
                self.stats.pairs_over_limit += 1;
                return None;
            }
        }
        self.gatherer.permit(now, &path);
        Some(id)
    }

    fn priority_of(&self, ours: u32, theirs: u32) -> u64 {
        match self.role {
            Role::Controlling => pair_priority(ours, theirs),
            Role::Controlled => pair_priority(theirs, ours),
        }
    }

    /// Computes all pair priorities again, after a role change or a new candidate priority.
    pub(super) fn reprioritize(&mut self) {
        let (gatherer, remotes, role) = (&self.gatherer, &self.session.remotes, self.role);
        for pair in self.session.list.iter_mut() {
            let ours = gatherer
                .local(pair.local)
                .map(|local| local.candidate.priority);
            let theirs = remotes.iter().find(|remote| remote.id == pair.remote);
            let theirs = theirs.map(|remote| remote.candidate.priority);
            if let (Some(ours), Some(theirs)) = (ours, theirs) {
                pair.priority = match role {
                    Role::Controlling => pair_priority(ours, theirs),
                    Role::Controlled => pair_priority(theirs, ours),
                };
            }
        }
        self.session.list.sort();
    }

    /// A candidate was signalled whose address had been learned: it takes the place of the learned
    /// one, its pairs stay.
    pub(super) fn replace_peer_reflexive(&mut self, at: usize, candidate: &Candidate) {
        let Some(remote) = self.session.remotes.get_mut(at) else {
            return;
        };
        let id = remote.id;
        remote.candidate = candidate.clone();
        let number = self.session.list.foundation(&candidate.foundation);
        for pair in self
            .session
            .list
            .iter_mut()
            .filter(|pair| pair.remote == id)
        {
            pair.foundation.1 = number;
        }
        self.reprioritize();
    }

    /// Pairs that show that something was wrong with every one of them.
    pub(super) fn has_open_pair(&self) -> bool {
        self.session.list.pairs().iter().any(Pair::is_open)
            || self.session.list.pairs().iter().any(|pair| {
                pair.state == PairState::Succeeded && self.session.list.is_triggered(pair.id)
            })
    }
}
