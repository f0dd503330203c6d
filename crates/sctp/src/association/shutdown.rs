//! Orderly shutdown (RFC 9260, section 9.2).

use std::time::Instant;

use bytes::Bytes;

use super::Core;
use crate::packet::u32_at;
use crate::state::Phase;
use crate::stats::DropReason;
use crate::timer::Timer;
use crate::{CloseReason, Tsn, chunk};

impl Core {
    pub(super) fn shutdown(&mut self, now: Instant) {
        match self.phase {
            Phase::New | Phase::CookieWait { .. } | Phase::CookieEchoed { .. } => {
                self.fail(CloseReason::Shutdown);
            }
            Phase::Established if self.farewell.is_none() => {
                self.enter(Phase::ShutdownPending);
                self.timers.set(Timer::Guard, now + self.config.rto_max * 5);
                self.advance_shutdown(now);
            }
            _ => {}
        }
    }

    /// Goes on once nothing is outstanding.
    pub(super) fn advance_shutdown(&mut self, _now: Instant) {
        if !self.outstanding.is_empty() || !self.queue.is_empty() {
            return;
        }
        match self.phase {
            Phase::ShutdownPending => self.enter(Phase::ShutdownSent { owed: true }),
            Phase::ShutdownReceived => self.enter(Phase::ShutdownAckSent { owed: true }),
            _ => {}
        }
    }

    pub(super) fn start_shutdown_timer(&mut self, now: Instant) {
        let timeout = self.rto.backed_off(self.failures);
        self.timers.set(Timer::Shutdown, now + timeout);
    }

    /// T2-shutdown ran out.
    pub(super) fn on_shutdown_timeout(&mut self) {
        if self.count_failure() {
            return;
        }
        if let Phase::ShutdownSent { owed } | Phase::ShutdownAckSent { owed } = &mut self.phase {
            *owed = true;
        }
    }

    pub(super) fn on_shutdown(&mut self, now: Instant, value: &[u8]) {
        let Some(cumulative) = u32_at(value, 0).map(Tsn) else {
            return self.drop(DropReason::MalformedChunk);
        };
        match self.phase {
            Phase::Established | Phase::ShutdownPending | Phase::ShutdownReceived => {
                if !self.acknowledge(now, cumulative, std::iter::empty()) {
                    return;
                }
                if !matches!(
                    self.phase,
                    Phase::ShutdownReceived | Phase::ShutdownAckSent { .. }
                ) {
                    self.enter(Phase::ShutdownReceived);
                }
                self.advance_shutdown(now);
            }
            Phase::ShutdownSent { .. } => self.enter(Phase::ShutdownAckSent { owed: true }),
            Phase::ShutdownAckSent { ref mut owed } => *owed = true,
            _ => self.drop(DropReason::Unexpected),
        }
    }

    pub(super) fn on_shutdown_ack(&mut self, now: Instant) {
        match self.phase {
            Phase::ShutdownSent { .. } | Phase::ShutdownAckSent { .. } => {
                self.part(
                    now,
                    chunk::SHUTDOWN_COMPLETE,
                    Bytes::new(),
                    CloseReason::Shutdown,
                );
            }
            _ => self.drop(DropReason::Unexpected),
        }
    }

    pub(super) fn on_shutdown_complete(&mut self) {
        if matches!(self.phase, Phase::ShutdownAckSent { .. }) {
            self.fail(CloseReason::Shutdown);
        } else {
            self.drop(DropReason::Unexpected);
        }
    }
}
