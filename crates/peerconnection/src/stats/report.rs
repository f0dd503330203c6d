//! From the counters of a connection to the dictionaries of webrtc-stats.

use std::time::{Instant, SystemTime};

use super::value::Value;
use super::{
    ReceiverSnapshot, Report, SenderSnapshot, Snapshot, Stat, StatType, TransportSnapshot,
};
use crate::fact::DtlsFact;
use crate::id::{Kind, TransportId};
use crate::plan::CodecPlan;
use crate::session::Session;

impl Session {
    /// Makes the report of `get_stats` (webrtc-stats, section 6).
    pub(crate) fn stats_report(&self, now: Instant, snapshot: &Snapshot) -> Report {
        let at = self.env.wall_at(snapshot.at.unwrap_or(now));
        let mut report = Report::default();
        report.stats.push(
            Stat::new(String::from("P"), StatType::PeerConnection, at)
                .with("dataChannelsOpened", self.channels.opened)
                .with("dataChannelsClosed", self.channels.closed),
        );
        self.certificates(at, &mut report);
        for transport in &snapshot.transports {
            self.transport_stats(at, transport, &mut report);
        }
        self.data_channels(at, snapshot, &mut report);
        for sender in &snapshot.senders {
            sending(at, sender, &mut report);
        }
        for receiver in &snapshot.receivers {
            self.receiving(at, receiver, &mut report);
        }
        report
    }

    fn certificates(&self, at: SystemTime, report: &mut Report) {
        let certificate = |id: String, der: &[u8]| {
            let fingerprint = stonechat_crypto::Fingerprint::of(
                self.env.crypto(),
                stonechat_crypto::HashAlgorithm::Sha256,
                der,
            );
            let text = fingerprint
                .map(|fingerprint| fingerprint.to_string())
                .unwrap_or_default();
            let digest = text.split(' ').nth(1).unwrap_or_default().to_owned();
            Stat::new(id, StatType::Certificate, at)
                .with("fingerprint", digest)
                .with("fingerprintAlgorithm", "sha-256")
        };
        report
            .stats
            .push(certificate(String::from("CL"), self.certificate.der()));
        for transport in self.transports.iter() {
            if let Some(DtlsFact::Connected {
                certificate: der, ..
            }) = &transport.connected
            {
                report
                    .stats
                    .push(certificate(format!("CR{}", transport.id.0), der));
            }
        }
    }

    fn transport_stats(&self, at: SystemTime, snapshot: &TransportSnapshot, report: &mut Report) {
        let id = snapshot.id;
        let selected = snapshot
            .pairs
            .iter()
            .find(|pair| Some(pair.id) == snapshot.selected);
        let mut stat = Stat::new(transport_id(id), StatType::Transport, at)
            .with("packetsSent", snapshot.sent.packets)
            .with("packetsReceived", snapshot.received.packets)
            .with("bytesSent", snapshot.sent.octets)
            .with("bytesReceived", snapshot.received.octets)
            .with("localCertificateId", "CL");
        if let Some(object) = self.transports.get(id) {
            stat = stat
                .with(
                    "iceRole",
                    match object.role {
                        stonechat_ice::Role::Controlling => "controlling",
                        stonechat_ice::Role::Controlled => "controlled",
                    },
                )
                .with("iceLocalUsernameFragment", object.credentials.ufrag())
                .with("iceState", object.ice_state.as_str())
                .with("dtlsState", object.dtls_state.as_str())
                .with(
                    "dtlsRole",
                    match object.dtls_role {
                        Some(stonechat_dtls::Role::Client) => "client",
                        Some(stonechat_dtls::Role::Server) => "server",
                        None => "unknown",
                    },
                )
                .with("selectedCandidatePairChanges", object.selected_changes);
            if let Some(DtlsFact::Connected {
                version,
                cipher,
                srtp,
                ..
            }) = &object.connected
            {
                stat = stat
                    .with("tlsVersion", version.as_str())
                    .with("dtlsCipher", cipher.as_str())
                    .with_some("srtpCipher", srtp.as_deref())
                    .with("remoteCertificateId", format!("CR{}", id.0));
            }
        }
        let selected = selected.map(|pair| format!("{}P{:?}", transport_id(id), pair.id));
        report
            .stats
            .push(stat.with_some("selectedCandidatePairId", selected));
        self.candidate_pairs(at, snapshot, report);
        candidates(at, snapshot, report);
    }

