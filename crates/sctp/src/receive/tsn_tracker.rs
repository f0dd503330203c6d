use std::collections::VecDeque;

use crate::Tsn;

/// Which TSNs have arrived: everything up to a point, and ranges beyond it.
///
/// TSNs are counted on in 64 bits from the initial one, which is number 1.
#[derive(Debug)]
pub(crate) struct TsnTracker {
    initial: Tsn,
    cumulative: u64,
    /// First and last of each range, ascending, with holes between them.
    ranges: VecDeque<(u64, u64)>,
}

impl TsnTracker {
    pub(crate) const fn new(initial: Tsn) -> Self {
        Self {
            initial,
            cumulative: 0,
            ranges: VecDeque::new(),
        }
    }

    pub(crate) const fn cumulative(&self) -> u64 {
        self.cumulative
    }

    #[expect(clippy::cast_possible_truncation, reason = "TSNs wrap")]
    pub(crate) const fn cumulative_tsn(&self) -> Tsn {
        self.initial.previous().plus(self.cumulative as u32)
    }

    /// The number of `tsn`, or `None` if it is not after the cumulative one.
    #[inline]
    pub(crate) fn sequence(&self, tsn: Tsn) -> Option<u64> {
        let ahead = tsn.since(self.cumulative_tsn());
        (ahead != 0 && ahead < 1 << 31).then(|| self.cumulative + u64::from(ahead))
    }

    pub(crate) fn highest(&self) -> u64 {
        self.ranges
            .back()
            .map_or(self.cumulative, |(_, last)| *last)
    }

    pub(crate) fn has_gaps(&self) -> bool {
        !self.ranges.is_empty()
    }

    #[inline]
    pub(crate) fn contains(&self, seq: u64) -> bool {
        if seq <= self.cumulative {
            return true;
        }
        let index = self.ranges.partition_point(|(_, last)| *last < seq);
        self.ranges
            .get(index)
            .is_some_and(|(first, _)| *first <= seq)
    }

    /// Adds a number that is not yet contained.
    #[inline]
    pub(crate) fn insert(&mut self, seq: u64) {
        if seq == self.cumulative + 1 {
            self.cumulative = seq;
            self.absorb();
            return;
        }
        let index = self.ranges.partition_point(|(_, last)| *last < seq);
        let joins_next = self
            .ranges
            .get(index)
            .is_some_and(|(first, _)| *first == seq + 1);
        let previous = index.checked_sub(1);
        let joins_previous = previous
            .and_then(|previous| self.ranges.get(previous))
            .is_some_and(|(_, last)| *last + 1 == seq);
        match (joins_previous, joins_next) {
            (true, true) => {
                let last = self.ranges.remove(index).map_or(seq, |(_, last)| last);
                self.set_last(index - 1, last);
            }
            (true, false) => self.set_last(index - 1, seq),
            (false, true) => {
                if let Some(range) = self.ranges.get_mut(index) {
                    range.0 = seq;
                }
            }
            (false, false) => self.ranges.insert(index, (seq, seq)),
        }
    }

    fn set_last(&mut self, index: usize, last: u64) {
        if let Some(range) = self.ranges.get_mut(index) {
            range.1 = last;
        }
    }

    /// Moves the cumulative point to `target`, if that is ahead, and over what follows.
    pub(crate) fn forward(&mut self, target: u64) {
        self.cumulative = self.cumulative.max(target);
        self.absorb();
    }

    fn absorb(&mut self) {
        while let Some((first, last)) = self.ranges.front() {
            if *first > self.cumulative + 1 {
                break;
            }
            self.cumulative = self.cumulative.max(*last);
            self.ranges.pop_front();
        }
    }

    /// The ranges as gap blocks.
    pub(crate) fn gaps(&self, max: usize) -> impl Iterator<Item = (u16, u16)> + '_ {
        let offset = |seq: u64| u16::try_from(seq - self.cumulative).ok();
        self.ranges
            .iter()
            .map_while(move |(first, last)| Some((offset(*first)?, offset(*last)?)))
            .take(max)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use stonechat_sansio::Seed;

    use super::*;

    #[test]
    fn ranges_agree_with_a_plain_set() {
        for number in 0..200 {
            let mut rng = Seed::from_u64(number).rng();
            let mut tracker = TsnTracker::new(Tsn(u32::MAX - 20));
            let mut set = BTreeSet::new();
            for _ in 0..120 {
                let seq = u64::from(rng.below(60)) + 1;
                assert_eq!(tracker.contains(seq), set.contains(&seq), "seed {number}");
                if set.insert(seq) {
                    tracker.insert(seq);
                }
                let cumulative = (1..).take_while(|seq| set.contains(seq)).count() as u64;
                assert_eq!(tracker.cumulative(), cumulative, "seed {number}");
                let from_gaps: BTreeSet<u64> = tracker
                    .gaps(100)
                    .flat_map(|(a, b)| (a..=b).map(|at| cumulative + u64::from(at)))
                    .collect();
                let beyond = set
                    .iter()
                    .copied()
                    .filter(|seq| *seq > cumulative)
                    .collect();
                assert_eq!(from_gaps, beyond, "seed {number}");
            }
        }
    }

    #[test]
    fn a_tsn_behind_has_no_number() {
        let mut tracker = TsnTracker::new(Tsn(0));
        assert_eq!(tracker.sequence(Tsn(0)), Some(1));
        assert_eq!(tracker.sequence(Tsn(u32::MAX)), None);
        tracker.insert(1);
        assert_eq!(tracker.sequence(Tsn(0)), None);
        assert_eq!(tracker.cumulative_tsn(), Tsn(0));
    }
}
