use std::time::Instant;

use stonechat_rtp::extension::{
    AbsSendTime, AudioLevel, SdesMid, SdesRepairedRid, SdesRid, TransportSequence,
};
use stonechat_rtp::{ExtendedSequence, NtpTime, PayloadType, SequenceNumber, Ssrc};
use stonechat_sansio::Frame;

use super::history::{Entry, Sent};
use super::{Sender, Wire, Written};
use crate::Config;

impl Wire {
    /// The transport-wide number of a packet is used.
    pub(super) const fn on_sent(&mut self, sent: Sent) {
        if sent.transport_sequence.is_some() {
            self.transport_sequence = self.transport_sequence.wrapping_add(1);
        }
    }
}

impl Sender {
    /// Writes the next media packet, or nothing if it does not fit.
    pub(crate) fn write_next(
        &mut self,
        now: Instant,
        wire: &mut Wire,
        config: &Config,
        out: &mut Frame<'_>,
    ) -> Option<Written> {
        let sequence = loop {
            let sequence = *self.queue.front()?;
            if self.history.get_mut(sequence).is_some() {
                break sequence;
            }
            self.queue.pop_front();
        };
        let sent = self.sent_now(now, wire);
        let entry = self.history.get_mut(sequence)?.clone();
        let len = self.write(sequence, &entry, sent, wire, Identity::Primary, out)?;
        self.queue.pop_front();
        self.queued_bytes = self.queued_bytes.saturating_sub(entry.payload.len());
        if let Some(entry) = self.history.get_mut(sequence) {
            entry.sent = Some(sent);
        }
        wire.on_sent(sent);
        if self.parameters.codecs.iter().any(|codec| codec.nack) {
            self.history
                .shrink(config.history_bytes.max(self.queued_bytes));
            self.earn_resend_credit(entry.payload.len(), config.retransmission_percent);
        } else {
            self.history.forget_sent();
        }
        self.sent_since_report = true;
        self.note_packet(now, sequence, &entry, len, wire.ecn);
        Some(Written {
            len,
            ssrc: self.ssrc,
            sequence: sequence.sequence(),
            ecn: wire.ecn,
            transport_sequence: sent.transport_sequence,
        })
    }

    /// What goes into the header of a packet that leaves for the first time on its stream.
    pub(super) fn sent_now(&self, now: Instant, wire: &Wire) -> Sent {
        let numbered = self.parameters.extensions.transport_sequence;
        Sent {
            at: now,
            transport_sequence: numbered
                .filter(|_| wire.numbers)
                .map(|_| SequenceNumber(wire.transport_sequence)),
            identified: !self.identity_known,
        }
    }

    pub(super) fn write(
        &mut self,
        sequence: ExtendedSequence,
        entry: &Entry,
        sent: Sent,
        wire: &Wire,
        identity: Identity,
        out: &mut Frame<'_>,
    ) -> Option<usize> {
        let ntp = wire.ntp(sent.at);
        self.write_extensions(
            entry.audio_level,
            sent.identified,
            sent.transport_sequence,
            ntp,
            identity,
        );
        let descriptor = entry.payload.dependency_descriptor();
        if let (Some(id), [_, ..]) = (self.parameters.extensions.dependency_descriptor, descriptor)
        {
            // At most 255 octets are never refused.
            let _ = self.header.extensions.set_raw(id, descriptor);
        }
        let header = &mut self.header;
        header.marker = entry.marker;
        header.timestamp = entry.timestamp;
        let original;
        let prefix: &[u8] = match identity {
            Identity::Primary => {
                header.ssrc = self.ssrc;
                header.payload_type = entry.payload_type;
                header.sequence = sequence.sequence();
                &[]
            }
            Identity::Repair {
                ssrc,
                payload_type,
                sequence: number,
            } => {
                header.ssrc = ssrc;
                header.payload_type = payload_type;
                header.sequence = number;
                original = sequence.sequence().0.to_be_bytes();
                &original
            }
        };
        let header_len = header.encoded_len();
        let len = header_len + prefix.len() + entry.payload.len();
        if len > out.remaining() {
            return None;
        }
        out.put(header_len, |slice| header.encode(slice))
            .ok()?
            .ok()?;
        let (head, body) = entry.payload.parts();
        out.put_slice(prefix).ok()?;
        out.put_slice(head).ok()?;
        out.put_slice(body).ok()?;
        Some(len)
    }

    /// Sets the header extensions, always in the same order.
    pub(super) fn write_extensions(
        &mut self,
        level: Option<AudioLevel>,
        identified: bool,
        transport_sequence: Option<SequenceNumber>,
        ntp: NtpTime,
        identity: Identity,
    ) {
        let ids = &self.parameters.extensions;
        let list = &mut self.header.extensions;
        list.clear();
        if let Some(id) = ids.abs_send_time {
            list.set(id, &AbsSendTime::from_ntp(ntp));
        }
        if let (Some(id), Some(sequence)) = (ids.transport_sequence, transport_sequence) {
            list.set(id, &TransportSequence(sequence));
        }
        if let (Some(id), Some(level)) = (ids.audio_level, level) {
            list.set(id, &level);
        }
        if !identified {
            return;
        }
        if let (Some(id), Some(mid)) = (ids.mid, &self.parameters.mid) {
            list.set(id, &SdesMid(mid.as_str()));
        }
        if let Some(rid) = &self.parameters.rid {
            match identity {
                Identity::Primary => {
                    if let Some(id) = ids.rid {
                        list.set(id, &SdesRid(rid.as_str()));
                    }
                }
                Identity::Repair { .. } => {
                    if let Some(id) = ids.repaired_rid {
                        list.set(id, &SdesRepairedRid(rid.as_str()));
                    }
                }
            }
        }
    }
}

/// As which stream a packet leaves.
#[derive(Clone, Copy, Debug)]
pub(super) enum Identity {
    Primary,
    Repair {
        ssrc: Ssrc,
        payload_type: PayloadType,
        sequence: SequenceNumber,
    },
}
