use std::collections::{BTreeSet, VecDeque};
use std::time::Instant;

use bytes::Bytes;

use super::gaps::difference;
use super::queue::{ENTRY, Limit};
use crate::chunk::data::{BEGIN, Data, END, UNORDERED};
use crate::{Ppid, StreamId, Tsn};

/// Reports of a chunk as missing after which it counts as lost.
const MISSES: u8 = 3;

/// Where a chunk that was sent stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Status {
    InFlight,
    /// Acknowledged by a gap block.
    Acked,
    /// To be sent again.
    Lost,
    Abandoned,
}

/// A DATA chunk that was sent and is not cumulatively acknowledged.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) stream: StreamId,
    pub(crate) ssn: u16,
    pub(crate) ppid: Ppid,
    pub(crate) flags: u8,
    pub(crate) payload: Bytes,
    pub(crate) limit: Limit,
    pub(crate) status: Status,
    pub(crate) sent_at: Instant,
    pub(crate) retransmits: u16,
    pub(crate) misses: u8,
    /// Only what was sent from this number on says that the last transmission was lost.
    pub(crate) counts_from: u64,
    /// It was acknowledged once; a peer that takes that back gets no credit for it again.
    pub(crate) credited: bool,
}

impl Sent {
    /// Octets on the wire.
    pub(crate) const fn octets(&self) -> usize {
        Data::encoded_len(self.payload.len())
    }

    /// What it gives back to the send buffer.
    const fn charge(&self) -> usize {
        self.payload.len() + if self.flags & END != 0 { ENTRY } else { 0 }
    }
}

/// What a SACK did.
#[derive(Debug, Default)]
pub(crate) struct SackResult {
    /// Octets newly acknowledged, on the wire.
    pub(crate) octets: usize,
    /// Whether the cumulative point moved.
    pub(crate) advanced: bool,
    /// When the newest chunk that tells the round trip time was sent.
    pub(crate) sample: Option<Instant>,
    /// Send buffer set free.
    pub(crate) released: usize,
    /// Chunks that are lost by this.
    pub(crate) lost: usize,
    /// Something that had been acknowledged no longer is.
    pub(crate) reneged: bool,
}

/// All chunks that are outstanding, by TSN: a ring from the oldest one on.
///
/// TSNs are counted on in 64 bits from the initial one, which is number 1.
#[derive(Debug)]
pub(crate) struct Outstanding {
    initial: Tsn,
    /// Everything up to this number is acknowledged.
    cumulative: u64,
    entries: VecDeque<Sent>,
    /// Octets in flight, on the wire and of payload.
    flight: usize,
    flight_payload: usize,
    /// What the last SACK acknowledged beyond the cumulative point.
    acked: Vec<(u64, u64)>,
    scratch: Vec<(u64, u64)>,
    lost: BTreeSet<u64>,
    /// The newest number when the last round trip was measured.
    sampled: u64,
    /// Whether any entry may be abandoned.
    abandoned: usize,
}

impl Outstanding {
    pub(crate) const fn new(initial: Tsn) -> Self {
        Self {
            initial,
            cumulative: 0,
            entries: VecDeque::new(),
            flight: 0,
            flight_payload: 0,
            acked: Vec::new(),
            scratch: Vec::new(),
            lost: BTreeSet::new(),
            sampled: 0,
            abandoned: 0,
        }
    }

    pub(crate) const fn flight(&self) -> usize {
        self.flight
    }

    pub(crate) const fn flight_payload(&self) -> usize {
        self.flight_payload
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) const fn cumulative(&self) -> u64 {
        self.cumulative
    }

    /// The number of the chunk sent last.
    pub(crate) fn newest(&self) -> u64 {
        self.cumulative + self.entries.len() as u64
    }

    #[expect(clippy::cast_possible_truncation, reason = "TSNs wrap")]
    pub(crate) const fn tsn(&self, seq: u64) -> Tsn {
        self.initial.previous().plus(seq as u32)
    }

    fn index(&self, seq: u64) -> Option<usize> {
        usize::try_from(seq.checked_sub(self.cumulative + 1)?).ok()
    }

    pub(crate) fn get(&self, seq: u64) -> Option<&Sent> {
        self.entries.get(self.index(seq)?)
    }

    fn get_mut(&mut self, seq: u64) -> Option<&mut Sent> {
        let index = self.index(seq)?;
        self.entries.get_mut(index)
    }

    /// Adds a chunk that is being sent.
    pub(crate) fn push(&mut self, sent: Sent) {
        self.flight += sent.octets();
        self.flight_payload += sent.payload.len();
        self.entries.push_back(sent);
    }

    /// The oldest chunk that is to be sent again.
    pub(crate) fn next_lost(&self) -> Option<u64> {
        self.lost.first().copied()
    }

