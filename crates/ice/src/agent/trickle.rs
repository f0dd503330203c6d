use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use crate::candidate::{can_pair, canonical, is_contactable};
use crate::pair::RemoteId;
use crate::remote::Remote;
use crate::{
    ActiveTcp, Candidate, CandidateAddress, CandidateError, CandidateKind, Credentials, Policy,
    Reply, Request, RequestId, TcpConfig, TcpType, TransportProtocol,
};

use super::Core;
use super::tcp::Asked;

impl Core {
    pub(super) fn set_remote_credentials(&mut self, now: Instant, credentials: Credentials) {
        if let Some(peer) = &self.session.peer {
            if peer.credentials == credentials {
                return;
            }
            // The peer has restarted, or another one has answered.
            let (pending, local) = (
                std::mem::take(&mut self.session.pending),
                self.session.local.clone(),
            );
            let _ = self.renew(local);
            self.session.pending = pending;
            self.activate_locals(now);
        }
        self.session.set_peer(credentials, &self.crypto);
        self.undoable = None;
        //= https://www.rfc-editor.org/rfc/rfc8863#section-4
        //# it MUST set a timer, henceforth known as the "PAC timer"
        self.session.patience = Some(now + self.config.patience);
        for candidate in std::mem::take(&mut self.session.pending) {
            if self.belongs(&candidate) {
                // What was refused was counted when it came first.
                let _ = self.take_remote_candidate(now, &candidate);
            }
        }
        self.take_early_checks(now);
    }

    /// Checks that came before the peer's credentials, or before their generation came back.
    pub(super) fn take_early_checks(&mut self, now: Instant) {
        let ufrag = self
            .session
            .peer
            .as_ref()
            .map(|peer| peer.credentials.ufrag().to_owned());
        for check in std::mem::take(&mut self.session.early) {
            if Some(&check.remote_ufrag) == ufrag.as_ref() {
                self.on_check(now, check.path, check.priority, check.use_candidate);
            }
        }
    }

    /// Whether a candidate belongs to the peer's present credentials.
    fn belongs(&self, candidate: &Candidate) -> bool {
        match (&candidate.ufrag, &self.session.peer) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(ufrag), Some(peer)) => peer.credentials.ufrag() == ufrag,
        }
    }

    pub(super) fn add_remote_candidate(
        &mut self,
        now: Instant,
        candidate: &Candidate,
    ) -> Result<(), CandidateError> {
        if self.session.failed {
            return Err(CandidateError::Closed);
        }
        check_form(candidate, &self.config.tcp)?;
        if candidate.tcp() == Some(TcpType::Active) {
            // It connects to us, from another port: there is nothing to be checked.
            return Ok(());
        }
        if !self.belongs(candidate) {
            //= https://www.rfc-editor.org/rfc/rfc8838#section-11
            if self.session.remote_count() >= self.config.max_remote_candidates {
                return Err(CandidateError::Limit);
            }
            if !self.session.pending.contains(candidate) {
                self.session.pending.push(candidate.clone());
            }
            return Ok(());
        }
        self.take_remote_candidate(now, candidate)
    }

    fn take_remote_candidate(
        &mut self,
        now: Instant,
        candidate: &Candidate,
    ) -> Result<(), CandidateError> {
        match &candidate.address {
            CandidateAddress::Ip(ip) => self.take_remote_address(now, candidate, *ip),
            CandidateAddress::Mdns(name) => {
                if self.config.policy == Policy::Relay {
                    return Ok(());
                }
                if self
                    .session
                    .resolving
                    .iter()
                    .any(|(_, known)| known == candidate)
                {
                    return Ok(());
                }
                if self.session.remote_count() >= self.config.max_remote_candidates {
                    return Err(CandidateError::Limit);
                }
                let id = RequestId(self.gatherer.fresh_request_id());
                let name = name.clone();
                self.gatherer
                    .requests
                    .push_back(Request::ResolveMdns { id, name });
                self.session.resolving.push((id, candidate.clone()));
                Ok(())
            }
            CandidateAddress::Name(_) => Err(CandidateError::Name),
        }
    }

    /// Adds a remote candidate whose address is known and forms its pairs (RFC 8838, section 11).
    fn take_remote_address(
        &mut self,
        now: Instant,
        candidate: &Candidate,
        ip: IpAddr,
    ) -> Result<(), CandidateError> {
        let address = canonical(SocketAddr::new(ip, candidate.port));
        if !is_contactable(address) {
            return Err(CandidateError::Address);
        }
        let tcp = candidate.tcp();
        let known = self
            .session
            .remotes
            .iter()
            .position(|remote| remote.is_at(address, tcp));
        if let Some(at) = known {
            let kind = self
                .session
                .remotes
                .get(at)
                .map(|remote| remote.candidate.kind);
            if kind == Some(CandidateKind::PeerReflexive) {
                self.replace_peer_reflexive(at, candidate);
            }
        } else {
            if self.session.remote_count() >= self.config.max_remote_candidates {
                return Err(CandidateError::Limit);
            }
            let id = RemoteId(self.fresh_id());
            self.session.remotes.push(Remote {
                id,
                address,
                candidate: candidate.clone(),
            });
        }
        let Some(remote) = self
            .session
            .remotes
            .iter()
            .find(|remote| remote.is_at(address, tcp))
        else {
            return Ok(());
        };
        let remote = remote.id;
        for local in self.gatherer.pairable(self.session.number) {
            self.add_pair(now, local, remote, None, can_pair);
        }
        Ok(())
    }

    /// The answer to a request, of gathering or for a name of the peer.
    pub(super) fn on_reply(&mut self, now: Instant, id: RequestId, reply: Reply) {
        let resolving = &mut self.session.resolving;
        let Some(at) = resolving.iter().position(|(known, _)| *known == id) else {
            return match self.on_connect_reply(now, id, &reply) {
                Asked::Here => {}
                Asked::Elsewhere => self.gatherer.on_reply(now, id, reply),
            };
        };
        let (_, candidate) = resolving.swap_remove(at);
        if let Reply::Resolved(addresses) = reply {
            // More than one address for a name that was made up for one is ignored.
            if let [address] = addresses.as_slice() {
                let taken = self.take_remote_address(now, &candidate, *address);
                tracing::trace!(taken = taken.is_ok(), "resolved a candidate");
            }
        }
    }
}

/// Whether the agent can use such a candidate at all.
fn check_form(candidate: &Candidate, tcp: &TcpConfig) -> Result<(), CandidateError> {
    if candidate.component != 1 {
        return Err(CandidateError::Component);
    }
    let is_paired = match (&candidate.transport, candidate.tcp_type) {
        (TransportProtocol::Udp, _) => true,
        (TransportProtocol::Tcp, Some(TcpType::Passive)) => tcp.active != ActiveTcp::Off,
        (TransportProtocol::Tcp, Some(TcpType::Active)) => tcp.passive,
        (TransportProtocol::Tcp, _) | (TransportProtocol::Other(_), _) => false,
    };
    if !is_paired {
        return Err(CandidateError::Transport);
    }
    match &candidate.address {
        CandidateAddress::Ip(ip) => {
            let address = SocketAddr::new(*ip, candidate.port);
            if is_contactable(address) {
                Ok(())
            } else {
                Err(CandidateError::Address)
            }
        }
        CandidateAddress::Mdns(name) if crate::mdns::is_candidate_name(name) => {
            if candidate.port == 0 {
                Err(CandidateError::Address)
            } else {
                Ok(())
            }
        }
        CandidateAddress::Mdns(_) | CandidateAddress::Name(_) => Err(CandidateError::Name),
    }
}
