use std::time::Instant;

use stonechat_rtp::{ClockRate, ExtendedSequence, SequenceNumber, Timestamp};

/// Counts of one incoming stream (RFC 3550, appendices A.1, A.3 and A.8).
#[derive(Debug)]
pub(crate) struct Statistics {
    base: ExtendedSequence,
    highest: ExtendedSequence,
    received: u64,
    /// The number after a jump: two in a row are a restart, one is noise.
    suspect: Option<SequenceNumber>,
    expected_prior: u64,
    received_prior: u64,
    transit: Option<(Instant, Timestamp)>,
    /// In ticks, with 4 fractional bits.
    jitter: u64,
}

/// What a sequence number turned out to be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Arrival {
    /// In the stream, in or out of order.
    Valid(ExtendedSequence),
    /// Far off; ignored until the next one confirms it.
    Suspect,
    /// The sender restarted: everything before is history.
    Restarted(ExtendedSequence),
}

impl Statistics {
    /// The statistics of a stream whose first packet has this number. It is in cycle 1, so that
    /// packets before it, in reordering, have numbers too.
    pub(crate) fn new(sequence: SequenceNumber) -> Self {
        let base = ExtendedSequence(CYCLE + u64::from(sequence.0));
        Self {
            base,
            highest: base,
            received: 0,
            suspect: None,
            expected_prior: 0,
            received_prior: 0,
            transit: None,
            jitter: 0,
        }
    }

    /// Takes in one packet. There is no probation: packets are authenticated before they come.
    pub(crate) fn on_packet(
        &mut self,
        sequence: SequenceNumber,
        timestamp: Timestamp,
        arrival: Instant,
        rate: ClockRate,
    ) -> Arrival {
        let extended = self.highest.nearest(sequence);
        let ahead = extended.0.saturating_sub(self.highest.0);
        let behind = self.highest.0.saturating_sub(extended.0);
        let mut result = Arrival::Valid(extended);
        if ahead >= MAX_DROPOUT || behind >= MAX_MISORDER {
            if self.suspect != Some(sequence) {
                self.suspect = Some(sequence.next());
                return Arrival::Suspect;
            }
            // Numbers only ever grow, so that nothing kept from before can be mistaken.
            let cycles = self.highest.cycles() + 2;
            let extended = ExtendedSequence((cycles << 16) + u64::from(sequence.0));
            *self = Self {
                base: extended,
                highest: extended,
                ..Self::new(sequence)
            };
            result = Arrival::Restarted(extended);
        } else if ahead > 0 {
            self.highest = extended;
        } else if extended < self.base {
            self.base = extended;
        }
        self.suspect = None;
        self.received += 1;
        self.measure(timestamp, arrival, rate);
        result
    }

    /// RFC 3550, appendix A.8, in integers; times are compared to the packet before.
    fn measure(&mut self, timestamp: Timestamp, arrival: Instant, rate: ClockRate) {
        if let Some((before, stamp)) = self.transit.replace((arrival, timestamp)) {
            let elapsed = match arrival.checked_duration_since(before) {
                Some(elapsed) => i64::try_from(rate.ticks(elapsed)).unwrap_or(i64::MAX),
                None => -i64::try_from(rate.ticks(before - arrival)).unwrap_or(i64::MAX),
            };
            let change = elapsed.saturating_sub(i64::from(timestamp.distance_from(stamp)));
            // A jump of the media clock says nothing about the network.
            let change = change.unsigned_abs().min(u64::from(rate.get()) * 10);
            self.jitter = (self.jitter + change).saturating_sub((self.jitter + 8) >> 4);
        }
    }

    /// The extended number nearest to the highest one.
    pub(crate) fn nearest(&self, sequence: SequenceNumber) -> ExtendedSequence {
        self.highest.nearest(sequence)
    }

    /// The highest number as a report carries it: cycles from 0.
    pub(crate) fn highest_reported(&self) -> u32 {
        ExtendedSequence(self.highest.0.saturating_sub(CYCLE)).low_32()
    }

