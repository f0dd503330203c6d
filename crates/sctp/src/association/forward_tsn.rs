//! Partial reliability: giving up and FORWARD TSN (RFC 3758, RFC 7496).

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::Core;
use super::receive::Seen;
use crate::StreamId;
use crate::chunk::data::UNORDERED;
use crate::chunk::forward_tsn::ForwardTsn;
use crate::stats::DropReason;
use crate::timer::Timer;

impl Core {
    /// Gives up the messages of lost chunks whose limit is reached.
    pub(super) fn abandon_lost(&mut self, now: Instant) {
        if !self.peer.capabilities.forward_tsn {
            return;
        }
        let mut from = 0;
        while let Some(seq) = self.outstanding.lost_from(from) {
            let over = self
                .outstanding
                .get(seq)
                .is_some_and(|sent| sent.limit.is_over(now, Some(sent.retransmits)));
            if over {
                self.abandon(now, seq);
            }
            from = seq + 1;
        }
    }

    /// Gives up the message of chunk `seq`.
    pub(super) fn abandon(&mut self, now: Instant, seq: u64) {
        if !self.outstanding.abandon(seq) {
            let rest = self.queue.abandon_current();
            self.release(rest);
            self.outstanding.push_placeholder(now);
        }
        self.stats.messages_abandoned += 1;
    }

    /// Decides whether FORWARD TSN is due: when there is something new to say, or once a round
    /// trip.
    pub(super) fn owe_forward_tsn(&mut self, now: Instant) {
        let Some(point) = self.outstanding.advance_point() else {
            self.owed.forward_tsn = false;
            return;
        };
        let wait = self.rto.smoothed().unwrap_or(Duration::from_millis(200));
        let due = match self.forwarded {
            Some((last, at)) => point > last || now.saturating_duration_since(at) >= wait,
            None => true,
        };
        self.owed.forward_tsn |= due;
        self.timers
            .set_if_stopped(Timer::Retransmit, now + self.rto.get());
    }

    /// The value of FORWARD TSN, for at most `max` streams, and the number it moves to.
    pub(super) fn forward_tsn_value(&self, max: usize) -> Option<(Vec<u8>, u64)> {
        let point = self.outstanding.advance_point()?;
        let mut reached = self.outstanding.cumulative();
        let mut streams: BTreeMap<StreamId, u16> = BTreeMap::new();
        for sent in self.outstanding.up_to(point) {
            if sent.flags & UNORDERED == 0 {
                if !streams.contains_key(&sent.stream) && streams.len() >= max {
                    break;
                }
                streams.insert(sent.stream, sent.ssn);
            }
            reached += 1;
        }
        let mut value = self.outstanding.tsn(reached).0.to_be_bytes().to_vec();
        for (stream, ssn) in streams {
            value.extend_from_slice(&stream.0.to_be_bytes());
            value.extend_from_slice(&ssn.to_be_bytes());
        }
        Some((value, reached))
    }

    pub(super) fn on_forward_tsn(&mut self, value: &[u8], seen: &mut Seen) {
        if !self.phase.receives_data() {
            return self.drop(DropReason::Unexpected);
        }
        let Some(forward) = ForwardTsn::parse(value) else {
            return self.drop(DropReason::MalformedChunk);
        };
        let skipped = forward.skipped().collect();
        match self
            .receiver
            .forward(forward.cumulative, skipped, self.inbound_streams)
        {
            Ok(advanced) => {
                seen.data = true;
                seen.new_data |= advanced;
                if !advanced {
                    self.drop(DropReason::BadForwardTsn);
                }
            }
            Err(reason) => self.drop(reason),
        }
    }
}
