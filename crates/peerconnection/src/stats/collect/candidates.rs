//! `local-candidate`, `remote-candidate` and `candidate-pair`.

use stonechat_ice::{
    Candidate, CandidateAddress, CandidateKind, PairId, PairState, PairStats, TcpType,
    TransportProtocol,
};

use super::{Collector, count};
use crate::id::TransportId;
use crate::stats::{
    IceCandidatePairStats, IceCandidateStats, IceCandidateType, IceServerTransportProtocol,
    IceTcpCandidateType, StatsIceCandidatePairState, StatsType, TransportSnapshot,
};

impl Collector<'_> {
    pub(super) fn candidates(&mut self, transport: &TransportSnapshot) {
        for (candidate, url) in &transport.local_candidates {
            self.local(transport, candidate, url.as_deref());
        }
        for candidate in &transport.remote_candidates {
            self.remote(transport, candidate);
        }
        for pair in &transport.pairs {
            // What was learned from checks is told to nobody, but carries data.
            self.local(transport, &pair.local, None);
            self.remote(transport, &pair.remote);
        }
    }

    pub(super) fn pairs(&mut self, transport: &TransportSnapshot) {
        let told = self.session.statistics.bitrate(transport.id);
        for pair in &transport.pairs {
            let is_selected = transport.selected == Some(pair.id);
            let mut stats = self.pair(transport, pair);
            if is_selected {
                #[expect(clippy::cast_precision_loss, reason = "an estimate")]
                let estimate = transport.remote_estimate.map(|bits| bits as f64);
                stats.available_outgoing_bitrate = told.available_outgoing_bitrate.or(estimate);
                stats.available_incoming_bitrate = told.available_incoming_bitrate;
            }
            self.report.add(stats);
        }
    }

    fn pair(&self, transport: &TransportSnapshot, pair: &PairStats) -> IceCandidatePairStats {
        IceCandidatePairStats {
            base: self.base(StatsType::CandidatePair, &pair_name(transport.id, pair.id)),
            transport_id: self.transport_id(transport.id),
            local_candidate_id: self.local_id(transport, &pair.local),
            remote_candidate_id: self.remote_id(transport, &pair.remote),
            state: match pair.state {
                PairState::Frozen => StatsIceCandidatePairState::Frozen,
                PairState::Waiting => StatsIceCandidatePairState::Waiting,
                PairState::InProgress => StatsIceCandidatePairState::InProgress,
                PairState::Succeeded => StatsIceCandidatePairState::Succeeded,
                PairState::Failed => StatsIceCandidatePairState::Failed,
            },
            nominated: Some(pair.nominated),
            packets_sent: Some(pair.packets_sent),
            packets_received: Some(pair.packets_received),
            bytes_sent: Some(pair.bytes_sent),
            bytes_received: Some(pair.bytes_received),
            last_packet_sent_timestamp: pair.last_packet_sent.map(|at| self.timestamp(at)),
            last_packet_received_timestamp: pair.last_packet_received.map(|at| self.timestamp(at)),
            total_round_trip_time: Some(pair.total_round_trip_time.as_secs_f64()),
            current_round_trip_time: pair.current_round_trip_time.map(|trip| trip.as_secs_f64()),
            available_outgoing_bitrate: None,
            available_incoming_bitrate: None,
            requests_received: Some(pair.requests_received),
            requests_sent: Some(pair.requests_sent),
            responses_received: Some(pair.responses_received),
            responses_sent: Some(pair.responses_sent),
            consent_requests_sent: Some(pair.consent_requests_sent),
            packets_discarded_on_send: Some(count(pair.packets_discarded_on_send)),
            bytes_discarded_on_send: Some(pair.bytes_discarded_on_send),
        }
    }

    pub(super) fn pair_id(&self, transport: TransportId, pair: PairId) -> String {
        self.id(StatsType::CandidatePair, &pair_name(transport, pair))
    }

    fn local(&mut self, transport: &TransportSnapshot, candidate: &Candidate, url: Option<&str>) {
        let mut stats = self.candidate(transport, candidate);
        stats.base.id = self.local_id(transport, candidate);
        stats.base.r#type = StatsType::LocalCandidate;
        stats.address = Some(address(&candidate.address));
        stats.url = url.map(str::to_owned);
        if candidate.kind == CandidateKind::Relayed {
            stats.relay_protocol = Some(IceServerTransportProtocol::Udp);
        }
        self.report.add(stats);
    }

    fn remote(&mut self, transport: &TransportSnapshot, candidate: &Candidate) {
        let mut stats = self.candidate(transport, candidate);
        stats.base.id = self.remote_id(transport, candidate);
        stats.base.r#type = StatsType::RemoteCandidate;
        // What nobody told the application it does not hear from here.
        let is_known =
            candidate.kind != CandidateKind::PeerReflexive || self.is_told(&candidate.address);
        stats.address = is_known.then(|| address(&candidate.address));
        let fragment = candidate
            .ufrag
            .clone()
            .or_else(|| transport.remote_ufrag.clone());
        stats.username_fragment = fragment.filter(|_| {
            candidate.kind != CandidateKind::PeerReflexive || transport.remote_ufrag.is_some()
        });
        self.report.add(stats);
    }

    /// Whether signalling told an address, of whichever candidate.
    fn is_told(&self, address: &CandidateAddress) -> bool {
        let mut transports = self.snapshot.transports.iter();
        transports.any(|transport| {
            let mut told = transport.remote_candidates.iter();
            told.any(|known| {
                known.kind != CandidateKind::PeerReflexive && known.address == *address
            })
        })
    }

    fn candidate(&self, transport: &TransportSnapshot, candidate: &Candidate) -> IceCandidateStats {
        let is_host = candidate.kind == CandidateKind::Host;
        let related = candidate.related.as_ref().filter(|_| !is_host);
        IceCandidateStats {
            base: self.base(StatsType::LocalCandidate, ""),
            transport_id: self.transport_id(transport.id),
            address: None,
            port: Some(i64::from(candidate.port)),
            protocol: match &candidate.transport {
                TransportProtocol::Udp => Some(String::from("udp")),
                TransportProtocol::Tcp => Some(String::from("tcp")),
                TransportProtocol::Other(_) => None,
            },
            candidate_type: match candidate.kind {
                CandidateKind::Host => IceCandidateType::Host,
                CandidateKind::ServerReflexive => IceCandidateType::Srflx,
                CandidateKind::PeerReflexive => IceCandidateType::Prflx,
                CandidateKind::Relayed => IceCandidateType::Relay,
            },
            priority: Some(i64::from(candidate.priority)),
            url: None,
            relay_protocol: None,
            foundation: Some(candidate.foundation.clone()),
            related_address: related.map(|(related, _)| address(related)),
            related_port: related.map(|(_, port)| i64::from(*port)),
            username_fragment: candidate.ufrag.clone(),
            tcp_type: candidate.tcp_type.map(|kind| match kind {
                TcpType::Active => IceTcpCandidateType::Active,
                TcpType::Passive => IceTcpCandidateType::Passive,
                TcpType::SimultaneousOpen => IceTcpCandidateType::So,
            }),
        }
    }

    fn local_id(&self, transport: &TransportSnapshot, candidate: &Candidate) -> String {
        let ufrag = candidate.ufrag.as_deref().unwrap_or_default();
        let name = candidate_name(transport.id, ufrag, candidate);
        self.id(StatsType::LocalCandidate, &name)
    }

    fn remote_id(&self, transport: &TransportSnapshot, candidate: &Candidate) -> String {
        let ufrag = candidate.ufrag.as_deref();
        let ufrag = ufrag.or(transport.remote_ufrag.as_deref());
        let name = candidate_name(transport.id, ufrag.unwrap_or_default(), candidate);
        self.id(StatsType::RemoteCandidate, &name)
    }
}

fn pair_name(transport: TransportId, pair: PairId) -> String {
    format!("{} {pair:?}", transport.0)
}

/// A candidate of another generation is another one.
fn candidate_name(transport: TransportId, ufrag: &str, candidate: &Candidate) -> String {
    format!(
        "{} {ufrag} {} {} {} {:?}",
        transport.0,
        candidate.kind.token(),
        candidate.address,
        candidate.port,
        candidate.transport,
    )
}

fn address(address: &CandidateAddress) -> String {
    address.to_string()
}
