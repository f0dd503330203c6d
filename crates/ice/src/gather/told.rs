use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use stonechat_sansio::SocketId;

use crate::candidate::{candidate_priority, local_preference, tcp_candidate_priority};
use crate::pair::LocalId;
use crate::{
    Candidate, CandidateAddress, CandidateKind, HostAddresses, Policy, TcpType, TransportProtocol,
};

use super::{Gatherer, Local, Outcome};

/// The server that a candidate came from, and its place in the configuration.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source {
    pub(super) index: usize,
    pub(super) server: IpAddr,
    /// The mapped address of a relayed candidate.
    pub(super) mapped: Option<SocketAddr>,
}

impl Gatherer {
    /// Adds a candidate unless it is redundant, tells it, and reports a base for pairing.
    pub(super) fn add_local(
        &mut self,
        kind: CandidateKind,
        address: SocketAddr,
        socket: SocketId,
        path_local: IpAddr,
        source: Option<Source>,
        tcp: Option<TcpType>,
    ) {
        if self.renew_redundant(kind, address, socket) {
            return;
        }
        let base = match kind {
            CandidateKind::Relayed => address.ip(),
            _ => path_local,
        };
        let ordinal = self.ordinal(self.host_of(socket).unwrap_or(path_local));
        let server = source.map_or(0, |source| source.index);
        let priority_as = |kind| match tcp {
            None => candidate_priority(kind, local_preference(ordinal, server), 1),
            //= https://www.rfc-editor.org/rfc/rfc6544#section-4.2
            //# If any two candidates have the same type-preference and direction-pref, they MUST
            //# have a unique other-pref.
            Some(tcp) => {
                let other = u16::try_from(8191_usize.saturating_sub(ordinal)).unwrap_or(0);
                tcp_candidate_priority(kind, tcp, other, 1)
            }
        };
        let number = self.number;
        let priority = priority_as(kind);
        let candidate = Candidate {
            foundation: self.foundations.of(
                kind,
                base,
                source.map(|source| source.server),
                tcp.is_some(),
            ),
            component: 1,
            transport: match tcp {
                None => TransportProtocol::Udp,
                Some(_) => TransportProtocol::Tcp,
            },
            priority,
            address: self.shown_address(kind, address),
            port: address.port(),
            kind,
            related: self.shown_related(kind, socket, source),
            tcp_type: tcp,
            generation: None,
            ufrag: Some(self.ufrag.clone()),
            network_id: None,
            network_cost: None,
            extensions: Vec::new(),
        };
        let id = LocalId(self.fresh_local_id());
        let check_priority = match kind {
            // Below what a direct route would have: the peer sees only what we send it.
            CandidateKind::Relayed => priority,
            _ => priority_as(CandidateKind::PeerReflexive),
        };
        let local = Local {
            id,
            kind,
            address,
            socket,
            path_local,
            check_priority,
            made: number,
            number,
            candidate,
            url: source
                .and_then(|source| self.servers.get(source.index))
                .map(|server| server.config.url()),
        };
        self.announce(&local);
        self.locals.push(local);
    }

    pub(super) fn announce(&mut self, local: &Local) {
        if self.is_told(local) {
            self.outcomes
                .push_back(Outcome::Told(Box::new(local.candidate.clone())));
        }
        if local.is_base() {
            self.outcomes.push_back(Outcome::Base(local.id));
        }
    }

    /// Whether a candidate with this address and base is there already. One of an earlier
    /// generation is told again.
    //= https://www.rfc-editor.org/rfc/rfc8445#section-5.1.3
    //# two candidates are redundant if and only if their transport addresses and bases are
    //# identical
    fn renew_redundant(
        &mut self,
        kind: CandidateKind,
        address: SocketAddr,
        socket: SocketId,
    ) -> bool {
        let number = self.number;
        let hidden = self.config.host_addresses == HostAddresses::Hidden;
        let same = |local: &&mut Local| {
            let told_apart = hidden
                && kind == CandidateKind::ServerReflexive
                && local.kind == CandidateKind::Host;
            local.socket == socket
                && local.address == address
                && local.kind != CandidateKind::PeerReflexive
                && !told_apart
        };
        let Some(known) = self.locals.iter_mut().find(same) else {
            return false;
        };
        if known.number != number {
            known.number = number;
            known.candidate.ufrag = Some(self.ufrag.clone());
            let known = known.clone();
            self.announce(&known);
        }
        true
    }

    /// Tells what stays valid without asking anybody: host and relayed candidates.
    pub(super) fn tell_again(&mut self) {
        let number = self.number;
        let mut again = Vec::new();
        for local in self.locals.iter_mut().filter(|local| local.is_base()) {
            local.number = number;
            local.candidate.ufrag = Some(self.ufrag.clone());
            again.push(local.clone());
        }
        for local in again {
            self.announce(&local);
        }
    }

    fn host_of(&self, socket: SocketId) -> Option<IpAddr> {
        let host = self.bases.iter().find(|base| base.socket() == Some(socket));
        host.map(|base| base.address).or_else(|| {
            let relay = self.relays.iter().find(|relay| relay.socket == socket)?;
            Some(relay.client.server_path().local())
        })
    }

    fn shown_address(&self, kind: CandidateKind, address: SocketAddr) -> CandidateAddress {
        let name = self.bases.iter().find(|base| base.address == address.ip());
        match name.and_then(|base| base.name.clone()) {
            Some(name) if kind == CandidateKind::Host => CandidateAddress::Mdns(name),
            _ => CandidateAddress::Ip(address.ip()),
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc8839#section-5.1
    //# Privacy considerations: "raddr" and "rport" may be hidden by a wildcard and 9
    fn shown_related(
        &self,
        kind: CandidateKind,
        socket: SocketId,
        source: Option<Source>,
    ) -> Option<(CandidateAddress, u16)> {
        let related = match kind {
            CandidateKind::Host => return None,
            CandidateKind::Relayed => source.and_then(|source| source.mapped),
            CandidateKind::ServerReflexive | CandidateKind::PeerReflexive => {
                self.base(socket).map(|base| base.address)
            }
        }?;
        if self.hides(kind) {
            return Some(hidden(related.ip()));
        }
        Some((CandidateAddress::Ip(related.ip()), related.port()))
    }

    fn hides(&self, kind: CandidateKind) -> bool {
        self.config.policy == Policy::Relay
            || (self.config.host_addresses == HostAddresses::Hidden
                && kind != CandidateKind::Relayed)
    }

    /// The related address of a peer-reflexive candidate of base `base`.
    pub(crate) fn related(&self, base: &Local) -> (CandidateAddress, u16) {
        if self.hides(CandidateKind::PeerReflexive) {
            return hidden(base.address.ip());
        }
        (CandidateAddress::Ip(base.address.ip()), base.address.port())
    }
}

fn hidden(like: IpAddr) -> (CandidateAddress, u16) {
    let wildcard = match like {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    (CandidateAddress::Ip(wildcard), 9)
}
