//! The end: at once, or after one last packet.

use std::time::Instant;

use bytes::Bytes;

use super::{Core, FAREWELL, Farewell, Owed};
use crate::state::Phase;
use crate::timer::Timer;
use crate::{CloseReason, Event};

impl Core {
    /// Ends after a last packet of one chunk, which is waited for a little.
    pub(super) fn part(&mut self, now: Instant, kind: u8, value: Bytes, reason: CloseReason) {
        self.timers.clear();
        self.timers.set(Timer::Farewell, now + FAREWELL);
        self.farewell = Some(Farewell {
            kind,
            value,
            reason,
        });
    }

    /// The last packet was built, or nobody asked for it in time.
    pub(super) fn end_farewell(&mut self) {
        if let Some(farewell) = self.farewell.take() {
            self.fail(farewell.reason);
        }
    }

    /// Ends at once. What was received can still be read.
    pub(super) fn fail(&mut self, reason: CloseReason) {
        if matches!(self.phase, Phase::Closed) {
            return;
        }
        self.enter(Phase::Closed);
        self.timers.clear();
        self.farewell = None;
        self.owed = Owed::default();
        self.queue = crate::send::Queue::new(&self.seed);
        self.outstanding = crate::send::Outstanding::new(self.local.tsn);
        self.send_buffered = 0;
        self.has_blocked = false;
        self.events.push_back(Event::Closed(reason));
    }
}
