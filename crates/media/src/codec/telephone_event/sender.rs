use std::collections::VecDeque;
use std::time::{Duration, Instant};

use stonechat_rtp::{ClockRate, Timestamp};

use super::TelephoneEvent;

/// The time between two reports of an event: that of audio packets.
const INTERVAL: Duration = Duration::from_millis(20);
/// Reports of an end that are sent beside the first one (RFC 4733, section 2.5.1.4).
const REPEATS: u32 = 2;
/// Repeats that wait at the most.
const MAX_REPEATS: usize = 16;

/// A packet of an event.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct EventPacket {
    /// The RTP timestamp: when the event, or its segment, began.
    pub timestamp: Timestamp,
    /// The marker bit: set on the first packet of an event alone.
    pub marker: bool,
    /// The payload.
    pub payload: [u8; TelephoneEvent::LEN],
}

/// Plays events: says which packet is due when (RFC 4733, section 2.5.1).
///
/// Reports follow each other by 20 ms; the last one of an event, and of a segment of a long one, is
/// sent three times.
///
/// # Timing
///
/// [`deadline`](Self::deadline) says when [`poll`](Self::poll) has something. What is late is not
/// made up for: one report says all that those before it said.
#[derive(Clone, Debug)]
pub struct ToneSender {
    rate: ClockRate,
    playing: Option<Playing>,
    repeats: VecDeque<(Instant, EventPacket)>,
}

#[derive(Clone, Copy, Debug)]
struct Playing {
    start: Instant,
    length: Duration,
    event: u8,
    volume: u8,
    /// Of the segment.
    timestamp: Timestamp,
    /// Ticks of the segments before.
    before: u64,
    /// When the next report is due, since the start.
    next: Duration,
    first: bool,
}

impl ToneSender {
    /// Nothing plays. `rate` is that of the timestamps.
    #[must_use]
    pub const fn new(rate: ClockRate) -> Self {
        Self {
            rate,
            playing: None,
            repeats: VecDeque::new(),
        }
    }

    /// Begins an event that lasts `length`, in place of one that plays; `timestamp` is that of now.
    pub fn start(
        &mut self,
        now: Instant,
        timestamp: Timestamp,
        event: u8,
        volume: u8,
        length: Duration,
    ) {
        self.playing = Some(Playing {
            start: now,
            length: length.max(Duration::from_millis(1)),
            event,
            volume,
            timestamp,
            before: 0,
            next: INTERVAL.min(length),
            first: true,
        });
    }

    /// Stops without another report.
    pub fn stop(&mut self) {
        self.playing = None;
        self.repeats.clear();
    }

    /// Whether an event plays: audio is withheld.
    #[must_use]
    pub const fn is_playing(&self) -> bool {
        self.playing.is_some()
    }

    /// When the next packet is due.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let report = self.playing.and_then(Playing::due);
        let repeat = self.repeats.front().map(|(at, _)| *at);
        [report, repeat].into_iter().flatten().min()
    }

    /// The packet that is due; call it until there is none.
    pub fn poll(&mut self, now: Instant) -> Option<EventPacket> {
        let report = self.playing.and_then(Playing::due);
        if let Some((at, packet)) = self.repeats.front().copied()
            && at <= now
            && report.is_none_or(|report| at <= report)
        {
            self.repeats.pop_front();
            return Some(packet);
        }
        if report.is_none_or(|report| report > now) {
            return None;
        }
        let mut playing = self.playing.take()?;
        let (packet, ended) = playing.report(now, self.rate);
        if ended != Ended::Not {
            self.repeat(now, packet);
        }
        if ended != Ended::Event {
            self.playing = Some(playing);
        }
        Some(packet)
    }

    fn repeat(&mut self, now: Instant, packet: EventPacket) {
        let packet = EventPacket {
            marker: false,
            ..packet
        };
        for turn in 1..=REPEATS {
            if self.repeats.len() < MAX_REPEATS
                && let Some(at) = now.checked_add(INTERVAL.saturating_mul(turn))
            {
                self.repeats.push_back((at, packet));
            }
        }
    }
}

/// What a report ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Ended {
    Not,
    Segment,
    Event,
}

impl Playing {
    fn due(self) -> Option<Instant> {
        self.start.checked_add(self.next)
    }

    fn report(&mut self, now: Instant, rate: ClockRate) -> (EventPacket, Ended) {
        // All intervals that passed are one report.
        let passed = now.saturating_duration_since(self.start);
        while self.next.saturating_add(INTERVAL) <= passed && self.next < self.length {
            self.next = self.next.saturating_add(INTERVAL);
        }
        let at = self.next.min(self.length);
        let ticks = rate.ticks(at).saturating_sub(self.before).max(1);
        let (duration, ended) = match u16::try_from(ticks) {
            Ok(ticks) if at >= self.length => (ticks, Ended::Event),
            Ok(ticks) => (ticks, Ended::Not),
            Err(_) => (u16::MAX, Ended::Segment),
        };
        let report = TelephoneEvent {
            event: self.event,
            end: ended == Ended::Event,
            volume: self.volume,
            duration,
        };
        let packet = EventPacket {
            timestamp: self.timestamp,
            marker: std::mem::take(&mut self.first),
            payload: report.encode(),
        };
        if ended == Ended::Segment {
            self.before = self.before.saturating_add(u64::from(u16::MAX));
            self.timestamp = self.timestamp.wrapping_add(u32::from(u16::MAX));
        } else {
            self.next = self.next.saturating_add(INTERVAL).min(self.length);
        }
        (packet, ended)
    }
}
