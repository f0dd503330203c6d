//! SACK in (RFC 9260, section 6.2.1), and the retransmission timer (section 6.3).

use std::time::Instant;

use super::Core;
use crate::CloseReason;
use crate::Tsn;
use crate::chunk::sack::Sack;
use crate::congestion::Acked;
use crate::send::SackResult;
use crate::state::Phase;
use crate::stats::DropReason;
use crate::timer::Timer;

impl Core {
    pub(super) fn on_sack(&mut self, now: Instant, value: &[u8]) {
        if !self.phase.is_up() {
            return self.drop(DropReason::Unexpected);
        }
        let Some(sack) = Sack::parse(value) else {
            return self.drop(DropReason::MalformedChunk);
        };
        let before = self.peer_window;
        if self.acknowledge(now, sack.cumulative, sack.gaps()) {
            self.peer_window = sack.window as usize;
            self.watch_window(now, before);
        }
    }

    /// Takes over what the peer has received. Returns false if that is old or impossible.
    pub(super) fn acknowledge(
        &mut self,
        now: Instant,
        cumulative: Tsn,
        gaps: impl Iterator<Item = (u16, u16)>,
    ) -> bool {
        let flight_before = self.outstanding.flight();
        let recovering = self.recovery_exit.is_some();
        let Some(result) = self.outstanding.handle_sack(cumulative, gaps, recovering) else {
            self.drop(DropReason::BadSack);
            return false;
        };
        self.heard = true;
        self.release(result.released);
        if result.octets > 0 {
            self.failures = 0;
            self.grow_window(&result, flight_before, recovering);
        }
        if let Some(sent_at) = result.sample {
            self.rto.measure(now.saturating_duration_since(sent_at));
        }
        self.adjust_recovery(&result);
        self.abandon_lost(now);
        self.owe_forward_tsn(now);
        self.adjust_timer(now, &result);
        self.advance_shutdown(now);
        true
    }

    fn grow_window(&mut self, result: &SackResult, flight_before: usize, recovering: bool) {
        self.congestion.on_ack(Acked {
            octets: result.octets,
            flight_before,
            advanced: result.advanced,
            recovering,
            all: self.outstanding.is_empty(),
        });
        let packets = usize::from(self.config.max_burst) * self.config.max_chunk();
        self.burst = result
            .octets
            .saturating_mul(2)
            .saturating_add(packets)
            .max(self.burst);
    }

    /// Enters and leaves fast recovery (RFC 9260, section 7.2.4).
    fn adjust_recovery(&mut self, result: &SackResult) {
        if self
            .recovery_exit
            .is_some_and(|exit| self.outstanding.cumulative() >= exit)
        {
            self.recovery_exit = None;
        }
        if result.lost == 0 {
            return;
        }
        self.stats.fast_retransmissions += result.lost as u64;
        if self.recovery_exit.is_none() {
            self.congestion.on_loss();
            self.recovery_exit = Some(self.outstanding.newest());
            self.fast_retransmit = true;
        }
    }

    /// Rules R2 and R3 of RFC 9260, section 6.3.2.
    fn adjust_timer(&mut self, now: Instant, result: &SackResult) {
        if self.outstanding.is_empty() {
            self.timers.stop(Timer::Retransmit);
        } else if result.advanced {
            self.start_retransmit_timer(now);
        } else if result.reneged {
            self.timers
                .set_if_stopped(Timer::Retransmit, now + self.rto.get());
        }
    }

    pub(super) fn start_retransmit_timer(&mut self, now: Instant) {
        let timeout = if self.probes > 0 {
            self.rto.backed_off(self.probes)
        } else {
            self.rto.get()
        };
        self.heard = false;
        self.timers.set(Timer::Retransmit, now + timeout);
    }

    /// Notes when the peer's window closes and opens.
    fn watch_window(&mut self, now: Instant, before: usize) {
        let max_chunk = self.config.max_chunk();
        if self.peer_window >= max_chunk || self.peer_window > before {
            self.probes = 0;
            self.probe_now = false;
            self.timers.stop(Timer::ZeroWindow);
            if self.outstanding.is_empty() {
                self.timers.stop(Timer::Retransmit);
            }
        } else if self.peer_window == 0
            && let Some(limit) = self.config.zero_window_limit
            && (!self.queue.is_empty() || !self.outstanding.is_empty())
        {
            self.timers.set_if_stopped(Timer::ZeroWindow, now + limit);
        }
    }

    /// T3-rtx ran out (RFC 9260, section 6.3.3), or the time of a window probe has come.
    pub(super) fn on_retransmit_timeout(&mut self, now: Instant) {
        if self.outstanding.is_empty() {
            self.probe_now = true;
            self.probes = self.probes.saturating_add(1);
            return;
        }
        self.stats.timeouts += 1;
        let probing = self.peer_window == 0;
        if probing {
            self.probes = self.probes.saturating_add(1);
        }
        //= https://www.rfc-editor.org/rfc/rfc9260#section-6.1
        //# If the sender continues to receive SACK chunks from the peer
        //# while doing zero window probing, the unacknowledged window probes
        //# SHOULD NOT increment the error counter
        if !(probing && self.heard) && self.count_failure() {
            return;
        }
        if !probing {
            self.congestion.on_timeout();
            self.rto.back_off();
        }
        self.recovery_exit = None;
        self.fast_retransmit = probing;
        self.burst = self.burst.max(self.config.max_chunk());
        self.outstanding.lose_all();
        self.abandon_lost(now);
        self.owed.forward_tsn = self.outstanding.advance_point().is_some();
        self.start_retransmit_timer(now);
    }

    /// Counts a failure; returns true if it was one too many and the association has ended.
    pub(super) fn count_failure(&mut self) -> bool {
        self.failures = self.failures.saturating_add(1);
        if self.failures <= self.config.max_retransmissions {
            return false;
        }
        if !matches!(self.phase, Phase::Closed) {
            self.fail(CloseReason::TooManyRetransmissions);
        }
        true
    }
}