    /// The oldest chunk from `seq` on that is to be sent again.
    pub(crate) fn lost_from(&self, seq: u64) -> Option<u64> {
        self.lost.range(seq..).next().copied()
    }

    /// A lost chunk is being sent again.
    pub(crate) fn resend(&mut self, seq: u64, now: Instant) {
        let counts_from = self.newest() + 1;
        self.lost.remove(&seq);
        let Some(sent) = self.get_mut(seq) else {
            return;
        };
        sent.status = Status::InFlight;
        sent.retransmits = sent.retransmits.saturating_add(1);
        sent.misses = 0;
        sent.sent_at = now;
        sent.counts_from = counts_from;
        let (octets, payload) = (sent.octets(), sent.payload.len());
        self.flight += octets;
        self.flight_payload += payload;
    }

    fn land(&mut self, octets: usize, payload: usize) {
        self.flight = self.flight.saturating_sub(octets);
        self.flight_payload = self.flight_payload.saturating_sub(payload);
    }

    /// Marks a chunk as lost.
    fn lose(&mut self, seq: u64) {
        let Some(sent) = self.get_mut(seq) else {
            return;
        };
        if sent.status != Status::InFlight {
            return;
        }
        sent.status = Status::Lost;
        let (octets, payload) = (sent.octets(), sent.payload.len());
        self.land(octets, payload);
        self.lost.insert(seq);
    }

    /// Marks everything in flight as lost.
    pub(crate) fn lose_all(&mut self) {
        for seq in self.cumulative + 1..=self.newest() {
            self.lose(seq);
        }
    }

    /// Takes a SACK in, or returns `None` if it is old or of what was never sent. `gaps` count
    /// from the cumulative TSN.
    pub(crate) fn handle_sack(
        &mut self,
        cumulative: Tsn,
        gaps: impl Iterator<Item = (u16, u16)>,
        recovering: bool,
    ) -> Option<SackResult> {
        let ahead = u64::from(cumulative.since(self.tsn(self.cumulative)));
        let target = self.cumulative + ahead;
        if target > self.newest() {
            return None;
        }
        let mut ranges = std::mem::take(&mut self.scratch);
        ranges.clear();
        for (start, end) in gaps {
            ranges.push((target + u64::from(start), target + u64::from(end)));
        }
        merge(&mut ranges);
        if ranges.last().is_some_and(|(_, last)| *last > self.newest()) {
            self.scratch = ranges;
            return None;
        }
        let mut result = SackResult {
            advanced: ahead > 0,
            ..SackResult::default()
        };
        let mut newest_acked = if ahead > 0 { target } else { 0 };
        let sampled = self.sampled;
        while self.cumulative < target {
            let Some(sent) = self.entries.pop_front() else {
                break;
            };
            self.cumulative += 1;
            result.released += sent.charge();
            self.retire(&sent, self.cumulative, sampled, &mut result);
        }
        self.acknowledge_gaps(&ranges, sampled, &mut newest_acked, &mut result);
        let everything = recovering && result.advanced;
        self.count_misses(&ranges, newest_acked, everything, &mut result);
        if result.sample.is_some() {
            self.sampled = self.newest();
        }
        self.scratch = std::mem::replace(&mut self.acked, ranges);
        Some(result)
    }

    /// Accounts for a chunk that is newly acknowledged.
    fn retire(&mut self, sent: &Sent, seq: u64, sampled: u64, result: &mut SackResult) {
        match sent.status {
            Status::InFlight => {
                self.land(sent.octets(), sent.payload.len());
                if !sent.credited {
                    result.octets += sent.octets();
                }
                if sent.retransmits == 0 && seq > sampled {
                    result.sample = Some(sent.sent_at);
                }
            }
            Status::Lost => {
                self.lost.remove(&seq);
                if !sent.credited {
                    result.octets += sent.octets();
                }
            }
            Status::Acked => {}
            Status::Abandoned => self.abandoned = self.abandoned.saturating_sub(1),
        }
    }

    fn acknowledge_gaps(
        &mut self,
        ranges: &[(u64, u64)],
        sampled: u64,
        newest_acked: &mut u64,
        result: &mut SackResult,
    ) {
        if ranges.is_empty() && self.acked.is_empty() {
            return;
        }
        let before = std::mem::take(&mut self.acked);
        difference(ranges, &before, |first, last| {
            *newest_acked = (*newest_acked).max(last);
            for seq in first..=last {
                let Some(sent) = self.get_mut(seq) else {
                    continue;
                };
                let (status, octets, payload) = (sent.status, sent.octets(), sent.payload.len());
                if !matches!(status, Status::InFlight | Status::Lost) {
                    continue;
                }
                sent.status = Status::Acked;
                if !std::mem::replace(&mut sent.credited, true) {
                    result.octets += octets;
                }
                if status == Status::Lost {
                    self.lost.remove(&seq);
                    continue;
                }
                if sent.retransmits == 0 && seq > sampled {
                    result.sample = Some(sent.sent_at);
                }
                self.land(octets, payload);
            }
        });
        // What was acknowledged and no longer is counts as in flight again, once missed.
        difference(&before, ranges, |first, last| {
            for seq in first.max(self.cumulative + 1)..=last {
                let Some(sent) = self.get_mut(seq) else {
                    continue;
                };
                if sent.status == Status::Acked {
                    sent.status = Status::InFlight;
                    sent.misses = 1;
                    let (octets, payload) = (sent.octets(), sent.payload.len());
                    self.flight += octets;
                    self.flight_payload += payload;
                    result.reneged = true;
                }
            }
        });
        self.acked = before;
    }

