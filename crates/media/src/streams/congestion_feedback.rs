//! Feedback by the numbers of each stream, with ECN marks: what to tell the sender, and what the
//! receiver told (RFC 8888).

mod arrivals;
mod departures;
mod ring;

use std::time::Instant;

use stonechat_rtcp::{CompoundWriter, CongestionControl, EcnMark, StreamReport, Write as _};
use stonechat_rtp::Ssrc;
use stonechat_sansio::Ecn;

use super::{Event, Streams};
use arrivals::Told;
pub(super) use arrivals::{ArrivalLimits, StreamArrivals};
pub(super) use departures::{Heard, StreamDepartures};

impl Streams {
    /// Takes in what the receiver tells of our packets.
    pub(super) fn on_congestion_control(&mut self, now: Instant, feedback: &CongestionControl<'_>) {
        self.stats.congestion_feedback_received += 1;
        let max = self.config.transport_history;
        let mut fresh = false;
        for report in feedback.streams.iter() {
            let Some(&key) = self.sources.get(&report.ssrc) else {
                self.stats.dropped.unknown_source += 1;
                continue;
            };
            let heard = self.stream_departures.on_report(
                &report,
                feedback.timestamp,
                &mut self.results,
                max,
            );
            fresh |= heard.is_fresh();
            self.ecn_path.on_report(now, &heard);
            if let Some(sender) = self.senders.get_mut(key) {
                note_heard(&mut sender.stats, &heard);
            }
        }
        if fresh {
            self.events.push(Event::PacketResults);
        }
    }

    /// Writes one message about as many streams and packets as fit.
    pub(super) fn write_congestion_feedback(&mut self, now: Instant, out: &mut CompoundWriter<'_>) {
        if self.arrived.due().is_none_or(|at| at > now) {
            return;
        }
        if out.remaining() < super::rtcp_out::MIN_FEEDBACK_ROOM || !self.begin_feedback(out) {
            return;
        }
        let sender = self.reporter();
        let timestamp = self.wire.ntp(now).compact();
        let room = out.remaining().saturating_sub(CongestionControl::HEAD_LEN);
        let mut ranges = [Told::default(); MAX_BLOCKS];
        let metrics = &mut self.scratch_metrics;
        metrics.clear();
        let count = self.arrived.collect(now, room, &mut ranges, metrics);
        let ranges = ranges.get(..count).unwrap_or_default();
        let mut blocks = [StreamReport::default(); MAX_BLOCKS];
        let mut rest = metrics.as_slice();
        for (block, told) in blocks.iter_mut().zip(ranges) {
            let (packets, tail) = rest.split_at_checked(told.count).unwrap_or((rest, &[]));
            rest = tail;
            *block = StreamReport {
                ssrc: told.ssrc,
                begin: told.begin,
                packets: packets.into(),
            };
        }
        let message = CongestionControl {
            sender,
            streams: blocks.get(..count).unwrap_or_default().into(),
            timestamp,
        };
        if count == 0 || message.encoded_len() > out.remaining() || out.push(&message).is_err() {
            self.settle_congestion_feedback(now);
            return;
        }
        self.stats.congestion_feedback_sent += 1;
        for told in ranges {
            let (lost, recovered) = self.arrived.on_told(told);
            self.note_told(told.ssrc, lost, recovered);
        }
        self.arrived.on_written(now);
        self.settle_congestion_feedback(now);
    }

    fn settle_congestion_feedback(&mut self, now: Instant) {
        self.arrived.forget_due();
        self.congestion_report_due = self.arrived.due().is_some_and(|at| at <= now);
    }

    /// Counts for the receiver that listens to the stream, or to the one that it repairs.
    fn note_told(&mut self, ssrc: Ssrc, lost: u64, recovered: u64) {
        let receiver = self.router.find(ssrc);
        let Some(receiver) = receiver.and_then(|key| self.receivers.get_mut(key)) else {
            return;
        };
        let stats = &mut receiver.stats;
        if stats.ssrc == Some(ssrc) || stats.rtx_ssrc == Some(ssrc) {
            stats.packets_reported_as_lost += lost;
            stats.packets_reported_as_lost_but_recovered += recovered;
        }
    }
}

fn note_heard(stats: &mut crate::SenderStats, heard: &Heard) {
    stats.remote_packets_reported_as_lost += heard.lost;
    stats.remote_packets_reported_as_lost_but_recovered += heard.recovered;
    stats.remote_packets_received_with_ect1 += heard.ect1;
    stats.remote_packets_received_with_ce += heard.ce;
    stats.remote_packets_bleached += heard.bleached;
}

const fn mark(ecn: Ecn) -> EcnMark {
    match ecn {
        Ecn::NotEct => EcnMark::NotEct,
        Ecn::Ect1 => EcnMark::Ect1,
        Ecn::Ect0 => EcnMark::Ect0,
        Ecn::Ce => EcnMark::Ce,
    }
}

const fn unmark(mark: EcnMark) -> Ecn {
    match mark {
        EcnMark::NotEct => Ecn::NotEct,
        EcnMark::Ect1 => Ecn::Ect1,
        EcnMark::Ect0 => Ecn::Ect0,
        EcnMark::Ce => Ecn::Ce,
    }
}

/// Streams that one message tells about at most.
const MAX_BLOCKS: usize = 32;