    fn expected(&self) -> u64 {
        self.highest.0 - self.base.0 + 1
    }

    /// Packets lost in all; negative if duplicates outnumber them.
    pub(crate) fn lost(&self) -> i64 {
        let expected = i64::try_from(self.expected()).unwrap_or(i64::MAX);
        expected.saturating_sub(i64::try_from(self.received).unwrap_or(i64::MAX))
    }

    /// Interarrival jitter in ticks.
    pub(crate) fn jitter(&self) -> u32 {
        u32::try_from(self.jitter >> 4).unwrap_or(u32::MAX)
    }

    /// The fraction lost since the last call, in 1/256 (appendix A.3).
    pub(crate) fn take_fraction_lost(&mut self) -> u8 {
        let expected = self.expected() - self.expected_prior.min(self.expected());
        let received = self.received - self.received_prior;
        self.expected_prior = self.expected();
        self.received_prior = self.received;
        let lost = expected.saturating_sub(received);
        u8::try_from((lost << 8).checked_div(expected).unwrap_or(0)).unwrap_or(u8::MAX)
    }
}

const CYCLE: u64 = 1 << 16;
/// RFC 3550, appendix A.1.
const MAX_DROPOUT: u64 = 3_000;
/// The appendix has 100; a retransmission on the same stream comes later than that.
const MAX_MISORDER: u64 = 3_000;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[expect(clippy::disallowed_methods, reason = "an arbitrary instant")]
    fn start() -> Instant {
        Instant::now()
    }

    #[test]
    fn loss_and_wrap_are_counted_as_in_appendix_a_3() {
        let now = start();
        let mut statistics = Statistics::new(SequenceNumber(65_530));
        for offset in (0..20_u16).filter(|offset| offset % 4 != 1) {
            let sequence = SequenceNumber(65_530).wrapping_add(offset);
            let arrival = statistics.on_packet(sequence, Timestamp(0), now, ClockRate::VIDEO);
            assert!(matches!(arrival, Arrival::Valid(_)));
        }
        assert_eq!(statistics.lost(), 5);
        assert_eq!(statistics.take_fraction_lost(), 64);
        assert_eq!(statistics.take_fraction_lost(), 0);
        assert_eq!(statistics.highest_reported(), 65_536 + 13);
    }

    #[test]
    fn one_far_packet_is_noise_and_two_are_a_restart() {
        let now = start();
        let mut statistics = Statistics::new(SequenceNumber(10));
        let mut on = |sequence| {
            statistics.on_packet(
                SequenceNumber(sequence),
                Timestamp(0),
                now,
                ClockRate::VIDEO,
            )
        };
        assert!(matches!(on(10), Arrival::Valid(_)));
        assert_eq!(on(30_000), Arrival::Suspect);
        assert!(matches!(on(11), Arrival::Valid(_)));
        assert_eq!(on(40_000), Arrival::Suspect);
        assert!(matches!(on(40_001), Arrival::Restarted(_)));
        assert!(matches!(on(40_002), Arrival::Valid(_)));
        assert_eq!(statistics.lost(), 0);
    }

    #[test]
    fn jitter_follows_the_recursion_of_appendix_a_8() {
        let now = start();
        let mut statistics = Statistics::new(SequenceNumber(0));
        let mut expected = 0.0_f64;
        for index in 0..200_u16 {
            let late = if index % 2 == 0 { 0 } else { 10 };
            let arrival = now + Duration::from_millis(u64::from(index) * 20 + late);
            let timestamp = Timestamp(u32::from(index) * 160);
            let _ = statistics.on_packet(
                SequenceNumber(index),
                timestamp,
                arrival,
                ClockRate::TELEPHONE,
            );
            if index > 0 {
                expected += (80.0 - expected) / 16.0;
            }
        }
        assert!((f64::from(statistics.jitter()) - expected).abs() <= 1.0);
    }
}