    /// Counts what lies in the holes as missing (RFC 9260, section 7.2.4). What was sent again is
    /// only counted by chunks that were sent after that.
    fn count_misses(
        &mut self,
        ranges: &[(u64, u64)],
        newest_acked: u64,
        everything: bool,
        result: &mut SackResult,
    ) {
        let mut seq = self.cumulative + 1;
        for (first, last) in ranges {
            for missing in seq..*first {
                if missing > newest_acked && !everything {
                    return;
                }
                let Some(sent) = self.get_mut(missing) else {
                    continue;
                };
                let again = sent.retransmits > 0;
                let counts = if again {
                    newest_acked >= sent.counts_from
                } else {
                    missing < newest_acked || everything
                };
                if sent.status == Status::InFlight && counts {
                    sent.misses = sent.misses.saturating_add(1);
                    if sent.misses >= MISSES {
                        self.lose(missing);
                        result.lost += 1;
                    }
                }
            }
            seq = last + 1;
        }
    }

    /// Gives up the message that chunk `seq` belongs to. Returns whether its end was sent.
    pub(crate) fn abandon(&mut self, seq: u64) -> bool {
        let (mut first, mut last) = (seq, seq);
        while first > self.cumulative + 1
            && self.get(first).is_some_and(|sent| sent.flags & BEGIN == 0)
        {
            first -= 1;
        }
        while last < self.newest() && self.get(last).is_some_and(|sent| sent.flags & END == 0) {
            last += 1;
        }
        let ended = self.get(last).is_some_and(|sent| sent.flags & END != 0);
        for seq in first..=last {
            self.abandon_one(seq);
        }
        ended
    }

    fn abandon_one(&mut self, seq: u64) {
        let Some(sent) = self.get_mut(seq) else {
            return;
        };
        let (status, octets, payload) = (sent.status, sent.octets(), sent.payload.len());
        if status == Status::Abandoned {
            return;
        }
        sent.status = Status::Abandoned;
        match status {
            Status::InFlight => self.land(octets, payload),
            Status::Lost => {
                self.lost.remove(&seq);
            }
            Status::Acked | Status::Abandoned => {}
        }
        self.abandoned += 1;
    }

    /// Stands for the end of a message that was given up before it was sent.
    pub(crate) fn push_placeholder(&mut self, now: Instant) {
        let Some(before) = self.entries.back() else {
            return;
        };
        let placeholder = Sent {
            stream: before.stream,
            ssn: before.ssn,
            ppid: before.ppid,
            flags: (before.flags & UNORDERED) | END,
            payload: Bytes::new(),
            limit: before.limit,
            status: Status::Abandoned,
            sent_at: now,
            retransmits: 0,
            misses: 0,
            counts_from: 0,
            credited: true,
        };
        self.entries.push_back(placeholder);
        self.abandoned += 1;
    }

    /// How far the peer may move on: over what was given up right after the cumulative point
    /// (Advanced.Peer.Ack.Point of RFC 3758), if at all.
    pub(crate) fn advance_point(&self) -> Option<u64> {
        if self.abandoned == 0 {
            return None;
        }
        let leading = self
            .entries
            .iter()
            .take_while(|sent| sent.status == Status::Abandoned)
            .count() as u64;
        (leading > 0).then(|| self.cumulative + leading)
    }

    /// The chunks from the oldest one up to `seq`.
    pub(crate) fn up_to(&self, seq: u64) -> impl Iterator<Item = &Sent> {
        let count = usize::try_from(seq.saturating_sub(self.cumulative)).unwrap_or(usize::MAX);
        self.entries.iter().take(count)
    }
}

/// Sorts ranges and joins those that touch.
fn merge(ranges: &mut Vec<(u64, u64)>) {
    if ranges
        .windows(2)
        .any(|pair| matches!(pair, [a, b] if a.1 + 1 >= b.0))
    {
        ranges.sort_unstable();
        let mut merged: Vec<(u64, u64)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges.drain(..) {
            match merged.last_mut() {
                Some(previous) if previous.1 + 1 >= first => previous.1 = previous.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        *ranges = merged;
    }
}
