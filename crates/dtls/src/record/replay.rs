/// Which record numbers of an epoch were seen (RFC 6347, section 4.1.2.6).
///
/// Moved by authenticated records only.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ReplayWindow {
    /// One more than the largest number seen.
    end: u64,
    /// Bit n is set if `end - 1 - n` was seen.
    seen: u128,
}

impl ReplayWindow {
    /// Whether `sequence` is new and not too old to tell.
    pub(crate) const fn admits(&self, sequence: u64) -> bool {
        if sequence >= self.end {
            return true;
        }
        let age = self.age(sequence);
        age < 128 && self.seen & (1 << age) == 0
    }

    /// How far a number lies behind the largest one seen.
    const fn age(&self, sequence: u64) -> u64 {
        self.end.saturating_sub(1).saturating_sub(sequence)
    }

    /// Notes that the record `sequence` was authentic.
    pub(crate) const fn note(&mut self, sequence: u64) {
        if sequence >= self.end {
            let step = sequence.saturating_sub(self.end).saturating_add(1);
            self.seen = if step < 128 { self.seen << step } else { 0 };
            self.seen |= 1;
            self.end = sequence.saturating_add(1);
        } else {
            let age = self.age(sequence);
            if age < 128 {
                self.seen |= 1 << age;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_of_the_window_is_admitted_once_in_any_order() {
        let mut window = ReplayWindow::default();
        for sequence in [5, 3, 0, 130, 129, 4, 1_000_000, (1 << 48) - 1] {
            let old = (window.end).saturating_sub(sequence) > 128;
            assert_eq!(window.admits(sequence), !old, "{sequence}");
            if !old {
                window.note(sequence);
            }
            assert!(!window.admits(sequence));
        }
        let mut window = ReplayWindow::default();
        window.note(200);
        assert!(window.admits(200 - 127) && !window.admits(200 - 128) && window.admits(201));
    }
}
