use std::collections::VecDeque;
use std::time::{Duration, Instant};

use stonechat_rtp::{ClockRate, Timestamp};

use super::{TelephoneEvent, key_of};

/// After such a time without a report an event has ended.
const SILENCE: Duration = Duration::from_millis(200);
/// Segments that came to their end and are remembered.
const REMEMBERED: usize = 32;
/// Reports that one packet may hold.
const MAX_REPORTS: usize = 16;
/// Events that wait to be taken; then the oldest goes.
const MAX_WAITING: usize = 64;

/// An event that ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ReceivedTone {
    /// The event.
    pub event: u8,
    /// Its RTP timestamp: when it began.
    pub timestamp: Timestamp,
    /// How long it lasted, as far as was reported.
    pub duration: Duration,
    /// The power of the tone below 0 dBm0, 0 to 63.
    pub volume: u8,
    /// Whether its end was reported, and not only that nothing came any more.
    pub complete: bool,
}

impl ReceivedTone {
    /// The key, if it is one of a telephone.
    #[must_use]
    pub fn key(&self) -> Option<char> {
        key_of(self.event)
    }
}

/// Puts reports together to events, each of which is told once, whatever was lost, repeated or
/// came out of order (RFC 4733, section 2.5.2).
#[derive(Clone, Debug)]
pub struct ToneReceiver {
    rate: ClockRate,
    current: Option<Current>,
    /// Segments that ended: their timestamps.
    ended: VecDeque<Timestamp>,
    waiting: VecDeque<ReceivedTone>,
}

#[derive(Clone, Copy, Debug)]
struct Current {
    event: u8,
    volume: u8,
    start: Timestamp,
    segment: Timestamp,
    /// Ticks of the segments before.
    before: u64,
    /// Ticks of this segment.
    ticks: u16,
    last: Instant,
}

impl ToneReceiver {
    /// Nothing was heard. `rate` is that of the timestamps.
    #[must_use]
    pub const fn new(rate: ClockRate) -> Self {
        Self {
            rate,
            current: None,
            ended: VecDeque::new(),
            waiting: VecDeque::new(),
        }
    }

    /// Takes in the payload of a packet; `false` if it is malformed.
    pub fn on_packet(&mut self, now: Instant, timestamp: Timestamp, payload: &[u8]) -> bool {
        let mut rest = payload;
        let mut timestamp = timestamp;
        let mut count = 0_usize;
        while !rest.is_empty() || count == 0 {
            let Ok((report, after)) = TelephoneEvent::parse(rest) else {
                return false;
            };
            count = count.saturating_add(1);
            if count > MAX_REPORTS {
                return false;
            }
            rest = after;
            if report.duration > 0 {
                self.on_report(now, timestamp, report);
            }
            // Events of one packet follow each other.
            timestamp = timestamp.wrapping_add(u32::from(report.duration));
        }
        true
    }

    fn on_report(&mut self, now: Instant, timestamp: Timestamp, report: TelephoneEvent) {
        if self.ended.contains(&timestamp) {
            return;
        }
        match &mut self.current {
            Some(current) if current.segment == timestamp && current.event == report.event => {
                current.ticks = current.ticks.max(report.duration);
                current.last = now;
            }
            Some(current) if current.goes_on(timestamp, report) => {
                let old = current.segment;
                current.before = current.before.saturating_add(u64::from(u16::MAX));
                current.segment = timestamp;
                current.ticks = report.duration;
                current.last = now;
                self.remember(old);
            }
            // A report from before what is heard now.
            Some(current) if !timestamp.is_newer_than(current.segment) => return,
            _ => {
                let newest = self.ended.back();
                if newest.is_some_and(|newest| !timestamp.is_newer_than(*newest)) {
                    return;
                }
                self.finish(false);
                self.current = Some(Current {
                    event: report.event,
                    volume: report.volume,
                    start: timestamp,
                    segment: timestamp,
                    before: 0,
                    ticks: report.duration,
                    last: now,
                });
            }
        }
        if report.end {
            self.finish(true);
        }
    }

    fn finish(&mut self, complete: bool) {
        let Some(current) = self.current.take() else {
            return;
        };
        self.remember(current.segment);
        let ticks = current.before.saturating_add(u64::from(current.ticks));
        if self.waiting.len() >= MAX_WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back(ReceivedTone {
            event: current.event,
            timestamp: current.start,
            duration: self.rate.duration(ticks),
            volume: current.volume,
            complete,
        });
    }

    fn remember(&mut self, timestamp: Timestamp) {
        if self.ended.len() >= REMEMBERED {
            self.ended.pop_front();
        }
        self.ended.push_back(timestamp);
    }

    /// When an event of which nothing is heard any more has ended.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.current?.last.checked_add(SILENCE)
    }

    /// Lets time pass.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.deadline().is_some_and(|at| at <= now) {
            self.finish(false);
        }
    }

    /// The next event that ended.
    pub fn poll(&mut self) -> Option<ReceivedTone> {
        self.waiting.pop_front()
    }

    /// How many events [`poll`](Self::poll) has.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }
}

impl Current {
    /// Whether a report is about the next segment of the same event.
    fn goes_on(&self, timestamp: Timestamp, report: TelephoneEvent) -> bool {
        self.event == report.event && timestamp == self.segment.wrapping_add(u32::from(u16::MAX))
    }
}
