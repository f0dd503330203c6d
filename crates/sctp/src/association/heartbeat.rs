//! HEARTBEAT (RFC 9260, section 8.3).

use std::time::Instant;

use bytes::Bytes;

use super::Core;
use crate::packet::u16_at;
use crate::parameter::HEARTBEAT_INFO;
use crate::state::Phase;
use crate::stats::DropReason;
use crate::timer::Timer;

/// Answers owed at a time, and the largest information that is returned.
const MAX_OWED: usize = 2;
const MAX_INFO: usize = 1024;

impl Core {
    pub(super) fn start_heartbeat_timer(&mut self, now: Instant) {
        let Some(interval) = self.config.heartbeat_interval else {
            return;
        };
        let jitter = self.rto.get().mul_f64(self.rng.unit() + 0.5);
        self.timers.set(Timer::Heartbeat, now + interval + jitter);
    }

    pub(super) fn on_heartbeat_timeout(&mut self) {
        if !self.phase.is_up() {
            return;
        }
        if self.heartbeat_nonce.take().is_some() && self.count_failure() {
            return;
        }
        let now = self.clock.now();
        let busy = !self.outstanding.is_empty()
            || self
                .config
                .heartbeat_interval
                .is_some_and(|interval| now.saturating_duration_since(self.last_sent) < interval);
        if !busy && matches!(self.phase, Phase::Established) {
            self.owed.heartbeat = true;
        }
        self.start_heartbeat_timer(now);
    }

    /// The value of a HEARTBEAT that is sent now.
    pub(super) fn heartbeat_value(&mut self, now: Instant) -> [u8; 12] {
        let nonce = self.rng.next_u64();
        self.heartbeat_nonce = Some((nonce, now));
        let mut value = [0; 12];
        let (head, rest) = value.split_at_mut(4);
        head.copy_from_slice(&[0, 1, 0, 12]);
        rest.copy_from_slice(&nonce.to_be_bytes());
        value
    }

    pub(super) fn on_heartbeat(&mut self, value: &[u8]) {
        if !self.phase.is_up() {
            return self.drop(DropReason::Unexpected);
        }
        if self.owed.heartbeat_acks.len() < MAX_OWED && value.len() <= MAX_INFO {
            self.owed
                .heartbeat_acks
                .push_back(Bytes::copy_from_slice(value));
        } else {
            self.drop(DropReason::ReplyQueue);
        }
    }

    pub(super) fn on_heartbeat_ack(&mut self, now: Instant, value: &[u8]) {
        let nonce = value.get(4..).and_then(|info| info.first_chunk::<8>());
        let ours = u16_at(value, 0) == Some(HEARTBEAT_INFO) && value.len() == 12;
        match (self.heartbeat_nonce, nonce.filter(|_| ours)) {
            (Some((sent, at)), Some(nonce)) if sent == u64::from_be_bytes(*nonce) => {
                self.heartbeat_nonce = None;
                self.failures = 0;
                self.rto.measure(now.saturating_duration_since(at));
            }
            _ => self.drop(DropReason::BadHeartbeat),
        }
    }
}
