//! Fragments of messages, kept by TSN.
//!
//! Without interleaving the fragments of a message have consecutive TSNs. So one ring holds all of
//! them, and the two ends of each run of fragments of one message name each other: joining is
//! constant work, and a run from a beginning to an end is a message. (Interleaved messages, RFC
//! 8260, would be kept per stream and message number instead.)

use std::collections::VecDeque;

use bytes::Bytes;

use super::{ENTRY, Unread, Whole};
use crate::chunk::data::{BEGIN, Data, END, UNORDERED};
use crate::message::Chunks;
use crate::{Ppid, Received};

/// One fragment.
#[derive(Debug)]
pub(crate) struct Fragment {
    pub(crate) header: Data,
    pub(crate) payload: Bytes,
    pub(crate) pinned: usize,
}

impl Fragment {
    const fn begins(&self) -> bool {
        self.header.flags & BEGIN != 0
    }

    const fn ends(&self) -> bool {
        self.header.flags & END != 0
    }

    fn joins(&self, next: &Self) -> bool {
        !self.ends()
            && !next.begins()
            && self.header.stream == next.header.stream
            && (self.header.flags ^ next.header.flags) & UNORDERED == 0
    }
}

#[derive(Debug)]
enum Slot {
    Vacant,
    Held {
        fragment: Fragment,
        /// At an end of a run: the other end.
        other: u64,
        /// At an end of a run: payload octets of the run.
        octets: usize,
    },
    /// Belongs to a message that was given up.
    Dead {
        ends: bool,
    },
}

/// What inserting a fragment led to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Inserted {
    Held,
    Complete {
        first: u64,
        last: u64,
    },
    /// It belongs to a message that was given up, and was dropped.
    Dead,
    /// The same, and so is this run that was held.
    Orphaned {
        first: u64,
        last: u64,
    },
    /// The message is larger than allowed.
    TooLarge {
        first: u64,
        last: u64,
    },
}

/// What was given up.
#[derive(Debug)]
pub(crate) struct Killed {
    pub(crate) header: Data,
    pub(crate) charge: usize,
    pub(crate) pinned: usize,
}

#[derive(Debug)]
pub(crate) struct Ring {
    /// The number of the first slot.
    base: u64,
    slots: VecDeque<Slot>,
    max_message: usize,
}

impl Ring {
    pub(crate) const fn new(max_message: usize) -> Self {
        Self {
            base: 1,
            slots: VecDeque::new(),
            max_message,
        }
    }

    /// Slots that there would be with `seq`, when everything up to `cumulative` has arrived.
    pub(crate) fn span_with(&self, seq: u64, cumulative: u64) -> u64 {
        let base = if self.slots.is_empty() {
            cumulative + 1
        } else {
            self.base
        };
        seq.saturating_sub(base) + 1
    }

    fn index(&self, seq: u64) -> Option<usize> {
        usize::try_from(seq.checked_sub(self.base)?).ok()
    }

    fn slot(&self, seq: u64) -> Option<&Slot> {
        self.slots.get(self.index(seq)?)
    }

    fn slot_mut(&mut self, seq: u64) -> Option<&mut Slot> {
        let index = self.index(seq)?;
        self.slots.get_mut(index)
    }

    /// Puts a fragment in; everything up to `cumulative` had arrived before.
    pub(crate) fn insert(&mut self, seq: u64, fragment: Fragment, cumulative: u64) -> Inserted {
        if self.slots.is_empty() {
            self.base = cumulative + 1;
        }
        let Some(index) = self.index(seq) else {
            return Inserted::Dead;
        };
        while self.slots.len() <= index {
            self.slots.push_back(Slot::Vacant);
        }
        let mut octets = fragment.payload.len();
        let (mut first, mut last) = (seq, seq);
        if !fragment.begins() {
            match self.slot(seq.wrapping_sub(1)) {
                Some(Slot::Held {
                    fragment: left,
                    other,
                    octets: more,
                }) if left.joins(&fragment) => {
                    first = *other;
                    octets += more;
                }
                Some(Slot::Dead { ends: false }) => return self.bury(seq, &fragment),
                // Its beginning was given up or never sent.
                _ if seq <= cumulative + 1 => return self.bury(seq, &fragment),
                _ => {}
            }
        }
        if !fragment.ends()
            && let Some(Slot::Held {
                fragment: right,
                other,
                octets: more,
            }) = self.slot(seq + 1)
            && fragment.joins(right)
        {
            last = *other;
            octets += more;
        }
        if let Some(slot) = self.slots.get_mut(index) {
            *slot = Slot::Held {
                fragment,
                other: seq,
                octets,
            };
        }
        self.tie(first, last, octets);
        if octets > self.max_message {
            return Inserted::TooLarge { first, last };
        }
        if self.is_held(first, Fragment::begins) && self.is_held(last, Fragment::ends) {
            return Inserted::Complete { first, last };
        }
        Inserted::Held
    }

