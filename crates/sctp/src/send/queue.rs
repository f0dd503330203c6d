use std::collections::{BTreeSet, VecDeque};
use std::time::Instant;

use bytes::Bytes;
use stonechat_sansio::{Map, Seed};

use crate::{Message, Ppid, Reliability, StreamId};

/// The weight of a stream that was given none (RFC 8831, section 6.4: normal).
const NORMAL: u16 = 256;
/// Octets that each message counts on top of its payload.
pub(crate) const ENTRY: usize = 64;

/// How long a message is tried.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Limit {
    None,
    Retransmits(u16),
    Until(Instant),
}

impl Limit {
    pub(crate) fn new(reliability: Reliability, now: Instant) -> Self {
        match reliability {
            Reliability::Reliable => Self::None,
            Reliability::MaxRetransmits(count) => Self::Retransmits(count),
            Reliability::MaxLifetime(lifetime) => {
                now.checked_add(lifetime).map_or(Self::None, Self::Until)
            }
        }
    }

    /// Whether it is not to be sent any more, having been sent again `retransmits` times.
    pub(crate) fn is_over(self, now: Instant, retransmits: Option<u16>) -> bool {
        match self {
            Self::None => false,
            Self::Retransmits(max) => retransmits.is_some_and(|count| count >= max),
            Self::Until(at) => now >= at,
        }
    }
}

/// Where the reset of an outgoing stream stands.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum ResetState {
    #[default]
    None,
    /// Wanted; messages may still wait to be sent.
    Wanted,
    /// The request is under way.
    Requested,
}

/// A message of which not everything was sent.
#[derive(Debug)]
struct Waiting {
    ppid: Ppid,
    /// What was not yet sent.
    payload: Bytes,
    ordered: bool,
    limit: Limit,
    /// Its sequence number, once its first fragment was sent.
    started: Option<u16>,
}

/// One outgoing stream that was used.
#[derive(Debug)]
pub(crate) struct Outbound {
    next: u16,
    waiting: VecDeque<Waiting>,
    /// Payload octets that wait.
    buffered: usize,
    weight: u16,
    /// Virtual time at which it is served next: octets sent, by weight.
    turn: u64,
    pub(crate) reset: ResetState,
    /// A sender was refused and is owed an event.
    pub(crate) blocked: bool,
}

impl Default for Outbound {
    fn default() -> Self {
        Self {
            next: 0,
            waiting: VecDeque::new(),
            buffered: 0,
            weight: NORMAL,
            turn: 0,
            reset: ResetState::None,
            blocked: false,
        }
    }
}

impl Outbound {
    const fn is_blank(&self) -> bool {
        self.next == 0
            && self.weight == NORMAL
            && matches!(self.reset, ResetState::None)
            && !self.blocked
            && self.buffered == 0
    }
}

/// A piece of a message that is due.
#[derive(Debug)]
pub(crate) struct Fragment {
    pub(crate) stream: StreamId,
    pub(crate) ssn: u16,
    pub(crate) ppid: Ppid,
    pub(crate) ordered: bool,
    pub(crate) begin: bool,
    pub(crate) end: bool,
    pub(crate) limit: Limit,
    pub(crate) payload: Bytes,
}

/// All that waits to be sent, and whose turn it is: weighted fair queueing over streams, message
/// by message. (With interleaving, RFC 8260, it would be chunk by chunk: `current` is the seam.)
#[derive(Debug)]
pub(crate) struct Queue {
    streams: Map<StreamId, Outbound>,
    /// Streams with something to send, by turn.
    active: BTreeSet<(u64, StreamId)>,
    /// The stream whose message was begun and has to be ended first.
    current: Option<StreamId>,
    clock: u64,
    /// Payload octets that wait, of all streams.
    pub(crate) buffered: usize,
    /// Expired before they were begun: count and charge not yet collected.
    expired: (u64, usize),
}

impl Queue {
    pub(crate) fn new(seed: &Seed) -> Self {
        Self {
            streams: Map::new(&seed.child("outbound")),
            active: BTreeSet::new(),
            current: None,
            clock: 0,
            buffered: 0,
            expired: (0, 0),
        }
    }

    pub(crate) fn stream(&self, id: StreamId) -> Option<&Outbound> {
        self.streams.get(&id)
    }

    pub(crate) fn stream_mut(&mut self, id: StreamId) -> &mut Outbound {
        self.streams.entry(id).or_default()
    }

    pub(crate) fn buffered_on(&self, id: StreamId) -> usize {
        self.stream(id).map_or(0, |stream| stream.buffered)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.active.is_empty() && self.current.is_none()
    }

    pub(crate) fn set_weight(&mut self, id: StreamId, weight: u16) {
        let weight = weight.max(1);
        if self.stream(id).map_or(NORMAL, |stream| stream.weight) != weight {
            self.stream_mut(id).weight = weight;
        }
    }

    pub(crate) fn push(&mut self, id: StreamId, message: Message, limit: Limit) {
        let clock = self.clock;
        let stream = self.streams.entry(id).or_default();
        let len = message.payload.len();
        if stream.waiting.is_empty() && self.current != Some(id) {
            stream.turn = stream.turn.max(clock);
            self.active.insert((stream.turn, id));
        }
        stream.buffered += len;
        self.buffered += len;
        stream.waiting.push_back(Waiting {
            ppid: message.ppid,
            payload: message.payload,
            ordered: message.ordered,
            limit,
            started: None,
        });
    }

