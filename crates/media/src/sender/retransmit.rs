use std::time::{Duration, Instant};

use stonechat_rtp::SequenceNumber;

use super::Sender;
use crate::Config;

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
