use std::collections::VecDeque;
use std::time::Instant;

use stonechat_rtp::{ExtendedSequence, Timestamp};

use crate::ReceivedPacket;

/// Packets of one stream in the order of their numbers, from the first one not handed on.
#[derive(Debug, Default)]
pub(crate) struct Reorder {
    slots: VecDeque<Option<ReceivedPacket>>,
    base: Option<u64>,
    /// Whether anything was handed on: nothing may come before `base` any more.
    consumed: bool,
    bytes: usize,
    /// Packets from the front that are known to belong to one frame and follow each other.
    scanned: usize,
    scanned_bytes: usize,
}

/// What became of a packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Insert {
    Stored,
    Duplicate,
    /// Its place was handed on or given up.
    Late,
    /// Stored, and this many older packets were pushed out.
    Overflow(usize),
}

/// What the front of the buffer is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Front {
    /// Nothing waits.
    Empty,
    /// The next packet, or one within the frame, is missing; the packet behind the gap came then.
    Gap(Instant),
    /// A frame of so many packets may still grow.
    Growing,
    /// A whole frame of so many packets.
    Complete(usize),
    /// The frame is larger than allowed; so many packets of it are there.
    TooLarge(usize),
}

/// What bounds a frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FrameLimits {
    pub(crate) packets: usize,
    pub(crate) bytes: usize,
}

impl Reorder {
    pub(crate) fn insert(
        &mut self,
        packet: ReceivedPacket,
        max: usize,
        max_bytes: usize,
    ) -> Insert {
        let number = packet.sequence.0;
        let base = *self.base.get_or_insert(number);
        if let Some(before) = base.checked_sub(number).filter(|before| *before > 0) {
            let before = usize::try_from(before).unwrap_or(usize::MAX);
            if self.consumed || before > MAX_BEFORE || self.slots.len() + before > max {
                return Insert::Late;
            }
            for _ in 0..before {
                self.slots.push_front(None);
            }
            self.base = Some(number);
            self.reset_scan();
        }
        let mut pushed_out = 0;
        let base = self.base.unwrap_or(number);
        let mut index = usize::try_from(number - base).unwrap_or(usize::MAX);
        let len = packet.payload.len();
        if index >= max {
            let excess = index - max + 1;
            pushed_out = self.advance(excess);
            if self.slots.is_empty() {
                // Nothing is left: the buffer begins at this packet.
                self.base = Some(number);
            }
            index = usize::try_from(number - self.base.unwrap_or(number)).unwrap_or_default();
        }
        while self.bytes + len > max_bytes && index > 0 && !self.slots.is_empty() {
            pushed_out += self.advance(1);
            index -= 1;
        }
        while self.slots.len() <= index {
            self.slots.push_back(None);
        }
        let Some(slot) = self.slots.get_mut(index) else {
            return Insert::Late;
        };
        if slot.is_some() {
            return Insert::Duplicate;
        }
        *slot = Some(packet);
        self.bytes += len;
        if pushed_out > 0 {
            Insert::Overflow(pushed_out)
        } else {
            Insert::Stored
        }
    }

    /// Looks at the front. `transparent`: each packet is a frame.
    pub(crate) fn front(&mut self, transparent: bool, limits: FrameLimits) -> Front {
        let Some(Some(first)) = self.slots.front() else {
            return self.gap_from(0);
        };
        if transparent || first.payload.is_empty() {
            return Front::Complete(1);
        }
        let timestamp = first.timestamp;
        loop {
            match self.slots.get(self.scanned) {
                Some(Some(packet)) if self.belongs(packet, timestamp) => {
                    let marker = packet.marker;
                    self.scanned_bytes += packet.payload.len();
                    self.scanned += 1;
                    if self.scanned > limits.packets || self.scanned_bytes > limits.bytes {
                        return Front::TooLarge(self.scanned);
                    }
                    if marker {
                        return Front::Complete(self.scanned);
                    }
                }
                Some(Some(_)) => return Front::Complete(self.scanned),
                Some(None) => return self.gap_from(self.scanned),
                None => return Front::Growing,
            }
        }
    }

    fn belongs(&self, packet: &ReceivedPacket, timestamp: Timestamp) -> bool {
        // The first packet always belongs: a frame is never empty.
        self.scanned == 0 || packet.timestamp == timestamp
    }

    fn gap_from(&self, index: usize) -> Front {
        let behind = self.slots.iter().skip(index).flatten().next();
        behind.map_or(Front::Empty, |packet| Front::Gap(packet.arrival))
    }

    /// The packets at the front, which are a frame.
    pub(crate) fn frame(&self, packets: usize) -> impl Iterator<Item = &ReceivedPacket> + Clone {
        self.slots.iter().take(packets).flatten()
    }

    pub(crate) fn first(&self) -> Option<&ReceivedPacket> {
        self.slots.front()?.as_ref()
    }

    /// Gives the front packet out.
    pub(crate) fn pop(&mut self) -> Option<ReceivedPacket> {
        let packet = self.slots.pop_front()?;
        self.base = self.base.map(|base| base + 1);
        self.consumed = true;
        self.reset_scan();
        if let Some(packet) = &packet {
            self.bytes = self.bytes.saturating_sub(packet.payload.len());
        }
        packet
    }

    /// Drops `count` places from the front; returns how many of them held a packet.
    pub(crate) fn advance(&mut self, count: usize) -> usize {
        let mut dropped = 0;
        let inside = count.min(self.slots.len());
        for _ in 0..inside {
            dropped += usize::from(self.pop().is_some());
        }
        let beyond = (count - inside) as u64;
        self.base = self.base.map(|base| base + beyond);
        self.consumed = true;
        dropped
    }

    /// Gives up the gap at the front, with what there is of its frame; returns how many packets
    /// were dropped.
    pub(crate) fn skip_gap(&mut self) -> usize {
        let dropped = self.advance(self.scanned);
        while let Some(None) = self.slots.front() {
            let _ = self.pop();
        }
        dropped
    }

    /// The number that is expected next.
    pub(crate) fn base(&self) -> Option<ExtendedSequence> {
        self.base.map(ExtendedSequence)
    }

    fn reset_scan(&mut self) {
        self.scanned = 0;
        self.scanned_bytes = 0;
    }
}

/// Packets that may turn up before the first one.
const MAX_BEFORE: usize = 64;
