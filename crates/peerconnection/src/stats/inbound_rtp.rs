//! `RTCInboundRtpStreamStats`: a stream that is received.

use super::dictionary::dictionary;
use super::{DomHighResTimeStamp, ReceivedRtpStreamStats};

dictionary! {
    /// `RTCInboundRtpStreamStats`: a stream that is received, from its first packet on.
    ///
    /// A receiver hands out encoded media, so what only a decoder or renderer can know is `None`
    /// until the application tells it by a [`DecodeReport`](super::DecodeReport); such members
    /// say "by report". What does not apply to the kind of media is `None`.
    InboundRtpStreamStats: ReceivedRtpStreamStats {
        /// `trackIdentifier`: the id of the track.
        track_identifier: String,
        /// `mid` of the transceiver.
        mid: Option<String>,
        /// `remoteId`: its [`RemoteOutboundRtpStreamStats`](super::RemoteOutboundRtpStreamStats),
        /// once the peer reported.
        remote_id: Option<String>,
        /// `framesDecoded`, video: by report.
        frames_decoded: Option<u32>,
        /// `keyFramesDecoded`, video: by report.
        key_frames_decoded: Option<u32>,
        /// `framesRendered`, video: by report.
        frames_rendered: Option<u32>,
        /// `framesDropped`, video: frames that were not handed out, since they could not be
        /// completed, were malformed, were useless after a loss or were not taken in time;
        /// and those that a report adds.
        frames_dropped: Option<u32>,
        /// `frameWidth`, video, in pixels: by report, else of the last key frame that was
        /// received.
        frame_width: Option<u32>,
        /// `frameHeight`, video, in pixels: by report, else of the last key frame that was
        /// received.
        frame_height: Option<u32>,
        /// `framesPerSecond`, video: by report, else frames completed during the last second.
        frames_per_second: Option<f64>,
        /// `qpSum`, video: by report.
        qp_sum: Option<u64>,
        /// `totalDecodeTime`, video, in seconds: by report.
        total_decode_time: Option<f64>,
        /// `totalInterFrameDelay`, video, in seconds: by report.
        total_inter_frame_delay: Option<f64>,
        /// `totalSquaredInterFrameDelay`, video, in squared seconds: by report.
        total_squared_inter_frame_delay: Option<f64>,
        /// `pauseCount`, video: by report.
        pause_count: Option<u32>,
        /// `totalPausesDuration`, video, in seconds: by report.
        total_pauses_duration: Option<f64>,
        /// `freezeCount`, video: by report.
        freeze_count: Option<u32>,
        /// `totalFreezesDuration`, video, in seconds: by report.
        total_freezes_duration: Option<f64>,
        /// `lastPacketReceivedTimestamp`: when the last packet came.
        last_packet_received_timestamp: Option<DomHighResTimeStamp>,
        /// `headerBytesReceived`: octets of headers and padding, retransmissions included.
        header_bytes_received: Option<u64>,
        /// `packetsDiscarded`: packets that came too late or too early to be of use.
        packets_discarded: Option<u64>,
        /// `fecBytesReceived`: by report.
        fec_bytes_received: Option<u64>,
        /// `fecPacketsReceived`: by report.
        fec_packets_received: Option<u64>,
        /// `fecPacketsDiscarded`: by report.
        fec_packets_discarded: Option<u64>,
        /// `bytesReceived`: octets of payload, retransmissions included.
        bytes_received: Option<u64>,
        /// `nackCount`: NACK messages sent.
        nack_count: Option<u32>,
        /// `firCount`, video: full intra requests sent.
        fir_count: Option<u32>,
        /// `pliCount`, video: picture loss indications sent.
        pli_count: Option<u32>,
        /// `totalProcessingDelay` in seconds: by report.
        total_processing_delay: Option<f64>,
        /// `estimatedPlayoutTimestamp`: the sender's clock for what was handed out last, going on
        /// since; by report if the application plays out later. `None` until the peer has
        /// reported its clock.
        estimated_playout_timestamp: Option<DomHighResTimeStamp>,
        /// `jitterBufferDelay` in seconds: from the first packet of a frame to when it was taken,
        /// summed over frames of video and samples of audio. `None` if packets are handed out.
        jitter_buffer_delay: Option<f64>,
        /// `jitterBufferTargetDelay` in seconds, summed likewise: a frame is held until it is
        /// whole and its turn has come, no longer.
        jitter_buffer_target_delay: Option<f64>,
        /// `jitterBufferEmittedCount`: frames of video or samples of audio that were taken.
        jitter_buffer_emitted_count: Option<u64>,
        /// `jitterBufferMinimumDelay` in seconds, summed likewise: what losses and jitter of the
        /// network made necessary.
        jitter_buffer_minimum_delay: Option<f64>,
        /// `totalSamplesReceived`, audio: samples of the frames that were handed out, and of what
        /// a report says to be concealed. `None` for codecs whose frames do not tell.
        total_samples_received: Option<u64>,
        /// `concealedSamples`, audio: by report.
        concealed_samples: Option<u64>,
        /// `silentConcealedSamples`, audio: by report.
        silent_concealed_samples: Option<u64>,
        /// `concealmentEvents`, audio: by report.
        concealment_events: Option<u64>,
        /// `insertedSamplesForDeceleration`, audio: by report.
        inserted_samples_for_deceleration: Option<u64>,
        /// `removedSamplesForAcceleration`, audio: by report.
        removed_samples_for_acceleration: Option<u64>,
        /// `audioLevel`, audio, 0 to 1: by report, else as the sender told it in its last packet
        /// (RFC 6464).
        audio_level: Option<f64>,
        /// `totalAudioEnergy`, audio: by report, else of the levels that the sender told.
        total_audio_energy: Option<f64>,
        /// `totalSamplesDuration`, audio, in seconds: of
        /// [`total_samples_received`](Self::total_samples_received).
        total_samples_duration: Option<f64>,
        /// `framesReceived`, video: whole frames.
        frames_received: Option<u32>,
        /// `decoderImplementation`, video: by report.
        decoder_implementation: Option<String>,
        /// `playoutId`, audio: its [`AudioPlayoutStats`](super::AudioPlayoutStats), if the
        /// application reports one.
        playout_id: Option<String>,
        /// `powerEfficientDecoder`, video: by report.
        power_efficient_decoder: Option<bool>,
        /// `framesAssembledFromMultiplePackets`, video: frames handed out that were of more than
        /// one packet.
        frames_assembled_from_multiple_packets: Option<u32>,
        /// `totalAssemblyTime`, video, in seconds: from the first to the last packet of each of
        /// those.
        total_assembly_time: Option<f64>,
        /// `retransmittedPacketsReceived`: on a stream of their own; `None` unless that was
        /// negotiated.
        retransmitted_packets_received: Option<u64>,
        /// `retransmittedBytesReceived`: octets of payload of those.
        retransmitted_bytes_received: Option<u64>,
        /// `rtxSsrc`: the stream of retransmissions, once known.
        rtx_ssrc: Option<u32>,
        /// `fecSsrc`: by report, if the application corrects errors by a stream of its own.
        fec_ssrc: Option<u32>,
        /// `totalCorruptionProbability`, video: by report.
        total_corruption_probability: Option<f64>,
        /// `totalSquaredCorruptionProbability`, video: by report.
        total_squared_corruption_probability: Option<f64>,
        /// `corruptionMeasurements`, video: by report.
        corruption_measurements: Option<u64>,
    }
}
