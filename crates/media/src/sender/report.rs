use std::time::{Duration, Instant};

use stonechat_rtp::CompactNtp;
use stonechat_rtp::{ClockRate, NtpTime, Timestamp};

use super::Sender;

/// What a report block said about one of our streams.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RemoteReport {
    pub(crate) fraction_lost: u8,
    pub(crate) lost: i64,
    pub(crate) highest_sequence: u32,
    pub(crate) jitter: u32,
    pub(crate) last_report: CompactNtp,
    pub(crate) delay: CompactNtp,
}

impl Sender {
    /// The RTP timestamp that corresponds to `now` (RFC 3550, section 6.4.1).
    pub(crate) fn timestamp_at(&self, now: Instant) -> Option<Timestamp> {
        let (timestamp, at) = self.clock?;
        let elapsed = self.rate().ticks(now.saturating_duration_since(at));
        Some(timestamp.wrapping_add(u32::try_from(elapsed & 0xffff_ffff).unwrap_or_default()))
    }

    /// Takes in a report block about this stream; returns a round-trip time if it holds one.
    pub(crate) fn on_report(
        &mut self,
        report: RemoteReport,
        at: Instant,
        now: NtpTime,
    ) -> Option<Duration> {
        self.identity_known = true;
        let stats = &mut self.stats;
        stats.remote_fraction_lost = f64::from(report.fraction_lost) / 256.0;
        stats.remote_packets_lost = report.lost;
        stats.remote_jitter = self
            .parameters
            .codecs
            .first()
            .map_or(Duration::ZERO, |codec| {
                ClockRate::new(codec.codec.clock_rate()).map_or(Duration::ZERO, |rate| {
                    rate.duration(u64::from(report.jitter))
                })
            });
        stats.remote_reports += 1;
        stats.remote_report_at = Some(at);
        if let Some(first) = self.first_sent {
            // Before the first number that left there was none: an older one is a report in error.
            let expected = i64::from(report.highest_sequence.wrapping_sub(first)) + 1;
            let received = u64::try_from(expected - report.lost).unwrap_or_default();
            let sent = stats.packets_sent.max(stats.remote_packets_received);
            stats.remote_packets_received = stats.remote_packets_received.max(received.min(sent));
        }
        if report.last_report.0 == 0 {
            return None;
        }
        let trip = now
            .compact()
            .wrapping_sub(report.last_report)
            .wrapping_sub(report.delay);
        // Half the range is a clock that went backwards, not a round trip of hours.
        if trip.0 >= MAX_ROUND_TRIP {
            return None;
        }
        let trip = trip.to_duration();
        stats.round_trip_time = Some(trip);
        stats.total_round_trip_time += trip;
        stats.round_trip_time_measurements += 1;
        Some(trip)
    }
}

/// 60 s in units of 2⁻¹⁶ s.
pub(crate) const MAX_ROUND_TRIP: u32 = 60 << 16;
