use std::fmt;
use std::ops::Deref;

use stonechat_rtp::extension::MixerLevels;

/// How loud each contributing source of a packet or frame is in −dBov, 0 (loudest) to 127
/// (silence), in the order of the sources, as far as the mixer says so (RFC 6465).
///
/// It is read as a slice, and is a value of its own: no packet costs an allocation for it.
#[derive(Clone, Copy, Default, Eq, Hash, PartialEq)]
pub struct ContributingLevels {
    len: u8,
    levels: [u8; MAX],
}

/// Contributing sources that a packet can have.
const MAX: usize = 15;

impl Deref for ContributingLevels {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        self.levels.get(..self.len.into()).unwrap_or_default()
    }
}

impl From<MixerLevels<'_>> for ContributingLevels {
    fn from(mixed: MixerLevels<'_>) -> Self {
        let mut this = Self::default();
        for (slot, level) in this.levels.iter_mut().zip(mixed.levels()) {
            *slot = level;
            this.len += 1;
        }
        this
    }
}

impl fmt::Debug for ContributingLevels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_kept_in_order() {
        let most: Vec<u8> = (100..115).collect();
        for levels in [&[0, 127, 3][..], &most] {
            let kept = MixerLevels::new(levels).map(ContributingLevels::from);
            assert_eq!(kept.as_deref(), Some(levels));
        }
        assert_eq!(*ContributingLevels::default(), []);
    }
}
