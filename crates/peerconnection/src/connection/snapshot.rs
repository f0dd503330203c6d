//! The counters of all layers at one moment.

use std::time::Instant;

use stonechat_media::CongestionFeedback;
use stonechat_rtp::PayloadType;

use super::layers::Layers;
use super::transport::Transport;
use crate::id::{ReceiverId, SenderId};
use crate::plan::CodecPlan;
use crate::stats::{ReceiverSnapshot, SenderSnapshot, Snapshot, TransportSnapshot};

impl Layers {
    pub(super) fn snapshot(&self, now: Instant) -> Snapshot {
        let channels = self
            .channel_table
            .handles()
            .filter_map(|(channel, handle)| Some((channel, self.channels.channel_stats(handle)?)))
            .chain(self.kept.channels.iter().copied())
            .collect();
        let senders = self.media_table.senders.keys();
        let receivers = self.media_table.receivers.keys();
        Snapshot {
            at: Some(now),
            transports: self.transports.iter().map(transport_snapshot).collect(),
            channels,
            senders: senders
                .flat_map(|sender| self.sender_snapshots(*sender))
                .chain(self.kept.senders.iter().cloned())
                .collect(),
            receivers: receivers
                .flat_map(|receiver| self.receiver_snapshots(*receiver))
                .chain(self.kept.receivers.iter().cloned())
                .collect(),
            sctp_round_trip_time: self.channels.association().stats().rtt,
        }
    }

    /// The streams of a sender.
    pub(super) fn sender_snapshots(
        &self,
        id: SenderId,
    ) -> impl Iterator<Item = SenderSnapshot> + '_ {
        let entry = self.media_table.senders.get(&id);
        let layers = entry.into_iter().flat_map(|entry| {
            let layers = entry.layers.iter().enumerate();
            layers.map(move |(index, layer)| (entry, index, layer))
        });
        layers.filter_map(move |(entry, index, layer)| {
            let transport = self.transports.get(self.index_of(entry.transport)?)?;
            let stats = transport.media.sender_stats(layer.id)?;
            let (plan, ssrc) = (&entry.plan, stats.ssrc.0);
            Some(SenderSnapshot {
                id,
                name: format!("{} {:?} {ssrc}", entry.transport.0, layer.id),
                transport: entry.transport,
                kind: plan.kind,
                codec: codec(&plan.codecs, stats.payload_type)
                    .or_else(|| plan.codec_of(layer.rid.as_deref()).cloned()),
                active: plan
                    .encodings
                    .iter()
                    .any(|it| it.rid == layer.rid && it.active),
                rid: layer.rid.clone(),
                encoding_index: u32::try_from(index).unwrap_or(u32::MAX),
                has_rtx: plan.codecs.iter().any(|codec| codec.rtx.is_some()),
                stream_feedback: has_stream_feedback(transport),
                source: self.source_of(id, stats),
                stats: stats.clone(),
            })
        })
    }

    /// The streams of a receiver.
    pub(super) fn receiver_snapshots(
        &self,
        id: ReceiverId,
    ) -> impl Iterator<Item = ReceiverSnapshot> + '_ {
        let entry = self.media_table.receivers.get(&id);
        let layers = entry
            .into_iter()
            .flat_map(|entry| entry.layers.iter().map(move |layer| (entry, layer)));
        layers.filter_map(move |(entry, layer)| {
            let transport = self.transports.get(self.index_of(entry.transport)?)?;
            let stats = transport.media.receiver_stats(layer.id)?;
            let plan = &entry.plan;
            let ssrc = stats.ssrc?.0;
            let generation = stats.generation;
            Some(ReceiverSnapshot {
                id,
                name: format!("{} {:?} {ssrc} {generation}", entry.transport.0, layer.id),
                transport: entry.transport,
                kind: plan.kind,
                codec: codec(&plan.codecs, stats.payload_type),
                has_rtx: plan.codecs.iter().any(|codec| codec.rtx.is_some()),
                stream_feedback: has_stream_feedback(transport),
                assembles: plan.delivery == stonechat_media::Delivery::Frames,
                stats,
            })
        })
    }
}

fn has_stream_feedback(transport: &Transport) -> bool {
    transport.media.rtcp().congestion_feedback == CongestionFeedback::PerStream
}

fn transport_snapshot(transport: &Transport) -> TransportSnapshot {
    let ice = &transport.ice;
    let local = ice.local_candidates().map(|candidate| {
        let url = ice.candidate_url(candidate).map(str::to_owned);
        (candidate.clone(), url)
    });
    TransportSnapshot {
        id: transport.id,
        sent: transport.sent,
        received: transport.received,
        pairs: ice.pairs().collect(),
        selected: transport.selected,
        selected_changes: transport.selected_changes,
        local_candidates: local.collect(),
        remote_candidates: ice.remote_candidates().cloned().collect(),
        remote_ufrag: ice
            .remote_credentials()
            .map(|credentials| credentials.ufrag().to_owned()),
        remote_estimate: transport.media.stats().remote_estimate,
        congestion_feedback_sent: transport.media.stats().congestion_feedback_sent,
        congestion_feedback_received: transport.media.stats().congestion_feedback_received,
    }
}

fn codec(codecs: &[CodecPlan], payload_type: Option<PayloadType>) -> Option<CodecPlan> {
    let payload_type = payload_type?;
    let mut codecs = codecs.iter();
    codecs
        .find(|codec| PayloadType::new(codec.payload_type) == Some(payload_type))
        .cloned()
}
