use std::collections::VecDeque;
use std::time::Instant;

use stonechat_rtp::extension::AudioLevel;
use stonechat_rtp::{ExtendedSequence, PayloadType, SequenceNumber, Timestamp};

use crate::packetize::Payload;

/// A packet that waits to be sent, or that was sent and can be sent again.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) payload: Payload,
    pub(crate) timestamp: Timestamp,
    pub(crate) payload_type: PayloadType,
    pub(crate) marker: bool,
    pub(crate) audio_level: Option<AudioLevel>,
    /// When it was made, or when it was asked for again.
    pub(crate) queued: Instant,
    /// Whether a frame ends with it.
    pub(crate) ends_frame: bool,
    pub(crate) sent: Option<Sent>,
    pub(crate) resent: Option<Instant>,
    pub(crate) resend_queued: bool,
}

/// What went into the header when the packet was sent first, so that the same octets can be
/// written again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent {
    pub(crate) at: Instant,
    pub(crate) transport_sequence: Option<SequenceNumber>,
    pub(crate) identified: bool,
}

/// Packets by sequence number: a ring without holes in its numbers, bounded in count and octets.
#[derive(Debug, Default)]
pub(crate) struct History {
    entries: VecDeque<Option<Entry>>,
    oldest: u64,
    bytes: usize,
}

impl History {
    /// Enters a packet under a number that [`is_free`](Self::is_free).
    pub(crate) fn insert(&mut self, sequence: ExtendedSequence, entry: Entry, limit: usize) {
        if self.entries.is_empty() {
            self.oldest = sequence.0;
        }
        let end = self.end();
        if sequence.0 >= end {
            let gap = usize::try_from(sequence.0 - end).unwrap_or(usize::MAX);
            if gap >= limit {
                self.clear();
                self.oldest = sequence.0;
            } else {
                self.entries
                    .extend(std::iter::repeat_with(|| None).take(gap));
            }
            self.entries.push_back(None);
        }
        let len = entry.payload.len();
        if let Some(slot) = self.slot(sequence) {
            *slot = Some(entry);
            self.bytes += len;
        }
        while self.entries.len() > limit {
            self.pop();
        }
    }

    /// Whether no packet was entered under this number and one may be. Numbers older than the
    /// ring are taken as used.
    pub(crate) fn is_free(&mut self, sequence: ExtendedSequence) -> bool {
        sequence.0 >= self.end() || self.slot(sequence).is_some_and(|slot| slot.is_none())
    }

    pub(crate) fn get_mut(&mut self, sequence: ExtendedSequence) -> Option<&mut Entry> {
        self.slot(sequence)?.as_mut()
    }

    /// Takes an unsent packet back.
    pub(crate) fn remove(&mut self, sequence: ExtendedSequence) {
        if let Some(entry) = self.slot(sequence).and_then(Option::take) {
            self.bytes = self.bytes.saturating_sub(entry.payload.len());
        }
        while let Some(None) = self.entries.back() {
            self.entries.pop_back();
        }
    }

    /// Forgets what was sent, oldest first, until at most `max_bytes` are held.
    pub(crate) fn shrink(&mut self, max_bytes: usize) {
        while self.bytes > max_bytes {
            match self.entries.front() {
                Some(Some(entry)) if entry.sent.is_none() => return,
                Some(_) => self.pop(),
                None => return,
            }
        }
    }

    /// Forgets everything that was sent before anything unsent.
    pub(crate) fn forget_sent(&mut self) {
        while let Some(front) = self.entries.front() {
            if front.as_ref().is_some_and(|entry| entry.sent.is_none()) {
                return;
            }
            self.pop();
        }
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.bytes = 0;
    }

    fn end(&self) -> u64 {
        self.oldest + self.entries.len() as u64
    }

    fn pop(&mut self) {
        if let Some(entry) = self.entries.pop_front() {
            self.oldest += 1;
            self.bytes = self
                .bytes
                .saturating_sub(entry.map_or(0, |entry| entry.payload.len()));
        }
    }

    fn slot(&mut self, sequence: ExtendedSequence) -> Option<&mut Option<Entry>> {
        let index = sequence.0.checked_sub(self.oldest)?;
        self.entries.get_mut(usize::try_from(index).ok()?)
    }
}
