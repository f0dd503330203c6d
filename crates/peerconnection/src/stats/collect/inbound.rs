//! `inbound-rtp` and, once the peer reported, `remote-outbound-rtp`.

use super::{Collector, count, milliseconds};
use crate::id::Kind;
use crate::stats::{
    DecodeReport, InboundRtpStreamStats, ReceivedRtpStreamStats, ReceiverSnapshot,
    RemoteOutboundRtpStreamStats, RtpStreamStats, SentRtpStreamStats, StatsType,
};

impl Collector<'_> {
    pub(super) fn inbound(&mut self, receiver: &ReceiverSnapshot) {
        let session = self.session;
        let stats = &receiver.stats;
        let (Some(ssrc), Some(transceiver)) = (
            stats.ssrc,
            session.transceivers.iter().find(|transceiver| {
                transceiver.id.receiver() == receiver.id
                    && (!transceiver.stopped || session.is_closed)
            }),
        ) else {
            return;
        };
        let rtp = RtpStreamStats {
            base: self.base(StatsType::InboundRtp, &receiver.name),
            ssrc: ssrc.0,
            kind: receiver.kind.as_str().to_owned(),
            transport_id: Some(self.transport_id(receiver.transport)),
            codec_id: self.codec(receiver.transport, receiver.kind, receiver.codec.as_ref()),
        };
        let remote = (stats.remote_reports > 0)
            .then(|| self.id(StatsType::RemoteOutboundRtp, &receiver.name));
        let told = session.statistics.decoder(receiver.id);
        let mut inbound = InboundRtpStreamStats {
            base: received(receiver, rtp.clone()),
            track_identifier: transceiver.receiver.track_id.clone(),
            mid: transceiver.mid.clone(),
            remote_id: remote.clone(),
            last_packet_received_timestamp: stats.last_packet_received.map(|at| self.timestamp(at)),
            header_bytes_received: Some(stats.header_bytes_received),
            packets_discarded: Some(stats.packets_discarded),
            fec_bytes_received: told.fec_bytes_received,
            fec_packets_received: told.fec_packets_received,
            fec_packets_discarded: told.fec_packets_discarded,
            bytes_received: Some(stats.bytes_received + stats.retransmitted_bytes_received),
            nack_count: Some(count(stats.nack_count)),
            total_processing_delay: told.total_processing_delay,
            estimated_playout_timestamp: told
                .estimated_playout_timestamp
                .or_else(|| self.playout_clock(receiver)),
            retransmitted_packets_received: receiver
                .has_rtx
                .then_some(stats.retransmitted_packets_received),
            retransmitted_bytes_received: receiver
                .has_rtx
                .then_some(stats.retransmitted_bytes_received),
            rtx_ssrc: stats
                .rtx_ssrc
                .filter(|_| receiver.has_rtx)
                .map(|ssrc| ssrc.0),
            fec_ssrc: told.fec_ssrc,
            ..InboundRtpStreamStats::default()
        };
        jitter_buffer(receiver, &mut inbound);
        match receiver.kind {
            Kind::Audio => self.inbound_audio(receiver, &told, &mut inbound),
            Kind::Video => self.inbound_video(receiver, told, &mut inbound),
        }
        let id = inbound.id.clone();
        self.report.add(inbound);
        if let Some(remote) = remote {
            self.remote_outbound(receiver, rtp, id, remote);
        }
    }

    /// The sender's clock for what was handed out last, going on since.
    fn playout_clock(&self, receiver: &ReceiverSnapshot) -> Option<f64> {
        let (clock, at) = receiver.stats.playout?;
        let now = self.snapshot.at.unwrap_or(self.at);
        let since = now.saturating_duration_since(at);
        Some(milliseconds(clock) + since.as_secs_f64() * 1000.0)
    }

    fn inbound_audio(
        &self,
        receiver: &ReceiverSnapshot,
        told: &DecodeReport,
        inbound: &mut InboundRtpStreamStats,
    ) {
        let stats = &receiver.stats;
        let known = stats.samples_received > 0;
        let concealed = told.concealed_samples.unwrap_or_default();
        let samples = known.then_some(stats.samples_received + concealed);
        inbound.total_samples_received = told.total_samples_received.or(samples);
        inbound.concealed_samples = told.concealed_samples;
        inbound.silent_concealed_samples = told.silent_concealed_samples;
        inbound.concealment_events = told.concealment_events;
        inbound.inserted_samples_for_deceleration = told.inserted_samples_for_deceleration;
        inbound.removed_samples_for_acceleration = told.removed_samples_for_acceleration;
        inbound.audio_level = told
            .audio_level
            .or_else(|| stats.audio_level.map(super::sources::level));
        let energy = stats.audio_level.is_some().then_some(stats.audio_energy);
        inbound.total_audio_energy = told.total_audio_energy.or(energy);
        let rate = receiver.codec.as_ref().map(|codec| codec.clock_rate.max(1));
        let duration = samples.zip(rate).map(|(samples, rate)| {
            #[expect(clippy::cast_precision_loss, reason = "samples of ages fit")]
            let samples = samples as f64;
            samples / f64::from(rate)
        });
        inbound.total_samples_duration = told.total_samples_duration.or(duration);
        inbound.playout_id = self.playout_of(receiver.id);
    }

    fn inbound_video(
        &self,
        receiver: &ReceiverSnapshot,
        told: DecodeReport,
        inbound: &mut InboundRtpStreamStats,
    ) {
        let stats = &receiver.stats;
        let size = stats.dimensions;
        let at = self.snapshot.at.unwrap_or(self.at);
        inbound.frames_decoded = told.frames_decoded;
        inbound.key_frames_decoded = told.key_frames_decoded;
        inbound.frames_rendered = told.frames_rendered;
        let dropped = count(stats.frames_dropped);
        inbound.frames_dropped =
            Some(dropped.saturating_add(told.frames_dropped.unwrap_or_default()));
        inbound.frame_width = told
            .frame_width
            .or_else(|| size.map(|(width, _)| u32::from(width)));
        inbound.frame_height = told
            .frame_height
            .or_else(|| size.map(|(_, height)| u32::from(height)));
        let rate = f64::from(stats.frame_rate.per_second(at));
        inbound.frames_per_second = told
            .frames_per_second
            .or_else(|| receiver.assembles.then_some(rate));
        inbound.qp_sum = told.qp_sum;
        inbound.total_decode_time = told.total_decode_time;
        inbound.total_inter_frame_delay = told.total_inter_frame_delay;
        inbound.total_squared_inter_frame_delay = told.total_squared_inter_frame_delay;
        inbound.pause_count = told.pause_count;
        inbound.total_pauses_duration = told.total_pauses_duration;
        inbound.freeze_count = told.freeze_count;
        inbound.total_freezes_duration = told.total_freezes_duration;
        inbound.fir_count = Some(count(stats.fir_count));
        inbound.pli_count = Some(count(stats.pli_count));
        if receiver.assembles {
            inbound.frames_received = Some(count(stats.frames_received));
            inbound.frames_assembled_from_multiple_packets =
                Some(count(stats.frames_of_many_packets));
            inbound.total_assembly_time = Some(stats.total_assembly_time.as_secs_f64());
        }
        inbound.decoder_implementation = told.decoder_implementation;
        inbound.power_efficient_decoder = told.power_efficient_decoder;
        inbound.total_corruption_probability = told.total_corruption_probability;
        inbound.total_squared_corruption_probability = told.total_squared_corruption_probability;
        inbound.corruption_measurements = told.corruption_measurements;
    }

    fn remote_outbound(
        &mut self,
        receiver: &ReceiverSnapshot,
        mut rtp: RtpStreamStats,
        local: String,
        id: String,
    ) {
        let stats = &receiver.stats;
        rtp.base.id = id;
        rtp.base.r#type = StatsType::RemoteOutboundRtp;
        rtp.base.timestamp = self.timestamp(stats.remote_report_at.unwrap_or(self.at));
        self.report.add(RemoteOutboundRtpStreamStats {
            base: SentRtpStreamStats {
                base: rtp,
                packets_sent: Some(u64::from(stats.remote_packets_sent)),
                bytes_sent: Some(u64::from(stats.remote_bytes_sent)),
            },
            local_id: Some(local),
            remote_timestamp: stats.remote_timestamp.map(milliseconds),
            reports_sent: Some(stats.remote_reports),
            round_trip_time: stats.round_trip_time.map(|trip| trip.as_secs_f64()),
            total_round_trip_time: Some(stats.total_round_trip_time.as_secs_f64()),
            round_trip_time_measurements: Some(stats.round_trip_time_measurements),
        });
    }
}

