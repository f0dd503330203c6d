use std::time::{Duration, Instant, UNIX_EPOCH};

use stonechat_rtcp::{NackPair, NackPairs, ReportBlock, SenderReport};
use stonechat_rtp::{CompactNtp, NtpTime, SequenceNumber, Ssrc, Timestamp};

use super::{Receiver, nack_limits};
use crate::{Config, ReceiverStats};

/// How a key frame is asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum KeyframeRequest {
    Pli,
    /// With the number of the request.
    Fir(u8),
}

impl Receiver {
    /// What a sender report says (RFC 3550, section 6.4.1).
    pub(crate) fn on_sender_report(&mut self, now: Instant, report: &SenderReport<'_>) {
        let Some(stream) = self.stream.as_mut() else {
            return;
        };
        stream.sender_report = Some((report.info.ntp, report.info.rtp, now));
        // What it answers comes behind it (RFC 3611, section 4.5).
        self.stats.round_trip_time = None;
        self.stats.remote_reports += 1;
        self.stats.remote_report_at = Some(now);
        self.stats.remote_packets_sent = report.info.packets;
        self.stats.remote_bytes_sent = report.info.octets;
        self.stats.remote_timestamp = UNIX_EPOCH.checked_add(report.info.ntp.to_unix());
    }

    /// The sender's clock and RTP timestamp of its last report, and when that came: what lip
    /// synchronisation needs.
    pub(crate) fn sender_clock(&self) -> Option<(NtpTime, Timestamp, Instant)> {
        self.stream.as_ref()?.sender_report
    }

    /// The last sender report answered our clock.
    pub(crate) fn on_round_trip(&mut self, trip: Duration) {
        let stats = &mut self.stats;
        stats.round_trip_time = Some(trip);
        stats.total_round_trip_time += trip;
        stats.round_trip_time_measurements += 1;
    }

    pub(crate) fn on_goodbye(&mut self) {
        self.stats.ended = true;
        if let Some(stream) = self.stream.as_mut() {
            stream.nack.clear();
            self.wish.satisfied();
        }
    }

    /// The report block about the stream, if packets came since the last one.
    pub(crate) fn take_report(&mut self, now: Instant) -> Option<ReportBlock> {
        let stream = self
            .stream
            .as_mut()
            .filter(|stream| stream.received_since_report)?;
        stream.received_since_report = false;
        let (last, delay) = match stream.sender_report {
            Some((ntp, _, at)) => {
                let delay = now.saturating_duration_since(at);
                (ntp.compact(), CompactNtp::from_duration(delay))
            }
            None => (CompactNtp(0), CompactNtp(0)),
        };
        let lost = stream.statistics.lost().clamp(-0x80_0000, 0x7f_ffff);
        Some(ReportBlock {
            ssrc: stream.ssrc,
            fraction_lost: stream.statistics.take_fraction_lost(),
            cumulative_lost: i32::try_from(lost).unwrap_or_default(),
            highest_sequence: stream.statistics.highest_reported(),
            jitter: stream.statistics.jitter(),
            last_sender_report: last,
            delay_since_last: delay,
        })
    }

    /// Puts what is to be asked for into `pairs`, at most `max` of them.
    pub(crate) fn take_nack(
        &mut self,
        now: Instant,
        round_trip: Duration,
        config: &Config,
        max: usize,
        scratch: &mut Vec<SequenceNumber>,
        pairs: &mut Vec<NackPair>,
    ) -> Option<Ssrc> {
        scratch.clear();
        pairs.clear();
        let stream = self.stream.as_mut()?;
        stream.nack.deadline().filter(|at| *at <= now)?;
        stream
            .nack
            .collect(now, round_trip, nack_limits(config), max, scratch);
        if scratch.is_empty() {
            return None;
        }
        pairs.extend(NackPairs::new(scratch.iter().copied()));
        self.stats.nack_count += 1;
        self.stats.packets_nacked += scratch.len() as u64;
        Some(stream.ssrc)
    }

    /// How to ask for a key frame, if one is wanted now.
    pub(crate) fn take_keyframe_request(
        &mut self,
        now: Instant,
        config: &Config,
    ) -> Option<(Ssrc, KeyframeRequest)> {
        let ssrc = self.stream.as_ref()?.ssrc;
        self.wish.deadline().filter(|at| *at <= now)?;
        let codecs = &self.parameters.codecs;
        if codecs.iter().any(|codec| codec.pli) {
            self.wish.on_sent(now, config.keyframe_retry);
            self.stats.pli_count += 1;
            Some((ssrc, KeyframeRequest::Pli))
        } else if codecs.iter().any(|codec| codec.fir) {
            self.wish.on_sent(now, config.keyframe_retry);
            self.stats.fir_count += 1;
            self.fir_sequence = self.fir_sequence.wrapping_add(1);
            Some((ssrc, KeyframeRequest::Fir(self.fir_sequence)))
        } else {
            self.wish.satisfied();
            None
        }
    }

    pub(crate) fn stats(&self) -> ReceiverStats {
        let mut stats = self.stats.clone();
        if let Some(stream) = &self.stream {
            stats.packets_lost = stream.statistics.lost();
            stats.jitter = stream.rate.duration(u64::from(stream.statistics.jitter()));
        }
        stats
    }
}