    /// The stream whose turn it is and what is left of its message, past what has expired.
    fn front(&mut self, now: Instant) -> Option<StreamId> {
        loop {
            if let Some(id) = self.current {
                return Some(id);
            }
            let (turn, id) = *self.active.first()?;
            let stream = self.streams.get_mut(&id)?;
            self.clock = self.clock.max(turn);
            match stream.waiting.front() {
                Some(message) if message.limit.is_over(now, None) => {
                    let len = message.payload.len();
                    stream.waiting.pop_front();
                    stream.buffered -= len;
                    self.buffered -= len;
                    self.expired.0 += 1;
                    self.expired.1 += len + ENTRY;
                    if stream.waiting.is_empty() {
                        self.active.remove(&(turn, id));
                    }
                }
                Some(_) => return Some(id),
                None => {
                    self.active.remove(&(turn, id));
                }
            }
        }
    }

    /// Octets left of the message that is due, and whether it was begun.
    pub(crate) fn peek(&mut self, now: Instant) -> Option<(usize, bool)> {
        let id = self.front(now)?;
        let message = self.streams.get(&id)?.waiting.front()?;
        Some((message.payload.len(), message.started.is_some()))
    }

    /// Messages that expired before they were begun since the last call, and their charge.
    pub(crate) fn take_expired(&mut self) -> (u64, usize) {
        std::mem::take(&mut self.expired)
    }

    /// Cuts the next `len` octets of the message that is due.
    pub(crate) fn cut(&mut self, now: Instant, len: usize) -> Option<Fragment> {
        let id = self.front(now)?;
        let stream = self.streams.get_mut(&id)?;
        let message = stream.waiting.front_mut()?;
        let begin = message.started.is_none();
        let ordered = message.ordered;
        let ssn = *message
            .started
            .get_or_insert(if ordered { stream.next } else { 0 });
        if begin && ordered {
            stream.next = stream.next.wrapping_add(1);
        }
        let len = len.min(message.payload.len());
        let end = len == message.payload.len();
        let payload = if end {
            std::mem::take(&mut message.payload)
        } else {
            message.payload.split_to(len)
        };
        let (ppid, limit) = (message.ppid, message.limit);
        stream.buffered -= len;
        self.buffered -= len;
        if begin {
            self.active.remove(&(stream.turn, id));
            self.current = Some(id);
        }
        let cost = (len + ENTRY) as u64 * u64::from(NORMAL) / u64::from(stream.weight);
        stream.turn += cost;
        if end {
            self.finish(id);
        }
        Some(Fragment {
            stream: id,
            ssn,
            ppid,
            ordered,
            begin,
            end,
            limit,
            payload,
        })
    }

    /// Ends the message that was begun.
    fn finish(&mut self, id: StreamId) {
        self.current = None;
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.waiting.pop_front();
            if !stream.waiting.is_empty() {
                self.active.insert((stream.turn, id));
            }
        }
    }

    /// Gives up the rest of the message that was begun; returns its octets.
    pub(crate) fn abandon_current(&mut self) -> usize {
        let Some(id) = self.current else { return 0 };
        let Some(stream) = self.streams.get_mut(&id) else {
            return 0;
        };
        let len = stream
            .waiting
            .front()
            .map_or(0, |message| message.payload.len());
        stream.buffered -= len;
        self.buffered -= len;
        self.finish(id);
        len
    }

    /// Gives up everything that waits on streams from `limit` on; returns messages and charge.
    pub(crate) fn drop_from(&mut self, limit: u16) -> (u64, usize) {
        let mut dropped = (0, 0);
        for (id, stream) in self.streams.iter_mut().filter(|(id, _)| id.0 >= limit) {
            self.active.remove(&(stream.turn, *id));
            dropped.0 += stream.waiting.len() as u64;
            dropped.1 += stream.buffered + stream.waiting.len() * ENTRY;
            self.buffered -= stream.buffered;
            stream.buffered = 0;
            stream.waiting.clear();
        }
        dropped
    }

    /// Streams whose reset is wanted and that have nothing left to send, at most `max`.
    pub(crate) fn resettable(&self, max: usize) -> Vec<StreamId> {
        self.streams
            .iter()
            .filter(|(_, stream)| stream.reset == ResetState::Wanted && stream.waiting.is_empty())
            .map(|(id, _)| *id)
            .take(max)
            .collect()
    }

    /// The reset of a stream is over; begins it anew if it was done.
    pub(crate) fn end_reset(&mut self, id: StreamId, done: bool) {
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.reset = ResetState::None;
            if done {
                stream.next = 0;
                stream.weight = NORMAL;
            }
            if stream.is_blank() {
                self.streams.swap_remove(&id);
            }
        }
    }

    /// Streams on which a sender was refused; forgets them.
    pub(crate) fn take_blocked(&mut self) -> Vec<StreamId> {
        let blocked = self.streams.iter_mut().filter(|(_, stream)| stream.blocked);
        blocked
            .map(|(id, stream)| {
                stream.blocked = false;
                *id
            })
            .collect()
    }
}