fn received(receiver: &ReceiverSnapshot, rtp: RtpStreamStats) -> ReceivedRtpStreamStats {
    let stats = &receiver.stats;
    ReceivedRtpStreamStats {
        base: rtp,
        packets_received: Some(stats.packets_received + stats.retransmitted_packets_received),
        packets_received_with_ect1: Some(stats.packets_received_with_ect1),
        packets_received_with_ce: Some(stats.packets_received_with_ce),
        packets_reported_as_lost: receiver
            .stream_feedback
            .then_some(stats.packets_reported_as_lost),
        packets_reported_as_lost_but_recovered: receiver
            .stream_feedback
            .then_some(stats.packets_reported_as_lost_but_recovered),
        packets_lost: Some(stats.packets_lost),
        jitter: Some(stats.jitter.as_secs_f64()),
    }
}

/// Where packets are handed out nothing is held.
fn jitter_buffer(receiver: &ReceiverSnapshot, inbound: &mut InboundRtpStreamStats) {
    if !receiver.assembles {
        return;
    }
    let stats = &receiver.stats;
    inbound.jitter_buffer_delay = Some(stats.jitter_buffer_delay);
    inbound.jitter_buffer_target_delay = Some(stats.jitter_buffer_minimum_delay);
    inbound.jitter_buffer_minimum_delay = Some(stats.jitter_buffer_minimum_delay);
    inbound.jitter_buffer_emitted_count = Some(stats.jitter_buffer_emitted);
}
