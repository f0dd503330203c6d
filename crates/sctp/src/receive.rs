//! The receiving half: what arrived, what it completes, and what waits to be read.

mod inbound;
mod reassembly;
mod tsn_tracker;

use std::collections::VecDeque;

use bytes::Bytes;
use stonechat_sansio::{Map, Seed};

use crate::chunk::data::{self, Data};
use crate::stats::DropReason;
use crate::{Config, Ppid, Received, StreamId, Tsn};

use inbound::Inbound;
use reassembly::{Fragment, Inserted, Ring};
use tsn_tracker::TsnTracker;

/// Octets that each chunk counts on top of its payload.
pub(crate) const ENTRY: usize = 64;
/// How far a FORWARD TSN may jump.
const MAX_FORWARD: u32 = 1 << 20;
/// Duplicates reported in one SACK.
const MAX_DUPLICATES: usize = 16;

/// What became of a DATA chunk.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    /// It is kept.
    Accepted,
    /// It came before.
    Duplicate,
    Dropped(DropReason),
    /// The window is full of messages that can never be completed.
    Stuck,
}

/// A reset that the peer asked for and that waits for data (RFC 6525, section 5.2.2).
#[derive(Debug)]
pub(crate) struct PendingReset {
    last: u64,
    /// Empty: all.
    streams: Vec<StreamId>,
    deferred: Vec<Whole>,
}

/// A complete message with what it costs.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) stream: StreamId,
    pub(crate) ssn: u16,
    pub(crate) last: u64,
    pub(crate) item: Unread,
}

/// A complete message that is not yet read.
#[derive(Debug)]
pub(crate) struct Unread {
    pub(crate) message: Received,
    /// Octets that it takes from the window.
    pub(crate) charge: usize,
    pub(crate) pinned: usize,
}

/// Facts for the owner.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Notice {
    Readable(StreamId),
    TooLarge(StreamId),
    Reset(StreamId),
    Drained(StreamId),
}

#[derive(Debug)]
pub(crate) struct Receiver {
    tracker: TsnTracker,
    ring: Ring,
    streams: Map<StreamId, Inbound>,
    reset: Option<PendingReset>,
    duplicates: Vec<Tsn>,
    notices: VecDeque<Notice>,
    window: usize,
    pin_limit: usize,
    /// Octets held, with overhead.
    held: usize,
    /// Of these, in messages that can be read.
    unread: usize,
    pinned: usize,
    pub(crate) messages: u64,
}

impl Receiver {
    pub(crate) fn new(config: &Config, seed: &Seed, initial: Tsn) -> Self {
        let window = usize::try_from(config.receive_window).unwrap_or(usize::MAX);
        Self {
            tracker: TsnTracker::new(initial),
            ring: Ring::new(config.max_message_size),
            streams: Map::new(&seed.child("inbound")),
            reset: None,
            duplicates: Vec::new(),
            notices: VecDeque::new(),
            window,
            pin_limit: config.pin_limit,
            held: 0,
            unread: 0,
            pinned: 0,
            messages: 0,
        }
    }

    pub(crate) const fn held(&self) -> usize {
        self.held
    }

    pub(crate) const fn pinned(&self) -> usize {
        self.pinned
    }

    /// What can still be taken in.
    pub(crate) const fn window(&self) -> usize {
        self.window.saturating_sub(self.held)
    }

    /// The same as it is told to the peer: nothing rather than too little for a chunk.
    pub(crate) fn advertised(&self) -> u32 {
        let window = self.window();
        let floor = (self.window / 4).min(1500);
        if window < floor {
            0
        } else {
            u32::try_from(window).unwrap_or(u32::MAX)
        }
    }

    pub(crate) fn cumulative(&self) -> Tsn {
        self.tracker.cumulative_tsn()
    }

    pub(crate) fn has_gaps(&self) -> bool {
        self.tracker.has_gaps()
    }

