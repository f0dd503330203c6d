use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How many frames came during the last second.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FrameRate {
    times: VecDeque<Instant>,
}

impl FrameRate {
    pub(crate) fn on_frame(&mut self, now: Instant) {
        while self
            .times
            .front()
            .is_some_and(|at| now.saturating_duration_since(*at) >= SECOND)
        {
            self.times.pop_front();
        }
        if self.times.len() == MAX {
            self.times.pop_front();
        }
        self.times.push_back(now);
    }

    /// Frames of the second before `now`; at most 1,000 are known.
    #[must_use]
    pub fn per_second(&self, now: Instant) -> u32 {
        let recent = self
            .times
            .iter()
            .filter(|at| now.saturating_duration_since(**at) < SECOND)
            .count();
        u32::try_from(recent).unwrap_or(u32::MAX)
    }
}

const SECOND: Duration = Duration::from_secs(1);
const MAX: usize = 1_000;
