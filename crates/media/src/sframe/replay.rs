#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

/// Counters that are remembered.
const SIZE: u64 = 1_024;

/// Which of the last counters came.
#[derive(Clone, Debug, Default)]
pub(super) struct ReplayWindow {
    /// One behind the newest; 0 before the first.
    end: u128,
    bits: [u64; 16],
}

impl ReplayWindow {
    /// Notes an authentic counter; `false` if it came before or is too old to know.
    pub(super) fn insert(&mut self, counter: u64) -> bool {
        let place = u128::from(counter);
        if place >= self.end {
            let fresh = place.saturating_sub(self.end).saturating_add(1);
            if fresh >= u128::from(SIZE) {
                self.bits = [0; 16];
            } else {
                let mut skipped = self.end;
                while skipped < place {
                    self.set(skipped, false);
                    skipped = skipped.saturating_add(1);
                }
            }
            self.end = place.saturating_add(1);
            self.set(place, true);
            return true;
        }
        if self.end.saturating_sub(place) > u128::from(SIZE) {
            return false;
        }
        !self.set(place, true)
    }

    /// Sets one bit; returns what it was.
    fn set(&mut self, place: u128, value: bool) -> bool {
        let index = u64::try_from(place & u128::from(SIZE.wrapping_sub(1))).unwrap_or_default();
        let word = usize::try_from(index / 64).unwrap_or_default();
        let Some(word) = self.bits.get_mut(word) else {
            return false;
        };
        let mask = 1 << (index % 64);
        let old = *word & mask != 0;
        *word = if value { *word | mask } else { *word & !mask };
        old
    }
}