    /// Gap blocks, at most `max` of them.
    pub(crate) fn gaps(&self, max: usize) -> impl Iterator<Item = (u16, u16)> + '_ {
        self.tracker.gaps(max)
    }

    pub(crate) fn take_duplicates(&mut self) -> Vec<Tsn> {
        std::mem::take(&mut self.duplicates)
    }

    pub(crate) const fn has_duplicates(&self) -> bool {
        !self.duplicates.is_empty()
    }

    pub(crate) fn pop_notice(&mut self) -> Option<Notice> {
        self.notices.pop_front()
    }

    /// Takes a DATA chunk in. `allocation` is what a slice of its packet would pin.
    pub(crate) fn handle_data(
        &mut self,
        chunk: &Data,
        payload: Bytes,
        allocation: usize,
    ) -> Outcome {
        let Some(seq) = self.tracker.sequence(chunk.tsn) else {
            return self.duplicate(chunk.tsn);
        };
        if self.tracker.contains(seq) {
            return self.duplicate(chunk.tsn);
        }
        let ahead = seq - self.tracker.cumulative();
        if ahead > u64::from(u16::MAX)
            || self.ring.span_with(seq, self.tracker.cumulative()) > self.max_span()
        {
            return Outcome::Dropped(DropReason::OutsideWindow);
        }
        let fills = seq < self.tracker.highest();
        let cap = if fills {
            self.window + self.window / 8
        } else {
            self.window
        };
        if self.held >= cap || (!fills && self.advertised() == 0) {
            let stuck = self.unread == 0 && ahead == 1 && !fills && self.reset.is_none();
            return if stuck {
                Outcome::Stuck
            } else {
                Outcome::Dropped(DropReason::NoRoom)
            };
        }
        let (payload, pinned) = self.keep(payload, allocation);
        let charge = payload.len() + ENTRY;
        let fragment = Fragment {
            header: *chunk,
            payload,
            pinned,
        };
        let cumulative = self.tracker.cumulative();
        self.tracker.insert(seq);
        match self.ring.insert(seq, fragment, cumulative) {
            Inserted::Held => self.hold(charge, pinned),
            Inserted::Complete { first, last } => {
                self.hold(charge, pinned);
                self.complete(first, last);
            }
            Inserted::Dead => {}
            Inserted::Orphaned { first, last } => {
                if let Some(killed) = self.ring.kill(first, last) {
                    self.release(killed.charge, killed.pinned);
                }
            }
            Inserted::TooLarge { first, last } => {
                self.hold(charge, pinned);
                self.kill_too_large(first, last);
            }
        }
        self.ring.trim(self.tracker.cumulative());
        self.advance_reset();
        Outcome::Accepted
    }

    fn hold(&mut self, charge: usize, pinned: usize) {
        self.held += charge;
        self.pinned += pinned;
    }

    fn release(&mut self, charge: usize, pinned: usize) {
        self.held = self.held.saturating_sub(charge);
        self.pinned = self.pinned.saturating_sub(pinned);
    }

    /// Slots that the ring may span: as many as there are entries in a window.
    fn max_span(&self) -> u64 {
        u64::try_from(self.window / ENTRY)
            .unwrap_or(u64::MAX)
            .max(64)
    }

    fn duplicate(&mut self, tsn: Tsn) -> Outcome {
        if self.duplicates.len() < MAX_DUPLICATES {
            self.duplicates.push(tsn);
        }
        Outcome::Duplicate
    }

    /// Keeps a slice of the packet if that does not pin much more than it is worth.
    fn keep(&self, payload: Bytes, allocation: usize) -> (Bytes, usize) {
        if payload.len() >= allocation / 4 && self.pinned + allocation <= self.pin_limit {
            (payload, allocation)
        } else {
            (Bytes::copy_from_slice(&payload), 0)
        }
    }

    /// Takes a complete message out of the ring and to its stream.
    fn complete(&mut self, first: u64, last: u64) {
        let Some(whole) = self.ring.extract(first, last) else {
            return;
        };
        self.messages += 1;
        if let Some(reset) = &mut self.reset {
            let affected = reset.streams.is_empty() || reset.streams.contains(&whole.stream);
            if affected && whole.last > reset.last {
                reset.deferred.push(whole);
                return;
            }
        }
        self.deliver(whole);
    }

    fn deliver(&mut self, whole: Whole) {
        let stream = whole.stream;
        let charge = whole.item.charge;
        let pinned = whole.item.pinned;
        let inbound = self.streams.entry(stream).or_default();
        match inbound.push(whole) {
            Some(readable) => {
                self.unread += readable;
                if readable > 0 && !std::mem::replace(&mut inbound.announced, true) {
                    self.notices.push_back(Notice::Readable(stream));
                }
            }
            None => self.release(charge, pinned),
        }
    }

    /// Drops what came of a message that is too large; the rest will be dropped as it comes.
    fn kill_too_large(&mut self, first: u64, last: u64) {
        let Some(killed) = self.ring.kill(first, last) else {
            return;
        };
        self.release(killed.charge, killed.pinned);
        let stream = killed.header.stream;
        let inbound = self.streams.entry(stream).or_default();
        if killed.header.flags & data::UNORDERED == 0 {
            let readable = inbound.skip_one(killed.header.ssn);
            self.unread += readable;
            if readable > 0 && !std::mem::replace(&mut inbound.announced, true) {
                self.notices.push_back(Notice::Readable(stream));
            }
        }
        if !std::mem::replace(&mut inbound.too_large_announced, true) {
            self.notices.push_back(Notice::TooLarge(stream));
        }
    }

    /// Takes a FORWARD TSN in (RFC 3758, section 3.6). Returns whether it was in range.
    pub(crate) fn forward(
        &mut self,
        cumulative: Tsn,
        mut skipped: Vec<(StreamId, u16)>,
        streams: u16,
    ) -> Result<bool, DropReason> {
        let ahead = cumulative.since(self.tracker.cumulative_tsn());
        if ahead == 0 || ahead > 1 << 31 {
            return Ok(false);
        }
        if ahead > MAX_FORWARD {
            return Err(DropReason::BadForwardTsn);
        }
        let target = self.tracker.cumulative() + u64::from(ahead);
        skipped.sort_unstable_by_key(|(stream, _)| *stream);
        skipped.dedup_by_key(|(stream, _)| *stream);
        let killed = self.ring.forward(target, |header| {
            let named = skipped
                .binary_search_by_key(&header.stream, |(stream, _)| *stream)
                .ok();
            header.flags & data::UNORDERED == 0
                && named
                    .and_then(|index| skipped.get(index))
                    .is_some_and(|(_, ssn)| !crate::tsn::ssn_is_after(header.ssn, *ssn))
        });
        self.release(killed.0, killed.1);
        self.tracker.forward(target);
        self.ring.trim(self.tracker.cumulative());
        for (stream, ssn) in skipped.into_iter().filter(|(stream, _)| stream.0 < streams) {
            let inbound = self.streams.entry(stream).or_default();
            let readable = inbound.skip_to(ssn);
            self.unread += readable;
            if readable > 0 && !std::mem::replace(&mut inbound.announced, true) {
                self.notices.push_back(Notice::Readable(stream));
            }
        }
        self.advance_reset();
        Ok(true)
    }

    /// Begins a reset of incoming streams. Returns whether it is done already.
    pub(crate) fn begin_reset(&mut self, last: Tsn, streams: Vec<StreamId>) -> bool {
        let ahead = last.since(self.tracker.cumulative_tsn());
        let ahead = if ahead < 1 << 31 { u64::from(ahead) } else { 0 };
        let last = self.tracker.cumulative() + ahead;
        self.reset = Some(PendingReset {
            last,
            streams,
            deferred: Vec::new(),
        });
        self.advance_reset();
        self.reset.is_none()
    }

    pub(crate) const fn is_resetting(&self) -> bool {
        self.reset.is_some()
    }

    /// Performs the reset that waits, once everything sent before it is here.
    fn advance_reset(&mut self) {
        if self
            .reset
            .as_ref()
            .is_none_or(|reset| reset.last > self.tracker.cumulative())
        {
            return;
        }
        let Some(reset) = self.reset.take() else {
            return;
        };
        let streams = if reset.streams.is_empty() {
            self.streams.keys().copied().collect()
        } else {
            reset.streams
        };
        for stream in streams {
            self.reset_one(stream);
        }
        for whole in reset.deferred {
            self.deliver(whole);
        }
    }

    fn reset_one(&mut self, stream: StreamId) {
        let inbound = self.streams.entry(stream).or_default();
        let (charge, pinned) = inbound.reset();
        if !std::mem::replace(&mut inbound.reset_announced, true) {
            self.notices.push_back(Notice::Reset(stream));
        }
        if !inbound.has_items() && !std::mem::replace(&mut inbound.drained_announced, true) {
            self.notices.push_back(Notice::Drained(stream));
        }
        self.release(charge, pinned);
    }

    pub(crate) fn has_notices(&self) -> bool {
        !self.notices.is_empty()
    }

    pub(crate) fn notice_readable(&mut self, stream: StreamId) {
        let Some(inbound) = self.streams.get_mut(&stream) else {
            return;
        };
        if inbound.has_items() && !std::mem::replace(&mut inbound.announced, true) {
            self.notices.push_back(Notice::Readable(stream));
        }
    }

    /// What the next message of a stream is.
    pub(crate) fn peek(&self, stream: StreamId) -> Option<Ppid> {
        self.streams.get(&stream)?.peek()
    }

    /// The next message of a stream, up to an incoming reset.
    pub(crate) fn recv(&mut self, stream: StreamId) -> Option<Received> {
        let inbound = self.streams.get_mut(&stream)?;
        let Unread {
            message,
            charge,
            pinned,
        } = inbound.pop()?;
        if inbound.pop_marker() {
            let again = !std::mem::replace(&mut inbound.drained_announced, true);
            if again {
                self.notices.push_back(Notice::Drained(stream));
            }
            // Said again for what comes behind: an earlier notice was for what came before.
            if inbound.has_items() && (!inbound.announced || again) {
                inbound.announced = true;
                self.notices.push_back(Notice::Readable(stream));
            }
        }
        self.unread = self.unread.saturating_sub(charge);
        self.release(charge, pinned);
        Some(message)
    }

    /// A notice was handed to the owner and may be given again.
    pub(crate) fn on_taken(&mut self, notice: Notice) {
        let (Notice::Readable(stream)
        | Notice::TooLarge(stream)
        | Notice::Reset(stream)
        | Notice::Drained(stream)) = notice;
        let Some(inbound) = self.streams.get_mut(&stream) else {
            return;
        };
        match notice {
            Notice::Readable(_) => inbound.announced = false,
            Notice::TooLarge(_) => inbound.too_large_announced = false,
            Notice::Reset(_) => inbound.reset_announced = false,
            Notice::Drained(_) => inbound.drained_announced = false,
        }
        if inbound.is_blank() {
            self.streams.swap_remove(&stream);
        }
    }
}

/// When a window update is worth a SACK: a quarter of the window more (RFC 9260, section 6.2).
pub(crate) const fn is_worth_update(window: usize, advertised: usize, now: usize) -> bool {
    now >= advertised + window / 4
}
