use std::time::{Duration, Instant};

/// What keeps video below the quality of its source (W3C `RTCQualityLimitationReason`).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Limitation {
    /// Nothing.
    #[default]
    None,
    /// The encoder has not enough processor time.
    Cpu,
    /// The path carries no more.
    Bandwidth,
    /// Something else.
    Other,
}

impl Limitation {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::None, Self::Cpu, Self::Bandwidth, Self::Other];
}

/// How long each [`Limitation`] has held.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Limitations {
    now: Limitation,
    since: Option<Instant>,
    totals: [Duration; 4],
    /// Times that the resolution changed while something limited.
    pub resolution_changes: u64,
}

impl Limitations {
    /// What holds now.
    #[must_use]
    pub const fn current(&self) -> Limitation {
        self.now
    }

    /// How long `limitation` has held in all until `now`.
    #[must_use]
    pub fn duration(&self, limitation: Limitation, now: Instant) -> Duration {
        let total = self.totals.get(limitation as usize).copied();
        let open = self
            .since
            .filter(|_| self.now == limitation)
            .map(|since| now.saturating_duration_since(since));
        total.unwrap_or_default() + open.unwrap_or_default()
    }

    pub(crate) fn set(&mut self, now: Instant, limitation: Limitation) {
        if self.now == limitation && self.since.is_some() {
            return;
        }
        if let Some(since) = self.since.replace(now)
            && let Some(total) = self.totals.get_mut(self.now as usize)
        {
            *total += now.saturating_duration_since(since);
        }
        self.now = limitation;
    }
}
