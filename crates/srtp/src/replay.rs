/// Which of the newest indices were used (RFC 3711, section 3.3.2).
#[derive(Clone, Debug)]
pub(crate) struct ReplayWindow {
    highest: Option<u64>,
    /// A ring of bits: that of an index is at the index modulo the number of bits.
    bits: Box<[u64]>,
}

/// What a window knows about an index.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Seen {
    New,
    Used,
    TooOld,
}

impl ReplayWindow {
    /// A window of `len` indices, a multiple of 64.
    pub(crate) fn new(len: u16) -> Self {
        Self {
            highest: None,
            bits: vec![0; usize::from(len / 64).max(1)].into(),
        }
    }

    /// The highest index used.
    pub(crate) const fn highest(&self) -> Option<u64> {
        self.highest
    }

    /// Whether `index` may be used.
    pub(crate) fn look(&self, index: u64) -> Seen {
        let Some(highest) = self.highest else {
            return Seen::New;
        };
        if index > highest {
            return Seen::New;
        }
        if highest - index >= self.len() {
            return Seen::TooOld;
        }
        let (word, mask) = self.place(index);
        if self.bits.get(word).is_some_and(|word| word & mask == 0) {
            Seen::New
        } else {
            Seen::Used
        }
    }

    /// Notes that `index` is used, which [`look`](Self::look) found new.
    pub(crate) fn mark(&mut self, index: u64) {
        match self.highest {
            Some(highest) if index <= highest => {}
            Some(highest) if index - highest < self.len() => {
                for skipped in highest + 1..index {
                    let (word, mask) = self.place(skipped);
                    if let Some(word) = self.bits.get_mut(word) {
                        *word &= !mask;
                    }
                }
                self.highest = Some(index);
            }
            Some(_) => {
                self.bits.fill(0);
                self.highest = Some(index);
            }
            None => self.highest = Some(index),
        }
        let (word, mask) = self.place(index);
        if let Some(word) = self.bits.get_mut(word) {
            *word |= mask;
        }
    }

    fn len(&self) -> u64 {
        u64::try_from(self.bits.len()).unwrap_or(1) * 64
    }

    fn place(&self, index: u64) -> (usize, u64) {
        let bit = index % self.len();
        (
            usize::try_from(bit / 64).unwrap_or(usize::MAX),
            1 << (bit % 64),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_window_agrees_with_a_set(
            len in prop::sample::select(vec![64_u16, 128, 1024]),
            steps in prop::collection::vec((any::<bool>(), 0_u64..1500), 1..400),
        ) {
            let mut window = ReplayWindow::new(len);
            let mut used = BTreeSet::new();
            let mut at = 5000_u64;
            for (forward, step) in steps {
                at = if forward { at + step % 70 } else { at.saturating_sub(step) };
                let highest = used.last().copied();
                let expected = match highest {
                    Some(highest) if at + u64::from(len) <= highest => Seen::TooOld,
                    _ if used.contains(&at) => Seen::Used,
                    _ => Seen::New,
                };
                prop_assert_eq!(window.look(at), expected);
                if expected == Seen::New {
                    window.mark(at);
                    used.insert(at);
                }
                at = at.max(highest.unwrap_or(0));
            }
        }
    }
}
