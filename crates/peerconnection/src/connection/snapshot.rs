//! The counters of all layers at one moment.

use std::time::Instant;

use super::layers::Layers;
use crate::stats::{ReceiverSnapshot, SenderSnapshot, Snapshot, TransportSnapshot};

impl Layers {
    pub(super) fn snapshot(&self, now: Instant) -> Snapshot {
        let transports = self
            .transports
            .iter()
            .map(|transport| TransportSnapshot {
                id: transport.id,
                sent: transport.sent,
                received: transport.received,
                pairs: transport.ice.pairs().collect(),
                selected: transport.ice.selected_pair().map(|pair| pair.id),
                local_candidates: transport.ice.local_candidates().cloned().collect(),
                remote_candidates: transport.ice.remote_candidates().cloned().collect(),
            })
            .collect();
        let channels = self
            .channel_table
            .handles()
            .filter_map(|(channel, handle)| Some((channel, self.channels.channel_stats(handle)?)))
            .collect();
        let senders = self
            .media_table
            .senders
            .iter()
            .flat_map(|(id, entry)| entry.layers.iter().map(move |layer| (id, entry, layer)))
            .filter_map(|(id, entry, layer)| {
                let transport = &self.transports.get(self.index_of(entry.transport)?)?;
                Some(SenderSnapshot {
                    id: *id,
                    transport: entry.transport,
                    kind: entry.plan.kind,
                    mid: entry.plan.mid.clone(),
                    rid: layer.rid.clone(),
                    codec: entry.plan.codec_of(layer.rid.as_deref()).cloned(),
                    stats: transport.media.sender_stats(layer.id)?.clone(),
                })
            })
            .collect();
        let receivers = self
            .media_table
            .receivers
            .iter()
            .flat_map(|(id, entry)| entry.layers.iter().map(move |layer| (id, entry, layer)))
            .filter_map(|(id, entry, layer)| {
                let transport = &self.transports.get(self.index_of(entry.transport)?)?;
                Some(ReceiverSnapshot {
                    id: *id,
                    transport: entry.transport,
                    kind: entry.plan.kind,
                    mid: entry.plan.mid.clone(),
                    rid: layer.rid.clone(),
                    codec: entry.plan.codecs.first().cloned(),
                    stats: transport.media.receiver_stats(layer.id)?,
                })
            })
            .collect();
        Snapshot {
            at: Some(now),
            transports,
            channels,
            senders,
            receivers,
            sctp_round_trip_time: self.channels.association().stats().rtt,
        }
    }
}
