//! `outbound-rtp` and, once the peer reported, `remote-inbound-rtp`.

use std::collections::BTreeMap;

use stonechat_media::{Limitation, SenderStats};

use super::{Collector, count};
use crate::id::Kind;
use crate::stats::{
    EncodeReport, OutboundRtpStreamStats, QualityLimitationReason, ReceivedRtpStreamStats,
    RemoteInboundRtpStreamStats, RtpStreamStats, SenderSnapshot, SentRtpStreamStats, StatsType,
};
use crate::transceiver::Transceiver;

impl Collector<'_> {
    pub(super) fn outbound(&mut self, sender: &SenderSnapshot) {
        let session = self.session;
        let found = session
            .transceivers
            .iter()
            .find(|transceiver| transceiver.id.sender() == sender.id);
        // Streams go when their transceiver is stopped for good; after close() they stay.
        let Some(transceiver) = found.filter(|transceiver| {
            transceiver.has_sent && (!transceiver.stopped || session.is_closed)
        }) else {
            return;
        };
        let stats = &sender.stats;
        let rtp = self.sent_stream(sender);
        let remote =
            (stats.remote_reports > 0).then(|| self.id(StatsType::RemoteInboundRtp, &sender.name));
        let told = session.statistics.encoder(sender.id, sender.rid.as_deref());
        let source = transceiver.sender.track.as_ref();
        let source = source.and_then(|track| self.sources.get(track.id.as_str()));
        let mut outbound = OutboundRtpStreamStats {
            mid: transceiver.mid.clone(),
            media_source_id: source.cloned(),
            remote_id: remote.clone(),
            header_bytes_sent: Some(stats.header_bytes_sent),
            retransmitted_packets_sent: Some(stats.retransmitted_packets_sent),
            retransmitted_bytes_sent: Some(stats.retransmitted_bytes_sent),
            rtx_ssrc: stats.rtx_ssrc.filter(|_| sender.has_rtx).map(|ssrc| ssrc.0),
            target_bitrate: told.target_bitrate,
            total_packet_send_delay: Some(stats.total_packet_send_delay.as_secs_f64()),
            nack_count: Some(count(stats.nack_count)),
            active: Some(sender.active && !transceiver.stopped && !session.is_closed),
            packets_sent_with_ect1: Some(stats.packets_sent_with_ect1),
            base: SentRtpStreamStats {
                base: rtp.clone(),
                packets_sent: Some(stats.packets_sent),
                bytes_sent: Some(stats.bytes_sent),
            },
            ..OutboundRtpStreamStats::default()
        };
        if sender.kind == Kind::Video {
            self.outbound_video(sender, transceiver, told, &mut outbound);
        }
        let id = outbound.id.clone();
        self.report.add(outbound);
        if let Some(remote) = remote {
            self.remote_inbound(sender, rtp, id, remote);
        }
    }

    fn sent_stream(&mut self, sender: &SenderSnapshot) -> RtpStreamStats {
        RtpStreamStats {
            base: self.base(StatsType::OutboundRtp, &sender.name),
            ssrc: sender.stats.ssrc.0,
            kind: sender.kind.as_str().to_owned(),
            transport_id: Some(self.transport_id(sender.transport)),
            codec_id: self.codec(sender.transport, sender.kind, sender.codec.as_ref()),
        }
    }

    fn outbound_video(
        &self,
        sender: &SenderSnapshot,
        transceiver: &Transceiver,
        told: EncodeReport,
        outbound: &mut OutboundRtpStreamStats,
    ) {
        let stats = &sender.stats;
        let size = stats.dimensions;
        let at = self.snapshot.at.unwrap_or(self.at);
        let taken = count(stats.frames_taken);
        outbound.rid.clone_from(&sender.rid);
        outbound.encoding_index = Some(sender.encoding_index);
        outbound.total_encoded_bytes_target = told.total_encoded_bytes_target;
        outbound.frame_width = told
            .frame_width
            .or_else(|| size.map(|(width, _)| u32::from(width)));
        outbound.frame_height = told
            .frame_height
            .or_else(|| size.map(|(_, height)| u32::from(height)));
        outbound.frames_per_second = Some(f64::from(stats.frame_rate.per_second(at)));
        outbound.frames_sent = Some(count(stats.frames_sent));
        outbound.huge_frames_sent = stats.huge_frames.map(count);
        outbound.frames_encoded = told.frames_encoded.or(Some(taken));
        outbound.key_frames_encoded = told
            .key_frames_encoded
            .or_else(|| Some(count(stats.key_frames_taken)));
        outbound.qp_sum = told.qp_sum;
        outbound.psnr_sum = told.psnr_sum;
        outbound.psnr_measurements = told.psnr_measurements;
        outbound.total_encode_time = told.total_encode_time;
        outbound.quality_limitation_reason = Some(reason(stats.limitations.current()));
        outbound.quality_limitation_durations = Some(limitation_durations(stats, at));
        outbound.quality_limitation_resolution_changes =
            Some(count(stats.limitations.resolution_changes));
        outbound.fir_count = Some(count(stats.fir_count));
        outbound.pli_count = Some(count(stats.pli_count));
        outbound.encoder_implementation = told.encoder_implementation;
        outbound.power_efficient_encoder = told.power_efficient_encoder;
        let configured = transceiver
            .sender
            .encodings
            .iter()
            .find(|encoding| encoding.rid == sender.rid)
            .and_then(|encoding| encoding.scalability_mode.clone());
        outbound.scalability_mode = configured.or(told.scalability_mode);
    }

    fn remote_inbound(
        &mut self,
        sender: &SenderSnapshot,
        rtp: RtpStreamStats,
        local: String,
        id: String,
    ) {
        let stats = &sender.stats;
        let at = stats.remote_report_at.unwrap_or(self.at);
        let mut rtp = rtp;
        rtp.base.id = id;
        rtp.base.r#type = StatsType::RemoteInboundRtp;
        rtp.base.timestamp = self.timestamp(at);
        let by_feedback = |count: u64| sender.stream_feedback.then_some(count);
        let received = ReceivedRtpStreamStats {
            base: rtp,
            packets_received: Some(stats.remote_packets_received),
            packets_received_with_ect1: by_feedback(stats.remote_packets_received_with_ect1),
            packets_received_with_ce: by_feedback(stats.remote_packets_received_with_ce),
            packets_reported_as_lost: by_feedback(stats.remote_packets_reported_as_lost),
            packets_reported_as_lost_but_recovered: by_feedback(
                stats.remote_packets_reported_as_lost_but_recovered,
            ),
            packets_lost: Some(stats.remote_packets_lost),
            jitter: Some(stats.remote_jitter.as_secs_f64()),
        };
        self.report.add(RemoteInboundRtpStreamStats {
            base: received,
            local_id: Some(local),
            round_trip_time: stats.round_trip_time.map(|trip| trip.as_secs_f64()),
            total_round_trip_time: Some(stats.total_round_trip_time.as_secs_f64()),
            fraction_lost: Some(stats.remote_fraction_lost),
            round_trip_time_measurements: Some(stats.round_trip_time_measurements),
            packets_with_bleached_ect1_marking: by_feedback(stats.remote_packets_bleached),
        });
    }
}

const fn reason(limitation: Limitation) -> QualityLimitationReason {
    match limitation {
        Limitation::None => QualityLimitationReason::None,
        Limitation::Cpu => QualityLimitationReason::Cpu,
        Limitation::Bandwidth => QualityLimitationReason::Bandwidth,
        Limitation::Other => QualityLimitationReason::Other,
    }
}

fn limitation_durations(stats: &SenderStats, at: std::time::Instant) -> BTreeMap<String, f64> {
    Limitation::ALL
        .into_iter()
        .map(|limitation| {
            let time = stats.limitations.duration(limitation, at);
            (reason(limitation).as_str().to_owned(), time.as_secs_f64())
        })
        .collect()
}
