use std::time::{Duration, Instant};

use stonechat_rtp::SequenceNumber;
use stonechat_sansio::Frame;

use super::history::{Entry, Sent};
use super::write::Identity;
use super::{Sender, Wire, Written};
use crate::Config;
use crate::parameters::find;

impl Sender {
    /// Queues what a NACK asks for, as far as the history has it and the budget allows.
    pub(crate) fn on_nack(
        &mut self,
        now: Instant,
        sequences: impl Iterator<Item = SequenceNumber>,
        round_trip: Duration,
        config: &Config,
    ) {
        self.stats.nack_count += 1;
        let spacing = (round_trip / 2).max(MIN_SPACING);
        for sequence in sequences {
            let extended = self.next_sequence.nearest(sequence);
            let Some(entry) = self.history.get_mut(extended) else {
                self.stats.nacked_packets_unknown += 1;
                continue;
            };
            let Some(sent) = entry.sent else { continue };
            let recent = |at: Instant, span| now.saturating_duration_since(at) < span;
            if entry.resend_queued
                || !recent(sent.at, config.history_age)
                || entry.resent.is_some_and(|at| recent(at, spacing))
            {
                continue;
            }
            let len = i64::try_from(entry.payload.len()).unwrap_or(i64::MAX);
            if self.resend_credit < len {
                self.stats.nacked_packets_over_budget += 1;
                continue;
            }
            self.resend_credit -= len;
            entry.resend_queued = true;
            entry.queued = now;
            self.resend.push_back(extended);
        }
    }

    pub(crate) fn wants_to_resend(&self) -> bool {
        !self.resend.is_empty()
    }

    /// Writes the next retransmission, or nothing if it does not fit.
    pub(crate) fn write_resend(
        &mut self,
        now: Instant,
        wire: &mut Wire,
        out: &mut Frame<'_>,
    ) -> Option<Written> {
        let (sequence, entry) = loop {
            let sequence = *self.resend.front()?;
            match self.history.get_mut(sequence) {
                Some(entry) if entry.sent.is_some() => break (sequence, entry.clone()),
                _ => self.resend.pop_front(),
            };
        };
        let (sent, identity) = self
            .repair(now, &entry, wire)
            .or_else(|| Some((entry.sent?, Identity::Primary)))?;
        let len = self.write(sequence, &entry, sent, wire, identity, out)?;
        self.resend.pop_front();
        if let Some(entry) = self.history.get_mut(sequence) {
            entry.resent = Some(now);
            entry.resend_queued = false;
        }
        self.note_departure(now, &entry, len, wire.ecn);
        self.stats.retransmitted_packets_sent += 1;
        self.stats.retransmitted_bytes_sent += entry.payload.len() as u64;
        let (ssrc, number, transport_sequence) = match identity {
            Identity::Primary => (self.ssrc, sequence.sequence(), None),
            Identity::Repair { ssrc, sequence, .. } => {
                self.rtx_sequence = self.rtx_sequence.next();
                wire.on_sent(sent);
                (ssrc, sequence, sent.transport_sequence)
            }
        };
        Some(Written {
            len,
            ssrc,
            sequence: number,
            ecn: wire.ecn,
            transport_sequence,
        })
    }

    /// As a packet of the repair stream, if the codec has one (RFC 4588).
    fn repair(&self, now: Instant, entry: &Entry, wire: &Wire) -> Option<(Sent, Identity)> {
        let codec = find(&self.parameters.codecs, entry.payload_type)?;
        let identity = Identity::Repair {
            ssrc: self.rtx_ssrc?,
            payload_type: codec.rtx?,
            sequence: self.rtx_sequence,
        };
        Some((self.sent_now(now, wire), identity))
    }

    /// Media that was sent earns octets that may be sent again.
    pub(super) fn earn_resend_credit(&mut self, len: usize, percent: u32) {
        let earned = len as u64 * u64::from(percent) / 100;
        let earned = i64::try_from(earned).unwrap_or(i64::MAX);
        self.resend_credit = (self.resend_credit + earned).min(MAX_RESEND_CREDIT);
    }
}

/// Octets that may be sent again at once.
pub(super) const MAX_RESEND_CREDIT: i64 = 256 << 10;
const MIN_SPACING: Duration = Duration::from_millis(10);
