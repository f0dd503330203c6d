//! What became of packets that were sent, whichever way the receiver told it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use stonechat_rtp::{SequenceNumber, Ssrc};
use stonechat_sansio::Ecn;

/// What became of a packet that was sent: the input of congestion control, the same for
/// transport-wide feedback and that of RFC 8888.
///
/// A packet has one result, with two exceptions under RFC 8888: one that was reported lost and
/// later as received has a second, and so has one of which a duplicate came with a mark of
/// congestion.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PacketResult {
    /// The stream.
    pub ssrc: Ssrc,
    /// The number in it.
    pub sequence: SequenceNumber,
    /// When it was sent.
    pub sent: Instant,
    /// With which mark.
    pub sent_ecn: Ecn,
    /// Octets of the packet, before protection.
    pub len: usize,
    /// What the receiver told.
    pub outcome: PacketOutcome,
}

/// What a receiver told of a packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PacketOutcome {
    /// It did not arrive, or not yet.
    Lost,
    /// It arrived.
    Received {
        /// When, on the receiver's clock: differences are what it is good for. Steps are 250 µs of
        /// transport-wide feedback, and 1/1024 s of RFC 8888. `None` if the receiver could not tell.
        at: Option<Duration>,
        /// With which mark; `None` from transport-wide feedback, which does not tell.
        ecn: Option<Ecn>,
    },
}

impl PacketResult {
    /// When the packet arrived on the receiver's clock, if it did and the receiver could tell.
    #[must_use]
    pub const fn arrival(&self) -> Option<Duration> {
        match self.outcome {
            PacketOutcome::Received { at, .. } => at,
            PacketOutcome::Lost => None,
        }
    }
}

/// A packet that was sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Departure {
    pub(super) ssrc: Ssrc,
    pub(super) sequence: SequenceNumber,
    pub(super) sent: Instant,
    pub(super) ecn: Ecn,
    pub(super) len: usize,
}

impl Departure {
    pub(super) const fn with(self, outcome: PacketOutcome) -> PacketResult {
        PacketResult {
            ssrc: self.ssrc,
            sequence: self.sequence,
            sent: self.sent,
            sent_ecn: self.ecn,
            len: self.len,
            outcome,
        }
    }
}

/// Results that nobody took yet: the newest ones.
#[derive(Debug, Default)]
pub(super) struct Results {
    queue: VecDeque<PacketResult>,
    clock: RemoteClock,
}

impl Results {
    /// The time that the peer's clock of 32 bits shows, in units of `unit` nanoseconds over
    /// `2^shift`, made one that does not wrap.
    pub(super) fn time(&mut self, units: u32, unit: u64, shift: u32) -> Duration {
        let units = u128::from(self.clock.extend(units));
        let nanos = (units * u128::from(unit)) >> shift;
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    pub(super) fn push(&mut self, result: PacketResult, max: usize) {
        if self.queue.len() >= max {
            self.queue.pop_front();
        }
        self.queue.push_back(result);
    }

    pub(super) fn poll(&mut self) -> Option<PacketResult> {
        self.queue.pop_front()
    }

    /// The peer's clock is another one.
    pub(super) fn forget_clock(&mut self) {
        self.clock = RemoteClock::default();
    }
}

/// A clock of 32 bits that goes on after they wrap.
#[derive(Debug, Default)]
struct RemoteClock {
    last: Option<u64>,
}

impl RemoteClock {
    /// The value nearest to the last one.
    fn extend(&mut self, value: u32) -> u64 {
        let extended = match self.last {
            None => (1 << 32) + u64::from(value),
            Some(last) => {
                let low = u32::try_from(last & 0xffff_ffff).unwrap_or_default();
                let distance = i64::from(value.wrapping_sub(low).cast_signed());
                last.saturating_add_signed(distance)
            }
        };
        self.last = Some(extended);
        extended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_wraps_goes_on() {
        let mut clock = RemoteClock::default();
        let first = clock.extend(u32::MAX - 1);
        assert_eq!(clock.extend(3), first + 5);
        assert_eq!(clock.extend(u32::MAX), first + 1);
        assert_eq!(clock.extend(0x7000_0000), first + 2 + 0x7000_0000);
        assert_eq!(clock.extend(0xe000_0000), first + 2 + 0xe000_0000);
        assert_eq!(clock.extend(0x4000_0000), first + 2 + 0x1_4000_0000);
    }

    #[test]
    fn a_clock_does_not_go_below_its_begin() {
        let mut clock = RemoteClock::default();
        for value in [0, 0x8000_0000, 0, 0x8000_0000, 0, 0x8000_0000] {
            let _ = clock.extend(value);
        }
        assert!(clock.extend(0) < u64::from(u32::MAX));
    }
}
