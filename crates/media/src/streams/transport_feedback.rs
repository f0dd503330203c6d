//! Transport-wide feedback: what to tell the sender, and what the receiver told
//! (draft-holmer-rmcat-transport-wide-cc-extensions-01).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use stonechat_rtcp::{ArrivalTime, PacketStatus, TransportWide, TransportWideReport};
use stonechat_rtp::{ExtendedSequence, SequenceNumber, Ssrc};

use super::packet_result::{Departure, PacketOutcome, Results};

/// When packets arrived, until it was told.
#[derive(Debug)]
pub(super) struct Arrivals {
    epoch: Instant,
    /// The number of the first of `times`.
    base: Option<u64>,
    times: VecDeque<Option<ArrivalTime>>,
    media: Ssrc,
    count: u8,
    due: Option<Instant>,
}

impl Arrivals {
    pub(super) const fn new(epoch: Instant) -> Self {
        Self {
            epoch,
            base: None,
            times: VecDeque::new(),
            media: Ssrc(0),
            count: 0,
            due: None,
        }
    }

    pub(super) fn on_packet(
        &mut self,
        now: Instant,
        sequence: SequenceNumber,
        media: Ssrc,
        interval: Duration,
        max: usize,
    ) {
        let next = self.base.map(|base| base + self.times.len() as u64);
        let number = match next {
            Some(next) => ExtendedSequence(next).nearest(sequence).0,
            None => (1 << 16) + u64::from(sequence.0),
        };
        let base = *self.base.get_or_insert(number);
        // Told as missing already: the sender took it as lost.
        let Some(index) = number.checked_sub(base) else {
            return;
        };
        let mut index = usize::try_from(index).unwrap_or(usize::MAX);
        if index >= max {
            let excess = index - max + 1;
            let drop = excess.min(self.times.len());
            self.times.drain(..drop);
            self.base = Some(base + excess as u64);
            index = max - 1;
            if self.times.is_empty() {
                self.base = Some(number);
                index = 0;
            }
        }
        while self.times.len() <= index {
            self.times.push_back(None);
        }
        if let Some(slot) = self.times.get_mut(index) {
            let time = ArrivalTime::new(now.saturating_duration_since(self.epoch));
            let _ = slot.get_or_insert(time);
        }
        self.media = media;
        self.due.get_or_insert(now + interval);
    }

    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Nothing is told any more.
    pub(super) fn clear(&mut self) {
        self.times.clear();
        self.base = None;
        self.due = None;
    }

    /// The next report of at most `max_len` octets; call [`on_written`](Self::on_written) once it
    /// was written.
    pub(super) fn report(
        &mut self,
        sender: Ssrc,
        max_len: usize,
    ) -> Option<TransportWideReport<'_>> {
        let base = ExtendedSequence(self.base?).sequence();
        let (media, count) = (self.media, self.count);
        TransportWideReport::new(
            sender,
            media,
            count,
            base,
            self.times.make_contiguous(),
            max_len,
        )
    }

    pub(super) fn on_written(&mut self, taken: usize) {
        self.times.drain(..taken.min(self.times.len()));
        self.base = self.base.map(|base| base + taken as u64);
        self.count = self.count.wrapping_add(1);
        if self.times.is_empty() {
            self.due = None;
        }
    }
}

/// Packets that were sent with a transport-wide number, until it was told what became of them.
#[derive(Debug, Default)]
pub(super) struct Departures {
    /// The number of the first of `packets`.
    base: u64,
    packets: VecDeque<Option<Departure>>,
}

impl Departures {
    pub(super) fn on_sent(&mut self, sequence: SequenceNumber, departure: Departure, max: usize) {
        if self.packets.is_empty() {
            self.base = (1 << 16) + u64::from(sequence.0);
        }
        let next = ExtendedSequence(self.base + self.packets.len() as u64);
        if next.sequence() != sequence {
            self.packets.clear();
            self.base = (1 << 16) + u64::from(sequence.0);
        }
        self.packets.push_back(Some(departure));
        while self.packets.len() > max {
            self.packets.pop_front();
            self.base += 1;
        }
    }

    /// Takes in what the receiver told; true if there is something new.
    pub(super) fn on_feedback(
        &mut self,
        feedback: &TransportWide<'_>,
        results: &mut Results,
        max: usize,
    ) -> bool {
        let mut fresh = false;
        let last = ExtendedSequence(self.base + self.packets.len() as u64);
        for (sequence, status) in feedback.statuses() {
            let number = last.nearest(sequence).0;
            let Some(index) = number.checked_sub(self.base) else {
                continue;
            };
            let index = usize::try_from(index).unwrap_or(usize::MAX);
            let Some(slot) = self.packets.get_mut(index) else {
                continue;
            };
            if status == PacketStatus::ReceivedWithoutTime {
                continue;
            }
            let Some(departure) = slot.take() else {
                continue;
            };
            let outcome = match status {
                PacketStatus::Received(time) => PacketOutcome::Received {
                    at: Some(results.time(time.0, NANOS, 0)),
                    ecn: None,
                },
                PacketStatus::NotReceived | PacketStatus::ReceivedWithoutTime => {
                    PacketOutcome::Lost
                }
            };
            results.push(departure.with(outcome), max);
            fresh = true;
        }
        while let Some(None) = self.packets.front() {
            self.packets.pop_front();
            self.base += 1;
        }
        fresh
    }

    /// What was sent is not told of any more.
    pub(super) fn clear(&mut self) {
        self.packets.clear();
    }
}

/// Nanoseconds of a unit of arrival times.
const NANOS: u64 = 250_000;
