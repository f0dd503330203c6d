//! The round trip of who receives only: our clock in reports of what was received, and the time
//! since the peer's came in sender reports (RFC 3611, sections 4.4 and 4.5).

use std::time::{Duration, Instant};

use stonechat_rtcp::{CompoundWriter, DlrrEntry, ExtendedReport, Records, XrBlock};
use stonechat_rtp::{CompactNtp, NtpTime, Ssrc};

use super::Streams;

/// The peer's clocks, each with the source that told it, the newest last.
#[derive(Debug, Default)]
pub(super) struct ReferenceTimes {
    times: Vec<ReferenceTime>,
    /// Where the next block begins, if not all fit one.
    next: usize,
}

#[derive(Clone, Copy, Debug)]
struct ReferenceTime {
    ssrc: Ssrc,
    time: CompactNtp,
    at: Instant,
}

impl ReferenceTimes {
    fn note(&mut self, now: Instant, ssrc: Ssrc, time: NtpTime) {
        self.times.retain(|known| known.ssrc != ssrc);
        if self.times.len() >= MAX_ENTRIES {
            self.times.remove(0);
        }
        self.times.push(ReferenceTime {
            ssrc,
            time: time.compact(),
            at: now,
        });
    }

    fn forget_old(&mut self, now: Instant) {
        self.times
            .retain(|known| now.saturating_duration_since(known.at) < MAX_AGE);
    }

    /// How many entries a block of at most `max` octets has.
    fn count(&self, max: usize) -> usize {
        let fitting = max.saturating_sub(BLOCK_HEAD) / ENTRY_LEN;
        self.times.len().min(fitting)
    }

    /// The next entries in turn.
    fn entries(&self, now: Instant, count: usize) -> impl Iterator<Item = DlrrEntry> {
        let turn = self.times.iter().cycle().skip(self.next);
        let count = if self.times.is_empty() { 0 } else { count };
        turn.take(count).map(move |known| {
            let delay = CompactNtp::from_duration(now.saturating_duration_since(known.at));
            DlrrEntry {
                ssrc: known.ssrc,
                last_receiver_report: known.time,
                // Zero would say that there was none.
                delay_since_last: CompactNtp(delay.0.max(1)),
            }
        })
    }

    fn advance(&mut self, count: usize) {
        self.next = (self.next + count) % self.times.len().max(1);
    }
}

impl Streams {
    /// Takes in an extended report: the peer's clock, or what it answers to ours. `with_sender`:
    /// whether it follows the sender report of its source, in the same compound.
    pub(super) fn on_extended_report(
        &mut self,
        now: Instant,
        report: &ExtendedReport<'_>,
        with_sender: bool,
    ) {
        for block in report.blocks.iter() {
            match block {
                XrBlock::ReceiverReferenceTime(time) if self.rtcp.max_delay_block > 0 => {
                    self.reference_times.note(now, report.ssrc, time);
                }
                XrBlock::DelaySinceLast(entries) if self.rtcp.asks_round_trip => {
                    let ssrc = Some(report.ssrc).filter(|_| with_sender);
                    self.on_delays(now, ssrc, entries);
                }
                _ => {}
            }
        }
    }

    /// The peer answers our clock: the newest answer counts, under whichever of our sources it was
    /// told. In statistics only what comes with the report of a sender does.
    fn on_delays(&mut self, now: Instant, sender: Option<Ssrc>, entries: Records<'_, DlrrEntry>) {
        let now = self.wire.ntp(now).compact();
        let ours = entries.iter().filter(|entry| {
            let is_ours = entry.ssrc == self.own_source || self.sources.contains_key(&entry.ssrc);
            is_ours && entry.last_receiver_report.0 != 0 && entry.delay_since_last.0 != 0
        });
        let newest = ours.min_by_key(|entry| now.wrapping_sub(entry.last_receiver_report).0);
        let Some(entry) = newest else { return };
        let trip = now
            .wrapping_sub(entry.last_receiver_report)
            .wrapping_sub(entry.delay_since_last);
        // Beyond it is a clock that went backwards, not a round trip of hours.
        if trip.0 >= crate::sender::MAX_ROUND_TRIP {
            return;
        }
        let trip = trip.to_duration();
        let listening = sender
            .and_then(|ssrc| self.router.find(ssrc))
            .and_then(|key| self.receivers.get_mut(key));
        if let Some(receiver) = listening
            && receiver.stats.ssrc == sender
        {
            receiver.on_round_trip(trip);
        }
        self.measure_round_trip(trip);
    }

    /// Octets that answers to the peer's clocks take in each sender report.
    pub(super) fn delay_report_len(&self) -> usize {
        match self.reference_times.count(self.rtcp.max_delay_block) {
            0 => 0,
            count => XR_HEAD + BLOCK_HEAD + count * ENTRY_LEN,
        }
    }

    /// Octets that our clock takes in a compound.
    pub(super) const fn reference_report_len(&self) -> usize {
        if self.rtcp.asks_round_trip {
            XR_HEAD + BLOCK_HEAD + 8
        } else {
            0
        }
    }

    /// Answers the peer's clocks in the name of a sender.
    pub(super) fn write_delays(&mut self, now: Instant, ssrc: Ssrc, out: &mut CompoundWriter<'_>) {
        self.reference_times.forget_old(now);
        let count = self.reference_times.count(self.rtcp.max_delay_block);
        if count == 0 {
            return;
        }
        let mut entries = [DlrrEntry::default(); MAX_ENTRIES];
        let filled = entries
            .iter_mut()
            .zip(self.reference_times.entries(now, count));
        filled.for_each(|(slot, entry)| *slot = entry);
        let entries = entries.get(..count).unwrap_or_default();
        let blocks = [XrBlock::DelaySinceLast(entries.into())];
        let _ = out.push(&ExtendedReport {
            ssrc,
            blocks: (&blocks).into(),
        });
        self.reference_times.advance(count);
    }

    /// Tells our clock.
    pub(super) fn write_reference_time(
        &self,
        now: Instant,
        ssrc: Ssrc,
        out: &mut CompoundWriter<'_>,
    ) {
        if !self.rtcp.asks_round_trip {
            return;
        }
        let blocks = [XrBlock::ReceiverReferenceTime(self.wire.ntp(now))];
        let _ = out.push(&ExtendedReport {
            ssrc,
            blocks: (&blocks).into(),
        });
    }
}

const XR_HEAD: usize = 8;
const BLOCK_HEAD: usize = 4;
const ENTRY_LEN: usize = 12;
/// Clocks of the peer that are remembered.
const MAX_ENTRIES: usize = 16;
/// How long one is answered.
const MAX_AGE: Duration = Duration::from_secs(30);
