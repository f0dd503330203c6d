//! Transport-wide feedback: what to tell the sender, and what the receiver told
//! (draft-holmer-rmcat-transport-wide-cc-extensions-01).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use stonechat_rtcp::{ArrivalTime, PacketStatus, TransportWide, TransportWideReport};
use stonechat_rtp::{ExtendedSequence, SequenceNumber, Ssrc};

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

/// What became of a packet that was sent with a transport-wide sequence number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PacketResult {
    /// When it was sent.
    pub sent: Instant,
    /// Octets of the packet, before protection.
    pub len: usize,
    /// When it arrived, in steps of 250 µs on the receiver's clock, or `None` if it did not.
    /// Differences between results are what it is good for.
    pub arrival: Option<ArrivalTime>,
}

/// Packets that were sent, until it was told what became of them.
#[derive(Debug, Default)]
pub(super) struct Departures {
    /// The number of the first of `packets`.
    base: u64,
    packets: VecDeque<Option<(Instant, usize)>>,
    results: VecDeque<PacketResult>,
}

impl Departures {
    pub(super) fn on_sent(
        &mut self,
        now: Instant,
        sequence: SequenceNumber,
        len: usize,
        max: usize,
    ) {
        if self.packets.is_empty() {
            self.base = (1 << 16) + u64::from(sequence.0);
        }
        let next = ExtendedSequence(self.base + self.packets.len() as u64);
        if next.sequence() != sequence {
            self.packets.clear();
            self.base = (1 << 16) + u64::from(sequence.0);
        }
        self.packets.push_back(Some((now, len)));
        while self.packets.len() > max {
            self.packets.pop_front();
            self.base += 1;
        }
    }

    /// Takes in what the receiver told; true if there is something new.
    pub(super) fn on_feedback(&mut self, feedback: &TransportWide<'_>, max: usize) -> bool {
        let before = self.results.len();
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
            let arrival = match status {
                PacketStatus::Received(time) => Some(time),
                PacketStatus::NotReceived => None,
                PacketStatus::ReceivedWithoutTime => continue,
            };
            if let Some((sent, len)) = slot.take() {
                self.results.push_back(PacketResult { sent, len, arrival });
            }
        }
        let fresh = self.results.len() > before;
        while self.results.len() > max {
            self.results.pop_front();
        }
        while let Some(None) = self.packets.front() {
            self.packets.pop_front();
            self.base += 1;
        }
        fresh
    }

    pub(super) fn poll(&mut self) -> Option<PacketResult> {
        self.results.pop_front()
    }
}
