use std::collections::VecDeque;

use stonechat_rtp::{ExtendedSequence, SequenceNumber};

/// Something about each packet of a stream: a ring without holes in its numbers.
#[derive(Debug)]
pub(super) struct Ring<T> {
    /// The number of the first of `slots`.
    base: u64,
    slots: VecDeque<T>,
}

impl<T: Default> Ring<T> {
    pub(super) const fn new() -> Self {
        Self {
            base: 0,
            slots: VecDeque::new(),
        }
    }

    pub(super) const fn base(&self) -> u64 {
        self.base
    }

    /// The number behind the last one.
    pub(super) fn end(&self) -> u64 {
        self.base + self.slots.len() as u64
    }

    /// The number of a packet, nearest to the last one.
    pub(super) fn number(&self, sequence: SequenceNumber) -> u64 {
        if self.slots.is_empty() {
            return (1 << 16) + u64::from(sequence.0);
        }
        ExtendedSequence(self.end()).nearest(sequence).0
    }

    /// The slot of `number`, made if it is new; `None` if it is older than the ring. At most `max`
    /// slots, at least one, stay.
    pub(super) fn enter(&mut self, number: u64, max: usize) -> Option<&mut T> {
        let max = max.max(1);
        if self.slots.is_empty() {
            self.base = number;
        }
        let index = usize::try_from(number.checked_sub(self.base)?).unwrap_or(usize::MAX);
        if index >= self.slots.len().saturating_add(max) {
            self.slots.clear();
            self.base = number;
        }
        while self.end() <= number {
            self.trim(max - 1);
            self.slots.push_back(T::default());
        }
        self.get_mut(number)
    }

    /// Forgets the oldest until at most `max` are left.
    pub(super) fn trim(&mut self, max: usize) {
        let excess = self.slots.len().saturating_sub(max);
        self.slots.drain(..excess);
        self.base += excess as u64;
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        let index = usize::try_from(number.checked_sub(self.base)?).ok()?;
        self.slots.get_mut(index)
    }

    /// The slots from `from` on.
    pub(super) fn range(&self, from: u64) -> impl Iterator<Item = &T> {
        let skipped = usize::try_from(from.saturating_sub(self.base)).unwrap_or(usize::MAX);
        self.slots.range(skipped.min(self.slots.len())..)
    }

    /// The slots from `from` on.
    pub(super) fn range_mut(&mut self, from: u64) -> impl Iterator<Item = &mut T> {
        let skipped = usize::try_from(from.saturating_sub(self.base)).unwrap_or(usize::MAX);
        let skipped = skipped.min(self.slots.len());
        self.slots.range_mut(skipped..)
    }
}

/// How many packets of each stream are remembered if `max` are of all together.
pub(super) fn share(max: usize, streams: usize) -> usize {
    (max / streams.max(1)).max(MIN_SHARE)
}

const MIN_SHARE: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_keeps_the_newest() {
        let mut ring = Ring::<u8>::new();
        let first = ring.number(SequenceNumber(65_530));
        for step in 0..20 {
            *ring.enter(first + step, 8).unwrap() = 1;
        }
        assert_eq!((ring.base(), ring.end()), (first + 12, first + 20));
        assert!(ring.enter(first + 11, 8).is_none());
        assert_eq!(ring.number(SequenceNumber(65_530)), first);
        assert_eq!(ring.number(SequenceNumber(14)), first + 20);
        // A jump far ahead leaves nothing of before, and no holes are made for it.
        *ring.enter(first + 30_000, 8).unwrap() = 2;
        assert_eq!((ring.base(), ring.end()), (first + 30_000, first + 30_001));
        // A jump within the bound leaves what fits.
        *ring.enter(first + 30_005, 8).unwrap() = 3;
        assert_eq!(
            ring.range(first).copied().collect::<Vec<_>>(),
            [2, 0, 0, 0, 0, 3]
        );
    }
}