    fn is_held(&self, seq: u64, test: impl Fn(&Fragment) -> bool) -> bool {
        matches!(self.slot(seq), Some(Slot::Held { fragment, .. }) if test(fragment))
    }

    /// Makes the ends of a run name each other.
    fn tie(&mut self, first: u64, last: u64, len: usize) {
        for (end, opposite) in [(first, last), (last, first)] {
            if let Some(Slot::Held { other, octets, .. }) = self.slot_mut(end) {
                *other = opposite;
                *octets = len;
            }
        }
    }

    /// Marks a fragment of a message that was given up. What was held behind it is orphaned.
    fn bury(&mut self, seq: u64, fragment: &Fragment) -> Inserted {
        let ends = fragment.ends();
        if let Some(slot) = self.slot_mut(seq) {
            *slot = Slot::Dead { ends };
        }
        let follows = !ends && self.is_held(seq + 1, |right| fragment.joins(right));
        if follows && let Some(Slot::Held { other, .. }) = self.slot(seq + 1) {
            let last = *other;
            return Inserted::Orphaned {
                first: seq + 1,
                last,
            };
        }
        Inserted::Dead
    }

    /// Takes a complete run out.
    pub(crate) fn extract(&mut self, first: u64, last: u64) -> Option<Whole> {
        let count = usize::try_from(last - first + 1).ok()?;
        let mut data = Chunks::with_capacity(count);
        let mut pinned = 0;
        let mut header = None;
        for seq in first..=last {
            let slot = self.slot_mut(seq)?;
            if let Slot::Held { fragment, .. } = std::mem::replace(slot, Slot::Vacant) {
                pinned += fragment.pinned;
                header.get_or_insert(fragment.header);
                data.push(fragment.payload);
            }
        }
        let header: Data = header?;
        let charge = data.len() + count * ENTRY;
        let ordered = header.flags & UNORDERED == 0;
        let ppid: Ppid = header.ppid;
        let message = Received {
            ppid,
            ordered,
            data,
        };
        let item = Unread {
            message,
            charge,
            pinned,
        };
        Some(Whole {
            stream: header.stream,
            ssn: header.ssn,
            last,
            item,
        })
    }

    /// Gives a run up.
    pub(crate) fn kill(&mut self, first: u64, last: u64) -> Option<Killed> {
        let mut killed: Option<Killed> = None;
        for seq in first..=last {
            let Some(slot) = self.slot_mut(seq) else {
                continue;
            };
            let ends = matches!(slot, Slot::Held { fragment, .. } if fragment.ends());
            if let Slot::Held { fragment, .. } = std::mem::replace(slot, Slot::Dead { ends }) {
                let header = fragment.header;
                let killed = killed.get_or_insert(Killed {
                    header,
                    charge: 0,
                    pinned: 0,
                });
                killed.charge += fragment.payload.len() + ENTRY;
                killed.pinned += fragment.pinned;
            }
        }
        killed
    }

    /// Gives up every run that misses something up to `target`, or that `skipped` names. Returns
    /// what that frees: charge and pinned octets.
    pub(crate) fn forward(
        &mut self,
        target: u64,
        skipped: impl Fn(&Data) -> bool,
    ) -> (usize, usize) {
        let mut freed = (0, 0);
        let mut seq = self.base;
        while seq <= target + 1
            && self
                .index(seq)
                .is_some_and(|index| index < self.slots.len())
        {
            let Some(Slot::Held {
                fragment, other, ..
            }) = self.slot(seq)
            else {
                seq += 1;
                continue;
            };
            let last = *other;
            let headless = !fragment.begins();
            let named = seq <= target && skipped(&fragment.header);
            let cut = last < target && !self.is_held(last, Fragment::ends);
            if (headless || named || cut)
                && let Some(killed) = self.kill(seq, last)
            {
                freed.0 += killed.charge;
                freed.1 += killed.pinned;
            }
            seq = last + 1;
        }
        freed
    }

    /// Forgets the slots at the front that are done with.
    #[inline]
    pub(crate) fn trim(&mut self, cumulative: u64) {
        while self.base <= cumulative {
            match self.slots.front() {
                Some(Slot::Vacant | Slot::Dead { .. }) => {
                    self.slots.pop_front();
                    self.base += 1;
                }
                Some(Slot::Held { .. }) => return,
                None => {
                    self.base = cumulative + 1;
                    return;
                }
            }
        }
    }
}