    fn candidate_pairs(&self, at: SystemTime, snapshot: &TransportSnapshot, report: &mut Report) {
        let transport = transport_id(snapshot.id);
        for pair in &snapshot.pairs {
            let state = match pair.state {
                stonechat_ice::PairState::Frozen => "frozen",
                stonechat_ice::PairState::Waiting => "waiting",
                stonechat_ice::PairState::InProgress => "in-progress",
                stonechat_ice::PairState::Succeeded => "succeeded",
                stonechat_ice::PairState::Failed => "failed",
            };
            report.stats.push(
                Stat::new(
                    format!("{transport}P{:?}", pair.id),
                    StatType::CandidatePair,
                    at,
                )
                .with("transportId", transport.as_str())
                .with(
                    "localCandidateId",
                    candidate_id(&transport, 'L', &pair.local),
                )
                .with(
                    "remoteCandidateId",
                    candidate_id(&transport, 'R', &pair.remote),
                )
                .with("state", state)
                .with("nominated", pair.nominated)
                .with("packetsSent", pair.packets_sent)
                .with("packetsReceived", pair.packets_received)
                .with("bytesSent", pair.bytes_sent)
                .with("bytesReceived", pair.bytes_received)
                .with("requestsSent", pair.requests_sent)
                .with("requestsReceived", pair.requests_received)
                .with("responsesSent", pair.responses_sent)
                .with("responsesReceived", pair.responses_received)
                .with("consentRequestsSent", pair.consent_requests_sent)
                .with("totalRoundTripTime", pair.total_round_trip_time)
                .with_some("currentRoundTripTime", pair.current_round_trip_time),
            );
        }
    }

    fn data_channels(&self, at: SystemTime, snapshot: &Snapshot, report: &mut Report) {
        for (id, channel) in self.channels.iter() {
            let counters = snapshot
                .channels
                .iter()
                .find(|(other, _)| *other == id)
                .map(|(_, stats)| stats);
            report.stats.push(
                Stat::new(format!("D{}", id.0), StatType::DataChannel, at)
                    .with("label", channel.label.as_str())
                    .with("protocol", channel.init.protocol.as_str())
                    .with_some("dataChannelIdentifier", channel.init.id.map(u32::from))
                    .with("state", channel.state.as_str())
                    .with(
                        "messagesSent",
                        counters.map_or(0, |stats| stats.messages_sent),
                    )
                    .with("bytesSent", counters.map_or(0, |stats| stats.bytes_sent))
                    .with(
                        "messagesReceived",
                        counters.map_or(0, |stats| stats.messages_received),
                    )
                    .with(
                        "bytesReceived",
                        counters.map_or(0, |stats| stats.bytes_received),
                    ),
            );
        }
    }

    fn receiving(&self, at: SystemTime, receiver: &ReceiverSnapshot, report: &mut Report) {
        let stats = &receiver.stats;
        let Some(ssrc) = stats.ssrc else { return };
        let transport = transport_id(receiver.transport);
        let direction = 'I';
        let layer = receiver.rid.as_deref().unwrap_or_default();
        let id = format!("{direction}{}{layer}", receiver.id.0);
        let codec = codec(
            at,
            &transport,
            direction,
            receiver.kind,
            receiver.codec.as_ref(),
            report,
        );
        let track = self
            .transceivers
            .iter()
            .find(|transceiver| transceiver.id.receiver() == receiver.id)
            .map(|transceiver| transceiver.receiver.track_id.clone());
        report.stats.push(
            Stat::new(id.clone(), StatType::InboundRtp, at)
                .with("ssrc", ssrc.0)
                .with("kind", receiver.kind.as_str())
                .with("mid", receiver.mid.as_str())
                .with("transportId", transport.as_str())
                .with_some("codecId", codec.clone())
                .with_some("trackIdentifier", track)
                .with("packetsReceived", stats.packets_received)
                .with("bytesReceived", stats.bytes_received)
                .with("headerBytesReceived", stats.header_bytes_received)
                .with("packetsLost", stats.packets_lost)
                .with("jitter", stats.jitter)
                .with("packetsDiscarded", stats.packets_discarded)
                .with(
                    "retransmittedPacketsReceived",
                    stats.retransmitted_packets_received,
                )
                .with(
                    "retransmittedBytesReceived",
                    stats.retransmitted_bytes_received,
                )
                .with("framesReceived", stats.frames_received)
                .with("framesDropped", stats.frames_dropped)
                .with("nackCount", stats.nack_count)
                .with("pliCount", stats.pli_count)
                .with("firCount", stats.fir_count)
                .with_some("rtxSsrc", stats.rtx_ssrc.map(|ssrc| ssrc.0))
                .with_some(
                    "frameWidth",
                    stats.dimensions.map(|(width, _)| u32::from(width)),
                )
                .with_some(
                    "frameHeight",
                    stats.dimensions.map(|(_, height)| u32::from(height)),
                ),
        );
        if stats.remote_reports > 0 {
            report.stats.push(
                Stat::new(format!("R{id}"), StatType::RemoteOutboundRtp, at)
                    .with("ssrc", ssrc.0)
                    .with("kind", receiver.kind.as_str())
                    .with("transportId", transport)
                    .with_some("codecId", codec)
                    .with("localId", id)
                    .with("packetsSent", stats.remote_packets_sent)
                    .with("bytesSent", stats.remote_bytes_sent)
                    .with("reportsSent", stats.remote_reports),
            );
        }
    }
}

