use std::collections::VecDeque;
use std::time::{Duration, Instant};

use stonechat_rtp::{ExtendedSequence, SequenceNumber};

/// What is missing and when to ask for it (RFC 4585, section 6.2.1).
#[derive(Debug, Default)]
pub(crate) struct NackList {
    missing: VecDeque<Missing>,
    highest: Option<ExtendedSequence>,
    /// How far packets were seen to come out of order lately: gaps younger than that wait.
    depth: u64,
    in_order: u32,
    next: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
struct Missing {
    sequence: ExtendedSequence,
    noticed: Instant,
    asked: Option<Instant>,
    times: u8,
}

/// What bounds the list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NackLimits {
    pub(crate) len: usize,
    pub(crate) retries: u8,
}

impl NackList {
    /// Takes in a packet of the stream; `Some` with the time since it was asked for, if it was
    /// asked for exactly once. Returns whether the list overflowed as the second value.
    pub(crate) fn on_packet(
        &mut self,
        now: Instant,
        sequence: ExtendedSequence,
        recovered: bool,
        limits: NackLimits,
    ) -> (Option<Duration>, bool) {
        let Some(highest) = self.highest else {
            self.highest = Some(sequence);
            return (None, false);
        };
        if sequence <= highest {
            return (self.on_late(now, sequence, recovered, highest), false);
        }
        self.highest = Some(sequence);
        self.in_order += 1;
        if self.in_order >= CALM {
            self.in_order = 0;
            self.depth = self.depth.saturating_sub(1);
        }
        let gap = sequence.0 - highest.0 - 1;
        let kept = u64::try_from(limits.len).unwrap_or(u64::MAX).min(gap);
        for number in sequence.0 - kept..sequence.0 {
            let sequence = ExtendedSequence(number);
            self.missing.push_back(Missing {
                sequence,
                noticed: now,
                asked: None,
                times: 0,
            });
        }
        let mut overflow = kept < gap;
        while self.missing.len() > limits.len
            || self
                .missing
                .front()
                .is_some_and(|front| sequence.0 - front.sequence.0 > MAX_AGE)
        {
            self.missing.pop_front();
            overflow = true;
        }
        if !self.missing.is_empty() {
            // At once, or when the reordering seen lately is ruled out.
            let at = if self.depth == 0 {
                now
            } else {
                self.next.unwrap_or(now + TICK)
            };
            if gap > 0 || self.depth > 0 {
                self.next = Some(self.next.map_or(at, |next| next.min(at)));
            }
            if self.depth > 0
                && self
                    .missing
                    .iter()
                    .any(|entry| self.is_ripe(entry, sequence))
            {
                self.next = Some(now);
            }
        }
        (None, overflow)
    }

    fn is_ripe(&self, entry: &Missing, highest: ExtendedSequence) -> bool {
        entry.asked.is_none() && highest.0 - entry.sequence.0 > self.depth
    }

    fn on_late(
        &mut self,
        now: Instant,
        sequence: ExtendedSequence,
        recovered: bool,
        highest: ExtendedSequence,
    ) -> Option<Duration> {
        let index = self
            .missing
            .binary_search_by_key(&sequence, |entry| entry.sequence)
            .ok()?;
        let entry = self.missing.remove(index)?;
        if self.missing.is_empty() {
            self.next = None;
        }
        match entry.asked {
            None if !recovered => {
                self.depth = self.depth.max(highest.0 - sequence.0).min(MAX_DEPTH);
                self.in_order = 0;
                None
            }
            Some(asked) if entry.times == 1 => now.checked_duration_since(asked),
            _ => None,
        }
    }

    /// Everything before `sequence` is given up.
    pub(crate) fn forget_before(&mut self, sequence: ExtendedSequence) {
        while self
            .missing
            .front()
            .is_some_and(|entry| entry.sequence < sequence)
        {
            self.missing.pop_front();
        }
        if self.missing.is_empty() {
            self.next = None;
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Self {
            depth: self.depth,
            ..Self::default()
        };
    }

    /// When something is to be asked for.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.next
    }

