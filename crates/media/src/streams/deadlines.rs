use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

use stonechat_sansio::{Map, Seed};

use crate::slots::Key;

/// Moments of objects, each at most one. Setting one allocates nothing once the tables have grown
/// to the number of objects.
#[derive(Debug)]
pub(super) struct Deadlines {
    of: Map<Key, Instant>,
    /// The nearest first, among them such as do not hold any more; never one of those in front.
    queue: BinaryHeap<Reverse<(Instant, Key)>>,
}

impl Deadlines {
    pub(super) fn new(seed: &Seed) -> Self {
        Self {
            of: Map::new(seed),
            queue: BinaryHeap::new(),
        }
    }

    /// Sets the moment of `key`, or that it has none.
    pub(super) fn set(&mut self, key: Key, at: Option<Instant>) {
        let old = match at {
            Some(at) => self.of.insert(key, at),
            None => self.of.swap_remove(&key),
        };
        if let Some(at) = at
            && old != Some(at)
        {
            let room = 2 * self.of.len();
            if self.queue.len() >= room {
                let of = &self.of;
                self.queue.retain(|entry| holds(of, entry));
            }
            self.queue.reserve(room.saturating_sub(self.queue.len()));
            self.queue.push(Reverse((at, key)));
        }
        self.tidy();
    }

    /// The nearest moment.
    pub(super) fn first(&self) -> Option<Instant> {
        self.queue.peek().map(|Reverse((at, _))| *at)
    }

    /// Takes out an object whose moment has come, the earliest first.
    pub(super) fn expire(&mut self, now: Instant) -> Option<Key> {
        let Reverse((at, key)) = *self.queue.peek()?;
        if at > now {
            return None;
        }
        self.set(key, None);
        Some(key)
    }

    fn tidy(&mut self) {
        while let Some(first) = self.queue.peek()
            && !holds(&self.of, first)
        {
            self.queue.pop();
        }
    }
}

fn holds(of: &Map<Key, Instant>, Reverse((at, key)): &Reverse<(Instant, Key)>) -> bool {
    of.get(key) == Some(at)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::slots::Slots;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "an arbitrary instant")]
    fn the_last_moment_of_each_counts_and_nothing_piles_up() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut slots = Slots::default();
        let [one, two, three] = [1, 2, 3].map(|number| slots.insert(number));
        let mut deadlines = Deadlines::new(&Seed::from_u64(1));
        for ms in (1_000..3_000).chain((10..1_000).rev()) {
            deadlines.set(one, Some(at(ms)));
            deadlines.set(two, Some(at(ms + 5)));
            deadlines.set(three, Some(at(ms)));
            assert_eq!(deadlines.first(), Some(at(ms)));
            deadlines.set(three, None);
            assert!(deadlines.queue.len() <= 6);
        }
        deadlines.set(one, Some(at(20)));
        assert_eq!(deadlines.first(), Some(at(15)));
        assert_eq!(deadlines.expire(at(14)), None);
        assert_eq!(deadlines.expire(at(30)), Some(two));
        assert_eq!(deadlines.expire(at(30)), Some(one));
        assert_eq!((deadlines.expire(at(30)), deadlines.first()), (None, None));
    }
}