fn candidates(at: SystemTime, snapshot: &TransportSnapshot, report: &mut Report) {
    let transport = transport_id(snapshot.id);
    let sides = [
        ('L', StatType::LocalCandidate, &snapshot.local_candidates),
        ('R', StatType::RemoteCandidate, &snapshot.remote_candidates),
    ];
    for (side, kind, candidates) in sides {
        for candidate in candidates {
            let id = candidate_id(&transport, side, candidate);
            if report.get(&id).is_some() {
                continue;
            }
            report.stats.push(
                Stat::new(id, kind, at)
                    .with("transportId", transport.as_str())
                    .with("address", candidate.address.to_string())
                    .with("port", u32::from(candidate.port))
                    .with("protocol", "udp")
                    .with("candidateType", candidate.kind.token())
                    .with("priority", candidate.priority)
                    .with("foundation", candidate.foundation.as_str()),
            );
        }
    }
}

fn sending(at: SystemTime, sender: &SenderSnapshot, report: &mut Report) {
    let stats = &sender.stats;
    let transport = transport_id(sender.transport);
    let layer = sender.rid.as_deref().unwrap_or_default();
    let id = format!("O{}{layer}", sender.id.0);
    let codec = codec(
        at,
        &transport,
        'O',
        sender.kind,
        sender.codec.as_ref(),
        report,
    );
    let remote = format!("R{id}");
    report.stats.push(
        Stat::new(id.clone(), StatType::OutboundRtp, at)
            .with("ssrc", stats.ssrc.0)
            .with("kind", sender.kind.as_str())
            .with("mid", sender.mid.as_str())
            .with_some("rid", sender.rid.as_deref())
            .with("transportId", transport.as_str())
            .with_some("codecId", codec.clone())
            .with("packetsSent", stats.packets_sent)
            .with("bytesSent", stats.bytes_sent)
            .with("headerBytesSent", stats.header_bytes_sent)
            .with("retransmittedPacketsSent", stats.retransmitted_packets_sent)
            .with("retransmittedBytesSent", stats.retransmitted_bytes_sent)
            .with("framesSent", stats.frames_sent)
            .with("nackCount", stats.nack_count)
            .with("pliCount", stats.pli_count)
            .with("firCount", stats.fir_count)
            .with_some("rtxSsrc", stats.rtx_ssrc.map(|ssrc| ssrc.0))
            .with_some(
                "remoteId",
                (stats.remote_reports > 0).then_some(remote.as_str()),
            ),
    );
    if stats.remote_reports > 0 {
        report.stats.push(
            Stat::new(remote, StatType::RemoteInboundRtp, at)
                .with("ssrc", stats.ssrc.0)
                .with("kind", sender.kind.as_str())
                .with("transportId", transport)
                .with_some("codecId", codec)
                .with("localId", id)
                .with("packetsLost", stats.remote_packets_lost)
                .with("fractionLost", stats.remote_fraction_lost)
                .with("jitter", stats.remote_jitter)
                .with_some("roundTripTime", stats.round_trip_time)
                .with("totalRoundTripTime", stats.total_round_trip_time)
                .with(
                    "roundTripTimeMeasurements",
                    stats.round_trip_time_measurements,
                ),
        );
    }
}

/// Adds the entry of a codec, once for each transport, direction and payload type.
fn codec(
    at: SystemTime,
    transport: &str,
    direction: char,
    kind: Kind,
    codec: Option<&CodecPlan>,
    report: &mut Report,
) -> Option<String> {
    let codec = codec?;
    let id = format!("C{direction}{transport}_{}", codec.payload_type);
    if report.get(&id).is_none() {
        let channels = (kind == Kind::Audio).then_some(u32::from(codec.channels));
        let line = (!codec.parameters.is_empty()).then_some(codec.parameters.as_str());
        report.stats.push(
            Stat::new(id.clone(), StatType::Codec, at)
                .with("payloadType", u32::from(codec.payload_type))
                .with("transportId", transport)
                .with("mimeType", format!("{}/{}", kind.as_str(), codec.name))
                .with("clockRate", codec.clock_rate)
                .with_some("channels", channels)
                .with_some("sdpFmtpLine", line.map(Value::from)),
        );
    }
    Some(id)
}

fn transport_id(id: TransportId) -> String {
    format!("T{}", id.0)
}

fn candidate_id(transport: &str, side: char, candidate: &stonechat_ice::Candidate) -> String {
    format!(
        "{transport}{side}{}_{}_{}",
        candidate.kind.token(),
        candidate.address,
        candidate.port
    )
}
