use std::collections::{BTreeMap, VecDeque};

use super::{Unread, Whole};
use crate::Ppid;
use crate::tsn::ssn_is_after;

/// One incoming stream that was used.
#[derive(Debug, Default)]
pub(crate) struct Inbound {
    /// The sequence number that is due.
    next: u16,
    /// Ordered messages that wait for others; `None` for one that was given up.
    waiting: BTreeMap<u16, Option<Unread>>,
    ready: VecDeque<Item>,
    /// Of each kind of notice, whether one is with the owner.
    pub(crate) announced: bool,
    pub(crate) too_large_announced: bool,
    pub(crate) reset_announced: bool,
    pub(crate) drained_announced: bool,
}

/// What the reader of a stream comes to.
#[derive(Debug)]
pub(crate) enum Item {
    Message(Unread),
    /// The stream was reset here.
    Reset,
}

impl Inbound {
    /// Takes a complete message in. Returns the octets that became readable, or `None` if it is of
    /// the past or came twice.
    pub(crate) fn push(&mut self, whole: Whole) -> Option<usize> {
        let Whole { ssn, item, .. } = whole;
        if !item.message.ordered {
            let charge = item.charge;
            self.ready.push_back(Item::Message(item));
            return Some(charge);
        }
        if ssn == self.next {
            let charge = item.charge;
            self.ready.push_back(Item::Message(item));
            self.next = self.next.wrapping_add(1);
            return Some(charge + self.drain());
        }
        if !ssn_is_after(ssn, self.next) || self.waiting.contains_key(&ssn) {
            return None;
        }
        self.waiting.insert(ssn, Some(item));
        Some(0)
    }

    /// Moves on over messages that wait and are due. Returns the octets that became readable.
    fn drain(&mut self) -> usize {
        let mut readable = 0;
        while let Some(item) = self.waiting.remove(&self.next) {
            self.next = self.next.wrapping_add(1);
            if let Some(item) = item {
                readable += item.charge;
                self.ready.push_back(Item::Message(item));
            }
        }
        readable
    }

    /// Does not wait for `ssn`: its message was given up.
    pub(crate) fn skip_one(&mut self, ssn: u16) -> usize {
        if ssn == self.next || ssn_is_after(ssn, self.next) {
            self.waiting.entry(ssn).or_insert(None);
        }
        self.drain()
    }

    /// Does not wait for anything up to `ssn` (RFC 3758, section 3.6).
    pub(crate) fn skip_to(&mut self, ssn: u16) -> usize {
        if ssn != self.next && !ssn_is_after(ssn, self.next) {
            return 0;
        }
        let mut stranded: Vec<u16> = self
            .waiting
            .keys()
            .copied()
            .filter(|waiting| !ssn_is_after(*waiting, ssn))
            .collect();
        stranded.sort_by_key(|waiting| waiting.wrapping_sub(self.next));
        let mut readable = 0;
        for waiting in stranded {
            if let Some(Some(item)) = self.waiting.remove(&waiting) {
                readable += item.charge;
                self.ready.push_back(Item::Message(item));
            }
        }
        self.next = ssn.wrapping_add(1);
        readable + self.drain()
    }

    /// Begins anew at sequence number 0. Returns charge and pinned octets of what can no longer
    /// be delivered.
    pub(crate) fn reset(&mut self) -> (usize, usize) {
        self.next = 0;
        let mut freed = (0, 0);
        for item in std::mem::take(&mut self.waiting).into_values().flatten() {
            freed.0 += item.charge;
            freed.1 += item.pinned;
        }
        if self
            .ready
            .back()
            .is_some_and(|last| matches!(last, Item::Message(_)))
        {
            self.ready.push_back(Item::Reset);
        }
        freed
    }

    pub(crate) fn peek(&self) -> Option<Ppid> {
        match self.ready.front()? {
            Item::Message(item) => Some(item.message.ppid),
            Item::Reset => None,
        }
    }

    pub(crate) fn pop(&mut self) -> Option<Unread> {
        match self.ready.pop_front()? {
            Item::Message(item) => Some(item),
            Item::Reset => None,
        }
    }

    /// Takes a reset that is next, and returns whether it was.
    pub(crate) fn pop_marker(&mut self) -> bool {
        let next = matches!(self.ready.front(), Some(Item::Reset));
        if next {
            self.ready.pop_front();
        }
        next
    }

    pub(crate) fn has_items(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Whether it is as if it had never been used.
    pub(crate) fn is_blank(&self) -> bool {
        self.next == 0
            && self.waiting.is_empty()
            && self.ready.is_empty()
            && !self.announced
            && !self.too_large_announced
            && !self.reset_announced
            && !self.drained_announced
    }
}
