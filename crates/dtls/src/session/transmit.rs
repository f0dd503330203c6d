//! What goes out: flights and their repetition, alerts, application data.

use std::time::{Duration, Instant};

use stonechat_sansio::{Frame, Timers};

use crate::alert::Alert;
use crate::flight::Repetition;
use crate::handshake::FragmentHeader;
use crate::record::epoch::{Epoch, WriteFault};
use crate::record::{ContentType, MAX_PLAINTEXT};
use crate::stats::DropReason;
use crate::timer::Timer;
use crate::{CloseReason, Config};

use super::{Phase, Session};

/// How often a flight is repeated at most because the peer repeated its own.
const ANSWERED_LIMIT: u32 = 64;

/// How the current flight is repeated (RFC 6347, section 4.2.4.1).
#[derive(Debug)]
pub(super) struct Repeats {
    /// The flight that the other fields are about.
    flight: u32,
    count: u32,
    answered: u32,
    interval: Duration,
    /// When the flight was last written to its end.
    written: Option<Instant>,
    /// Whether the flight was heard, so that silence means nothing.
    heard: bool,
}

impl Repeats {
    pub(super) const fn new(config: &Config, flight: u32) -> Self {
        Self {
            flight,
            count: 0,
            answered: 0,
            interval: config.initial_retransmit,
            written: None,
            heard: false,
        }
    }

    /// The flight was heard.
    pub(super) fn stop(&mut self, timers: &mut Timers<Timer>) {
        self.heard = true;
        timers.stop(Timer::Retransmit);
    }
}

impl Session {
    pub(super) fn transmit(&mut self, now: Instant, out: &mut Frame<'_>) -> Option<()> {
        match self.phase {
            Phase::Handshaking(_) | Phase::Connected(_) => self
                .transmit_alert(out)
                .or_else(|| self.transmit_flight(now, out)),
            Phase::Closing {
                alert: Some(alert),
                reason,
            } => {
                self.phase = Phase::Closing {
                    alert: None,
                    reason,
                };
                self.write_alert(alert, out)
            }
            Phase::Closing { alert: None, .. } | Phase::Closed(_) => None,
        }
    }

    /// Writes a warning that is owed.
    fn transmit_alert(&mut self, out: &mut Frame<'_>) -> Option<()> {
        let alert = self.warning.take()?;
        self.write_alert(alert, out)
    }

    fn write_alert(&mut self, alert: Alert, out: &mut Frame<'_>) -> Option<()> {
        let epoch = if self.records.can_write() {
            Epoch::Protected
        } else {
            Epoch::Plain
        };
        self.records
            .write(epoch, ContentType::Alert, out, |out| {
                out.put_slice(&alert.encode())
            })
            .ok()?;
        self.stats.records_sent += 1;
        Some(())
    }

    fn transmit_flight(&mut self, now: Instant, out: &mut Frame<'_>) -> Option<()> {
        if self.repeats.flight != self.flight.number() {
            self.timers.stop(Timer::Retransmit);
            self.repeats = Repeats::new(&self.config, self.flight.number());
        }
        if !self.flight.is_pending() {
            return None;
        }
        let before = out.len();
        out.narrow(self.config.max_datagram);
        match self.flight.fill(&mut self.records, out) {
            Ok(()) | Err(WriteFault::Full) => {}
            Err(WriteFault::Unusable) => {
                self.end(CloseReason::KeysExhausted, None);
                return None;
            }
        }
        let written = out.len().saturating_sub(before);
        if written == 0 {
            return None;
        }
        self.begun = true;
        self.stats.handshake_datagrams_sent += 1;
        self.stats.handshake_octets_sent += u64::try_from(written).unwrap_or(u64::MAX);
        self.stats.records_sent += 1;
        if !self.flight.is_pending() {
            self.repeats.written = Some(now);
            if self.flight.repetition() == Repetition::Timed && !self.repeats.heard {
                self.timers
                    .set(Timer::Retransmit, now + self.repeats.interval);
            }
        }
        Some(())
    }

    pub(super) fn on_retransmit_timer(&mut self) {
        if self.repeats.flight != self.flight.number() || self.flight.is_pending() {
            return;
        }
        if self.has_given_up() {
            return;
        }
        if self.repeats.count >= self.config.max_retransmissions {
            return self.end(CloseReason::TimedOut, None);
        }
        self.repeats.count += 1;
        self.repeats.interval = self
            .repeats
            .interval
            .saturating_mul(2)
            .min(self.config.max_retransmit);
        self.stats.retransmissions += 1;
        self.flight.rewind();
    }

    /// The peer repeats a message: if it is the end of what our flight answered, that answer was
    /// lost.
    //= https://www.rfc-editor.org/rfc/rfc6347#section-4.2.4
    //# The implementation reads a retransmitted flight from the peer: the implementation
    //# transitions to the SENDING state, where it retransmits the flight, resets the retransmit
    //# timer, and returns to the WAITING state.
    pub(super) fn on_repeated(&mut self, now: Instant, epoch: Epoch, header: FragmentHeader) {
        let ours = self.flight.answered().is_some_and(|answered| {
            answered.sequence == header.sequence && answered.epoch == epoch
        });
        if !ours
            || self.repeats.heard
            || self.flight.is_pending()
            || self.repeats.flight != self.flight.number()
            || self.repeats.answered >= ANSWERED_LIMIT
        {
            return;
        }
        // What was only duplicated on the way comes at once; what was repeated comes later.
        let pause = self.config.initial_retransmit / 4;
        if self
            .repeats
            .written
            .is_some_and(|written| now < written + pause)
        {
            return;
        }
        self.repeats.answered += 1;
        self.stats.answered_retransmissions += 1;
        self.timers.stop(Timer::Retransmit);
        self.flight.rewind();
    }

    pub(super) fn seal_data(&mut self, record: &mut Frame<'_>) {
        let connected = matches!(self.phase, Phase::Connected(_));
        if !connected || record.len() > MAX_PLAINTEXT {
            self.stats.drop(DropReason::Unsealed);
            record.truncate(0);
        }
        if !connected {
            return;
        }
        if self
            .records
            .seal(ContentType::ApplicationData, record)
            .is_err()
        {
            record.body_mut().fill(0);
            self.stats.drop(DropReason::Unsealed);
            return self.end(CloseReason::Internal, None);
        }
        self.stats.records_sent += 1;
        if self.records.overhead(Epoch::Protected).is_none() {
            self.end(CloseReason::KeysExhausted, None);
        }
    }
}
