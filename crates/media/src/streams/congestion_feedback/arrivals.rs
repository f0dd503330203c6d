use std::time::{Duration, Instant};

use stonechat_rtcp::{ArrivalOffset, PacketMetric, StreamReport};
use stonechat_rtp::{ExtendedSequence, SequenceNumber, Ssrc};
use stonechat_sansio::{Ecn, Map, Seed};

use super::mark;
use super::ring::{Ring, share};

/// When packets of each stream arrived and with which marks, told or not: what was told is kept
/// for a while, so that later messages can tell it again along with packets that came late.
#[derive(Debug)]
pub(in crate::streams) struct StreamArrivals {
    streams: Map<Ssrc, Stream>,
    due: Option<Instant>,
    /// When the last message was written.
    written: Option<Instant>,
}

#[derive(Debug)]
struct Stream {
    packets: Ring<Packet>,
    /// The first number that the next message tells about; the end of `packets` if none.
    from: u64,
    /// The number that would follow one that was far too old: then the stream began anew.
    stray: Option<SequenceNumber>,
    /// Whether a mark was seen.
    marked: bool,
    last: Instant,
}

#[derive(Clone, Copy, Debug, Default)]
struct Packet {
    arrival: Option<Instant>,
    ecn: Ecn,
    told: ToldAs,
}

/// What the last message about a packet said.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum ToldAs {
    #[default]
    Nothing,
    Lost,
    Received,
}

/// What a message tells about one stream.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told {
    pub(super) ssrc: Ssrc,
    pub(super) begin: SequenceNumber,
    pub(super) count: usize,
    index: usize,
    from: u64,
}

/// What bounds the memory of [`StreamArrivals`], and how often it tells.
#[derive(Clone, Copy, Debug)]
pub(in crate::streams) struct ArrivalLimits {
    pub(in crate::streams) interval: Duration,
    pub(in crate::streams) streams: usize,
    pub(in crate::streams) packets: usize,
}

impl StreamArrivals {
    pub(in crate::streams) fn new(seed: &Seed) -> Self {
        Self {
            streams: Map::new(seed),
            due: None,
            written: None,
        }
    }

    pub(in crate::streams) fn on_packet(
        &mut self,
        now: Instant,
        (ssrc, sequence): (Ssrc, SequenceNumber),
        ecn: Ecn,
        limits: ArrivalLimits,
    ) {
        if !self.streams.contains_key(&ssrc) {
            self.add(now, ssrc, limits);
        }
        let max = share(limits.packets, self.streams.len());
        let Some(stream) = self.streams.get_mut(&ssrc) else {
            return;
        };
        stream.last = now;
        if stream.packets.number(sequence) < stream.packets.base() {
            if stream.stray != Some(sequence) {
                stream.stray = Some(sequence.next());
                return;
            }
            stream.packets = Ring::new();
        }
        stream.stray = None;
        let end = stream.packets.end();
        let number = stream.packets.number(sequence);
        let is_first = stream.packets.base() == end;
        if is_first {
            // What left before it may come behind it.
            let _ = stream.packets.enter(number - LEAD, max);
        }
        let Some(packet) = stream.packets.enter(number, max) else {
            return;
        };
        let urgent = if packet.arrival.is_none() {
            packet.arrival = Some(now);
            packet.ecn = ecn;
            // A gap, a mark of congestion, or the first mark at all (RFC 6679, sections 7.2.1 and
            // 7.3.2).
            let is_gap = !is_first && number > end;
            let is_marked = ecn != Ecn::NotEct;
            let was_marked = stream.marked;
            stream.marked |= is_marked;
            is_gap || ecn == Ecn::Ce || is_marked && !was_marked
        } else if ecn == Ecn::Ce && packet.ecn != Ecn::Ce {
            //= https://www.rfc-editor.org/rfc/rfc8888#section-3.1
            //# If any of the copies of the duplicated packet are ECN-CE marked, then an ECN-CE
            //# mark MUST be reported for that packet
            packet.ecn = Ecn::Ce;
            true
        } else {
            return;
        };
        let base = stream.packets.base();
        stream.from = if is_first {
            number
        } else {
            stream.from.min(number)
        };
        stream.from = stream.from.max(base);
        let wanted = if urgent {
            let spaced = self.written.map(|at| at + MIN_SPACING);
            spaced
                .map_or(now, |at| at.max(now))
                .min(now + limits.interval)
        } else {
            now + limits.interval
        };
        self.due = Some(self.due.map_or(wanted, |due| due.min(wanted)));
    }

