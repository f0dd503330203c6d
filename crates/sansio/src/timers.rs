use std::time::Instant;

/// The deadlines of one machine, by an enum of its timers.
///
/// Meant for the dozen timers of one machine: a sorted vector, no allocation after the first use.
#[derive(Clone, Debug)]
pub struct Timers<K> {
    /// Latest first, so that the next one is popped from the end.
    entries: Vec<(Instant, K)>,
}

impl<K> Default for Timers<K> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
        }
    }
}

impl<K: Copy + Eq> Timers<K> {
    /// No deadlines.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the deadline of `timer`, replacing an earlier one.
    #[inline]
    pub fn set(&mut self, timer: K, at: Instant) {
        self.stop(timer);
        let index = self.entries.partition_point(|(other, _)| *other > at);
        self.entries.insert(index, (at, timer));
    }

    /// Sets the deadline of `timer` unless it already has one.
    #[inline]
    pub fn set_if_stopped(&mut self, timer: K, at: Instant) {
        if self.get(timer).is_none() {
            self.set(timer, at);
        }
    }

    /// Forgets the deadline of `timer`.
    #[inline]
    pub fn stop(&mut self, timer: K) {
        self.entries.retain(|(_, other)| *other != timer);
    }

    /// Forgets all deadlines.
    #[inline]
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// The deadline of `timer`.
    #[inline]
    #[must_use]
    pub fn get(&self, timer: K) -> Option<Instant> {
        self.entries
            .iter()
            .find(|(_, other)| *other == timer)
            .map(|(at, _)| *at)
    }

    /// The nearest deadline.
    #[inline]
    #[must_use]
    pub fn next(&self) -> Option<Instant> {
        self.entries.last().map(|(at, _)| *at)
    }

    /// Takes one timer that is due at `now`, the earliest first.
    #[inline]
    pub fn expire(&mut self, now: Instant) -> Option<K> {
        if self.next()? > now {
            return None;
        }
        self.entries.pop().map(|(_, timer)| timer)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "an arbitrary instant")]
    fn timers_expire_in_order_and_only_when_due() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut timers = Timers::new();
        timers.set('b', at(20));
        timers.set('a', at(50));
        timers.set('c', at(30));
        timers.set('a', at(10));
        timers.set_if_stopped('a', at(90));
        assert_eq!(timers.next(), Some(at(10)));
        assert_eq!(timers.expire(at(9)), None);
        assert_eq!(timers.expire(at(25)), Some('a'));
        assert_eq!(timers.expire(at(25)), Some('b'));
        assert_eq!(timers.expire(at(25)), None);
        timers.stop('c');
        assert_eq!(timers.next(), None);
    }
}
