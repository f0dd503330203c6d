//! Reassembly of handshake messages (RFC 6347, section 4.2.3).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::collections::VecDeque;

use crate::handshake::{FragmentHeader, HandshakeType, Message};

/// Octets that each stored piece is charged besides its own.
const PIECE_COST: usize = 64;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct ReassemblyLimits {
    pub(crate) octets: usize,
    /// How far beyond the awaited message others are kept.
    pub(crate) ahead: u16,
    /// Messages of one handshake.
    pub(crate) messages: u16,
}

/// What became of a fragment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Inserted {
    Kept,
    /// Its message was taken before.
    Stale,
    /// Too far ahead, or no room.
    OverLimit,
}

/// Messages under assembly, from the awaited one on.
#[derive(Debug)]
pub(crate) struct Reassembler {
    limits: ReassemblyLimits,
    next: u16,
    slots: VecDeque<Option<Slot>>,
    octets: usize,
}

#[derive(Debug)]
struct Slot {
    kind: HandshakeType,
    total: usize,
    /// Apart from each other, by offset.
    pieces: Vec<Piece>,
    record: u64,
}

#[derive(Debug)]
struct Piece {
    offset: usize,
    octets: Vec<u8>,
}

impl Piece {
    fn end(&self) -> usize {
        self.offset.saturating_add(self.octets.len())
    }
}

impl Reassembler {
    pub(crate) const fn new(limits: ReassemblyLimits, next: u16) -> Self {
        Self {
            limits,
            next,
            slots: VecDeque::new(),
            octets: 0,
        }
    }

    /// The sequence number of the awaited message.
    #[cfg(test)]
    pub(crate) const fn next(&self) -> u16 {
        self.next
    }

    /// Octets that are charged now.
    pub(crate) const fn octets(&self) -> usize {
        self.octets
    }

    /// Forgets everything and awaits the message `next`.
    pub(crate) fn reset(&mut self, next: u16) {
        self.slots.clear();
        self.octets = 0;
        self.next = next;
    }

    /// Adds a fragment that came in the record numbered `record`.
    pub(crate) fn insert(&mut self, header: FragmentHeader, body: &[u8], record: u64) -> Inserted {
        let Some(index) = header.sequence.checked_sub(self.next) else {
            return Inserted::Stale;
        };
        if index > self.limits.ahead || header.sequence >= self.limits.messages {
            return Inserted::OverLimit;
        }
        let (Ok(total), Ok(offset)) = (
            usize::try_from(header.total),
            usize::try_from(header.offset),
        ) else {
            return Inserted::OverLimit;
        };
        if total > self.limits.octets {
            return Inserted::OverLimit;
        }
        let index = usize::from(index);
        while self.slots.len() <= index {
            self.slots.push_back(None);
        }
        let Some(place) = self.slots.get_mut(index) else {
            return Inserted::OverLimit;
        };
        // Two messages of one number: anyone may have sent either, so the later one gets its
        // chance; what was kept of the other one is never mixed in.
        if place
            .as_ref()
            .is_some_and(|slot| !slot.agrees(header.kind, total, offset, body))
        {
            self.octets = self
                .octets
                .saturating_sub(place.take().map_or(0, |slot| slot.cost()));
        }
        let room = self.limits.octets.saturating_sub(self.octets);
        if body.len().saturating_add(PIECE_COST) > room {
            return Inserted::OverLimit;
        }
        let slot = place.get_or_insert_with(|| Slot {
            kind: header.kind,
            total,
            pieces: Vec::new(),
            record,
        });
        let before = slot.cost();
        if slot.insert(offset, body) {
            slot.record = record;
        }
        self.octets = self
            .octets
            .saturating_sub(before)
            .saturating_add(slot.cost());
        Inserted::Kept
    }

    /// Takes the awaited message out if it is complete. It stays awaited until
    /// [`advance`](Self::advance): if it turns out to be wrong, another one may come.
    pub(crate) fn take(&mut self) -> Option<Message> {
        let place = self.slots.front_mut()?;
        if !place.as_ref()?.is_complete() {
            return None;
        }
        let slot = place.take()?;
        self.octets = self.octets.saturating_sub(slot.cost());
        let Slot {
            kind,
            pieces,
            record,
            ..
        } = slot;
        let body = pieces
            .into_iter()
            .next()
            .map_or_else(Vec::new, |piece| piece.octets);
        Some(Message {
            kind,
            sequence: self.next,
            body,
            record,
        })
    }

    /// Awaits the next message.
    pub(crate) fn advance(&mut self) {
        self.next = self.next.saturating_add(1);
        if let Some(Some(slot)) = self.slots.pop_front() {
            self.octets = self.octets.saturating_sub(slot.cost());
        }
    }
}

impl Slot {
    fn cost(&self) -> usize {
        self.pieces
            .iter()
            .map(|piece| piece.octets.len().saturating_add(PIECE_COST))
            .sum()
    }

    fn is_complete(&self) -> bool {
        match self.pieces.first() {
            Some(piece) => piece.offset == 0 && piece.octets.len() == self.total,
            None => self.total == 0,
        }
    }

    /// Whether a fragment can belong to the same message.
    fn agrees(&self, kind: HandshakeType, total: usize, offset: usize, body: &[u8]) -> bool {
        let end = offset.saturating_add(body.len());
        self.kind == kind
            && self.total == total
            && self.pieces.iter().all(|piece| {
                let (from, to) = (piece.offset.max(offset), piece.end().min(end));
                if from >= to {
                    return true;
                }
                let old = piece.octets.get(from.saturating_sub(piece.offset)..);
                let new = body.get(from.saturating_sub(offset)..);
                let len = to.saturating_sub(from);
                match (
                    old.and_then(|old| old.get(..len)),
                    new.and_then(|new| new.get(..len)),
                ) {
                    (Some(old), Some(new)) => old == new,
                    _ => false,
                }
            })
    }

    /// Adds octets that agree with what is there; returns whether any of them was new.
    fn insert(&mut self, offset: usize, body: &[u8]) -> bool {
        let end = offset.saturating_add(body.len());
        // Pieces `first..last` overlap or touch the new one.
        let first = self.pieces.partition_point(|piece| piece.end() < offset);
        let last = self.pieces.partition_point(|piece| piece.offset <= end);
        let touched = self.pieces.get(first..last).unwrap_or_default();
        if touched
            .iter()
            .any(|piece| piece.offset <= offset && piece.end() >= end)
            && !body.is_empty()
        {
            return false;
        }
        if body.is_empty() {
            return true;
        }
        let start = touched
            .first()
            .map_or(offset, |piece| piece.offset.min(offset));
        let stop = touched.last().map_or(end, |piece| piece.end().max(end));
        // In order, the common case: the piece before grows.
        if last.saturating_sub(first) == 1
            && let Some(piece) = self.pieces.get_mut(first)
            && piece.offset <= offset
        {
            let fresh = piece.end().saturating_sub(offset);
            piece
                .octets
                .extend_from_slice(body.get(fresh..).unwrap_or_default());
            return true;
        }
        let mut octets = vec![0; stop.saturating_sub(start)];
        let mut put = |at: usize, source: &[u8]| {
            let from = at.saturating_sub(start);
            if let Some(place) = octets.get_mut(from..from.saturating_add(source.len())) {
                place.copy_from_slice(source);
            }
        };
        put(offset, body);
        for piece in self.pieces.drain(first..last) {
            put(piece.offset, &piece.octets);
        }
        self.pieces.insert(
            first,
            Piece {
                offset: start,
                octets,
            },
        );
        true
    }
}

#[cfg(test)]
mod tests;