    /// Puts up to `max` numbers that are due into `out` and notes them as asked.
    pub(crate) fn collect(
        &mut self,
        now: Instant,
        round_trip: Duration,
        limits: NackLimits,
        max: usize,
        out: &mut Vec<SequenceNumber>,
    ) {
        let retry = round_trip.max(TICK);
        let Some(highest) = self.highest else { return };
        let depth = self.depth;
        let mut next: Option<Instant> = None;
        self.missing.retain_mut(|entry| {
            let mut due = match entry.asked {
                None if highest.0 - entry.sequence.0 > depth => now,
                None => entry.noticed + TICK,
                Some(asked) => asked + retry,
            };
            if due <= now {
                if entry.times >= limits.retries {
                    return false;
                }
                if out.len() < max {
                    out.push(entry.sequence.sequence());
                    entry.asked = Some(now);
                    entry.times += 1;
                    due = now + retry;
                } else {
                    due = now;
                }
            }
            next = Some(next.map_or(due, |next| next.min(due)));
            true
        });
        self.next = next;
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.missing.len()
    }
}

/// A gap is asked for no later than this after it was seen, and again no sooner.
const TICK: Duration = Duration::from_millis(20);
/// Packets that a missing one may lie behind.
const MAX_AGE: u64 = 10_000;
/// Packets of reordering that are waited for at most.
const MAX_DEPTH: u64 = 16;
/// Packets in order after which the depth shrinks by one.
const CALM: u32 = 100;

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: NackLimits = NackLimits {
        len: 10,
        retries: 3,
    };

    #[expect(clippy::disallowed_methods, reason = "an arbitrary instant")]
    fn start() -> Instant {
        Instant::now()
    }

    fn due(list: &mut NackList, now: Instant) -> Vec<u16> {
        let mut out = Vec::new();
        list.collect(now, Duration::from_millis(50), LIMITS, 100, &mut out);
        out.into_iter().map(|sequence| sequence.0).collect()
    }

    #[test]
    fn a_gap_is_asked_for_at_once_then_each_round_trip_then_given_up() {
        let now = start();
        let mut list = NackList::default();
        for number in [100, 103] {
            let _ = list.on_packet(now, ExtendedSequence(number), false, LIMITS);
        }
        assert_eq!(list.deadline(), Some(now));
        assert_eq!(due(&mut list, now), [101, 102]);
        assert_eq!(due(&mut list, now + Duration::from_millis(49)), []);
        let answered = list.on_packet(
            now + Duration::from_millis(49),
            ExtendedSequence(102),
            true,
            LIMITS,
        );
        assert_eq!(answered, (Some(Duration::from_millis(49)), false));
        assert_eq!(due(&mut list, now + Duration::from_millis(50)), [101]);
        assert_eq!(due(&mut list, now + Duration::from_millis(100)), [101]);
        assert_eq!(due(&mut list, now + Duration::from_millis(150)), []);
        assert_eq!((list.len(), list.deadline()), (0, None));
    }

    #[test]
    fn reordering_seen_once_delays_the_next_question() {
        let now = start();
        let mut list = NackList::default();
        for number in [100, 102, 101, 104] {
            let _ = list.on_packet(now, ExtendedSequence(number), false, LIMITS);
        }
        assert_eq!(due(&mut list, now), []);
        let _ = list.on_packet(now, ExtendedSequence(105), false, LIMITS);
        assert_eq!(due(&mut list, now), [103]);
    }

    #[test]
    fn the_list_is_bounded_whatever_the_jump() {
        let now = start();
        let mut list = NackList::default();
        let _ = list.on_packet(now, ExtendedSequence(1), false, LIMITS);
        let (_, overflow) = list.on_packet(now, ExtendedSequence(1 << 40), false, LIMITS);
        assert!(overflow);
        assert_eq!(list.len(), 10);
    }
}
