//! What is kept for statistics of what is gone, and what counts from somewhere on.

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use stonechat_media::{EncoderFacts, Limitation, SenderStats};

use super::layers::Layers;
use crate::id::{ChannelId, ReceiverId, SenderId};
use crate::stats::{QualityLimitationReason, ReceiverSnapshot, SenderSnapshot, SourceCounters};

/// Streams and channels that are remembered, of each kind.
const KEPT: usize = 256;

/// Last counters of what ended, and first counters of tracks.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) senders: VecDeque<SenderSnapshot>,
    pub(super) receivers: VecDeque<ReceiverSnapshot>,
    pub(super) channels: VecDeque<(ChannelId, stonechat_datachannel::ChannelStats)>,
    /// What senders had counted when they were given their track.
    pub(super) marks: BTreeMap<SenderId, SourceCounters>,
}

impl Layers {
    /// A sender ends: its counters stay as they are.
    pub(super) fn keep_sender(&mut self, sender: SenderId) {
        let kept: Vec<_> = self.sender_snapshots(sender).collect();
        for snapshot in kept {
            keep(&mut self.kept.senders, snapshot);
        }
        self.kept.marks.remove(&sender);
    }

    /// A receiver ends: its counters stay as they are.
    pub(super) fn keep_receiver(&mut self, receiver: ReceiverId) {
        let kept: Vec<_> = self.receiver_snapshots(receiver).collect();
        for snapshot in kept {
            keep(&mut self.kept.receivers, snapshot);
        }
    }

    /// A channel ends: its counters stay as they are.
    pub(super) fn keep_channel(
        &mut self,
        channel: ChannelId,
        stats: Option<stonechat_datachannel::ChannelStats>,
    ) {
        if let Some(stats) = stats {
            keep(&mut self.kept.channels, (channel, stats));
        }
    }

    pub(super) fn mark_source(&mut self, sender: SenderId) {
        let counters = self.sender_snapshots(sender).next();
        let counters = counters.map(|snapshot| source_counters(&snapshot.stats));
        self.kept.marks.insert(sender, counters.unwrap_or_default());
    }

    pub(super) fn note_encoder(
        &mut self,
        now: Instant,
        sender: SenderId,
        rid: Option<&str>,
        facts: EncoderFacts,
    ) {
        let Some(entry) = self.media_table.senders.get(&sender) else {
            return;
        };
        let mut layers = entry.layers.iter();
        let Some(layer) = layers.find(|layer| layer.rid.as_deref() == rid) else {
            return;
        };
        let (transport, id) = (entry.transport, layer.id);
        if let Some(transport) = self.transport_mut(transport) {
            let _ = transport.media.set_encoder_facts(now, id, facts);
        }
    }

    /// What a sender counted since it was given its track.
    pub(super) fn source_of(&self, sender: SenderId, stats: &SenderStats) -> SourceCounters {
        let now = source_counters(stats);
        let mark = self.kept.marks.get(&sender).copied().unwrap_or_default();
        if mark.frames > now.frames {
            return now;
        }
        SourceCounters {
            frames: now.frames - mark.frames,
            key_frames: now.key_frames.saturating_sub(mark.key_frames),
            duration: now.duration.saturating_sub(mark.duration),
            energy: (now.energy - mark.energy).max(0.0),
        }
    }
}

fn source_counters(stats: &SenderStats) -> SourceCounters {
    SourceCounters {
        frames: stats.frames_taken,
        key_frames: stats.key_frames_taken,
        duration: stats.audio_duration,
        energy: stats.audio_energy,
    }
}

fn keep<T>(kept: &mut VecDeque<T>, what: T) {
    if kept.len() >= KEPT {
        kept.pop_front();
    }
    kept.push_back(what);
}

pub(super) const fn limitation(reason: QualityLimitationReason) -> Limitation {
    match reason {
        QualityLimitationReason::None => Limitation::None,
        QualityLimitationReason::Cpu => Limitation::Cpu,
        QualityLimitationReason::Bandwidth => Limitation::Bandwidth,
        QualityLimitationReason::Other => Limitation::Other,
    }
}
