use std::time::Instant;

use stonechat_rtp::{ExtendedSequence, rtx};

use super::history::Entry;
use super::{SendError, Sender};
use crate::codec::MediaKind;
use crate::packetize::{PacketizeError, Payload};
use crate::parameters::find;
use crate::{Config, OutgoingPacket};

impl Sender {
    pub(crate) fn send_packet(
        &mut self,
        now: Instant,
        packet: OutgoingPacket,
        config: &Config,
    ) -> Result<(), SendError> {
        if !self.parameters.active {
            return Err(SendError::Inactive);
        }
        if find(&self.parameters.codecs, packet.payload_type).is_none() {
            return Err(SendError::UnknownPayloadType);
        }
        if packet.payload.len() > self.max_payload_len(config) {
            return Err(PacketizeError::TooLarge.into());
        }
        let sequence = packet.sequence.map_or(self.next_sequence, |number| {
            self.next_sequence.nearest(number)
        });
        let mut fresh = sequence >= self.next_sequence;
        if !fresh {
            fresh = self.history.is_free(sequence);
        }
        if !fresh {
            return Err(SendError::SequenceUsed);
        }
        let admitted = self.admit(1, packet.payload.len(), config);
        self.note_limitation(now);
        admitted?;
        self.next_sequence = self.next_sequence.max(sequence.next());
        let entry = Entry {
            payload: Payload::new(packet.payload),
            timestamp: packet.timestamp,
            payload_type: packet.payload_type,
            marker: packet.marker,
            audio_level: packet.audio_level,
            queued: now,
            ends_frame: packet.marker || self.kind() == MediaKind::Audio,
            sent: None,
            resent: None,
            resend_queued: false,
        };
        self.clock = Some((packet.timestamp, now));
        self.enqueue(sequence, entry, config);
        Ok(())
    }

    pub(super) fn max_payload_len(&self, config: &Config) -> usize {
        config
            .max_packet_len
            .saturating_sub(self.header_len + rtx::OVERHEAD)
    }

    /// Whether that much may be queued; if not, notes how far the queue must fall.
    pub(super) fn admit(
        &mut self,
        packets: usize,
        bytes: usize,
        config: &Config,
    ) -> Result<(), SendError> {
        let free_packets = config.max_queued_packets.checked_sub(packets);
        let free_bytes = config.max_queued_bytes.checked_sub(bytes);
        let (Some(free_packets), Some(free_bytes)) = (free_packets, free_bytes) else {
            return Err(PacketizeError::TooLarge.into());
        };
        if self.queue.len() > free_packets || self.queued_bytes > free_bytes {
            let packets = free_packets.min(config.max_queued_packets / 2);
            let bytes = free_bytes.min(config.max_queued_bytes / 2);
            self.low_mark = Some((packets, bytes));
            return Err(SendError::Blocked);
        }
        Ok(())
    }

    pub(super) fn enqueue(&mut self, sequence: ExtendedSequence, entry: Entry, config: &Config) {
        self.queued_bytes += entry.payload.len();
        self.queue.push_back(sequence);
        let limit = config.history_packets.max(config.max_queued_packets);
        self.history.insert(sequence, entry, limit);
    }

    /// Whether the queue fell to where a refused frame would fit; true once.
    pub(crate) fn take_writable(&mut self) -> bool {
        let writable = self.low_mark.is_some_and(|(packets, bytes)| {
            self.queue.len() <= packets && self.queued_bytes <= bytes
        });
        if writable {
            self.low_mark = None;
        }
        writable
    }

    pub(crate) fn wants_to_send(&self) -> bool {
        !self.queue.is_empty()
    }

    /// What is queued will not be sent. Its numbers are free again, so the receiver sees no gap.
    pub(super) fn drop_queue(&mut self) {
        self.tone = None;
        while let Some(sequence) = self.queue.pop_back() {
            self.history.remove(sequence);
            if sequence.next() == self.next_sequence {
                self.next_sequence = sequence;
            }
            self.stats.packets_dropped += 1;
        }
        self.queued_bytes = 0;
        for sequence in self.resend.drain(..) {
            if let Some(entry) = self.history.get_mut(sequence) {
                entry.resend_queued = false;
            }
        }
    }
}