    /// Makes room for a stream, at the cost of the one that was silent longest.
    fn add(&mut self, now: Instant, ssrc: Ssrc, limits: ArrivalLimits) {
        if self.streams.len() >= limits.streams.max(1) {
            let oldest = self.streams.values().enumerate();
            let oldest = oldest.min_by_key(|(_, stream)| stream.last);
            if let Some(index) = oldest.map(|(index, _)| index) {
                let _ = self.streams.swap_remove_index(index);
            }
        }
        let stream = Stream {
            packets: Ring::new(),
            from: 0,
            stray: None,
            marked: false,
            last: now,
        };
        self.streams.insert(ssrc, stream);
        let max = share(limits.packets, self.streams.len());
        for stream in self.streams.values_mut() {
            stream.packets.trim(max);
            stream.from = stream.from.max(stream.packets.base());
        }
    }

    /// When a message should be written.
    pub(in crate::streams) const fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Nothing is told any more.
    pub(in crate::streams) fn clear(&mut self) {
        self.streams.clear();
        self.due = None;
    }

    /// What the next message tells in at most `room` octets: how many of `ranges` it has, and
    /// `metrics` of all of them.
    pub(super) fn collect(
        &self,
        now: Instant,
        mut room: usize,
        ranges: &mut [Told],
        metrics: &mut Vec<PacketMetric>,
    ) -> usize {
        let mut count = 0;
        let mut ranges = ranges.iter_mut();
        for (index, (ssrc, stream)) in self.streams.iter().enumerate() {
            let end = stream.packets.end();
            let pending = usize::try_from(end.saturating_sub(stream.from)).unwrap_or_default();
            if pending == 0 {
                continue;
            }
            let fitting = (room.saturating_sub(StreamReport::HEAD_LEN) & !3) / 2;
            let taken = pending.min(fitting);
            let Some(range) = ranges.next().filter(|_| taken > 0) else {
                break;
            };
            room -= StreamReport::HEAD_LEN + (2 * taken).next_multiple_of(4);
            *range = Told {
                ssrc: *ssrc,
                begin: ExtendedSequence(stream.from).sequence(),
                count: taken,
                index,
                from: stream.from,
            };
            count += 1;
            let packets = stream.packets.range(stream.from).take(taken);
            metrics.extend(packets.map(|packet| packet.metric(now)));
        }
        count
    }

    /// A message told it; how many packets it told as lost that it had not before, and how many it
    /// had told as lost and tells as received.
    pub(super) fn on_told(&mut self, told: &Told) -> (u64, u64) {
        let (mut lost, mut recovered) = (0, 0);
        let Some((_, stream)) = self.streams.get_index_mut(told.index) else {
            return (0, 0);
        };
        for packet in stream.packets.range_mut(told.from).take(told.count) {
            match (packet.told, packet.arrival) {
                (ToldAs::Nothing, None) => {
                    lost += 1;
                    packet.told = ToldAs::Lost;
                }
                (ToldAs::Lost, Some(_)) => {
                    recovered += 1;
                    packet.told = ToldAs::Received;
                }
                (ToldAs::Nothing, Some(_)) => packet.told = ToldAs::Received,
                (ToldAs::Lost | ToldAs::Received, _) => {}
            }
        }
        stream.from = told.from + told.count as u64;
        (lost, recovered)
    }

    /// A message was written.
    pub(super) fn on_written(&mut self, now: Instant) {
        self.written = Some(now);
    }

    /// If everything was told, nothing is due.
    pub(super) fn forget_due(&mut self) {
        let is_done = |stream: &Stream| stream.from >= stream.packets.end();
        if self.streams.values().all(is_done) {
            self.due = None;
        }
    }
}

impl Packet {
    fn metric(&self, now: Instant) -> PacketMetric {
        match self.arrival {
            None => PacketMetric::NotReceived,
            Some(at) => PacketMetric::Received {
                ecn: mark(self.ecn),
                offset: ArrivalOffset::new(now.saturating_duration_since(at)),
            },
        }
    }
}

/// Numbers before the first that came that are still waited for.
const LEAD: u64 = 32;
/// The least time between two messages, also if there is something urgent.
const MIN_SPACING: Duration = Duration::from_millis(25);
