//! `RTCOutboundRtpStreamStats`: a stream that is sent.

use std::collections::BTreeMap;

use super::dictionary::dictionary;
use super::{QualityLimitationReason, SentRtpStreamStats};

dictionary! {
    /// `RTCOutboundRtpStreamStats`: a stream that is sent, one for each encoding, from the answer
    /// on that configured it.
    ///
    /// A sender is given encoded media, so what only an encoder can know is `None` until the
    /// application tells it by an [`EncodeReport`](super::EncodeReport); such members say "by
    /// report". What does not apply to the kind of media is `None`.
    OutboundRtpStreamStats: SentRtpStreamStats {
        /// `mid` of the transceiver.
        mid: Option<String>,
        /// `mediaSourceId`: the track of the sender, an
        /// [`AudioSourceStats`](super::AudioSourceStats) or
        /// [`VideoSourceStats`](super::VideoSourceStats).
        media_source_id: Option<String>,
        /// `remoteId`: its [`RemoteInboundRtpStreamStats`](super::RemoteInboundRtpStreamStats),
        /// once the peer reported.
        remote_id: Option<String>,
        /// `rid`, video, if the encoding has one.
        rid: Option<String>,
        /// `encodingIndex`, video: the place of the encoding among those of the sender.
        encoding_index: Option<u32>,
        /// `headerBytesSent`: octets of headers and padding, retransmissions included.
        header_bytes_sent: Option<u64>,
        /// `retransmittedPacketsSent`.
        retransmitted_packets_sent: Option<u64>,
        /// `retransmittedBytesSent`: octets of payload.
        retransmitted_bytes_sent: Option<u64>,
        /// `rtxSsrc`: the stream of retransmissions, if one was negotiated.
        rtx_ssrc: Option<u32>,
        /// `targetBitrate` of the encoder in bits per second: by report.
        target_bitrate: Option<f64>,
        /// `totalEncodedBytesTarget`, video: by report.
        total_encoded_bytes_target: Option<u64>,
        /// `frameWidth`, video, in pixels: by report, else of the last key frame.
        frame_width: Option<u32>,
        /// `frameHeight`, video, in pixels: by report, else of the last key frame.
        frame_height: Option<u32>,
        /// `framesPerSecond`, video: encoded frames that came during the last second.
        frames_per_second: Option<f64>,
        /// `framesSent`, video: frames of which all packets left.
        frames_sent: Option<u32>,
        /// `hugeFramesSent`, video: of those, frames of at least 2.5 times the mean size. `None`
        /// until the target of the encoder is told by report.
        huge_frames_sent: Option<u32>,
        /// `framesEncoded`, video: by report, else the encoded frames that were given to the
        /// sender.
        frames_encoded: Option<u32>,
        /// `keyFramesEncoded`, video: by report, else the key frames among them.
        key_frames_encoded: Option<u32>,
        /// `qpSum`, video: by report.
        qp_sum: Option<u64>,
        /// `psnrSum`, video, for `y`, `u` and `v`: by report.
        psnr_sum: Option<BTreeMap<String, f64>>,
        /// `psnrMeasurements`, video: by report.
        psnr_measurements: Option<u64>,
        /// `totalEncodeTime`, video, in seconds: by report.
        total_encode_time: Option<f64>,
        /// `totalPacketSendDelay` in seconds: from when each packet was made to when it left.
        total_packet_send_delay: Option<f64>,
        /// `qualityLimitationReason`, video: by report; else `bandwidth` while the sender refuses
        /// frames because the path does not take them, and `none` if it does not.
        quality_limitation_reason: Option<QualityLimitationReason>,
        /// `qualityLimitationDurations`, video, in seconds, for each reason.
        quality_limitation_durations: Option<BTreeMap<String, f64>>,
        /// `qualityLimitationResolutionChanges`, video: changes of the size of key frames while
        /// limited.
        quality_limitation_resolution_changes: Option<u32>,
        /// `nackCount`: NACK messages received.
        nack_count: Option<u32>,
        /// `firCount`, video: full intra requests received.
        fir_count: Option<u32>,
        /// `pliCount`, video: picture loss indications received.
        pli_count: Option<u32>,
        /// `encoderImplementation`, video: by report.
        encoder_implementation: Option<String>,
        /// `powerEfficientEncoder`, video: by report.
        power_efficient_encoder: Option<bool>,
        /// `active`: whether the stream is configured to be sent.
        active: Option<bool>,
        /// `scalabilityMode`, video, if one is configured.
        scalability_mode: Option<String>,
        /// `packetsSentWithEct1`: RTP packets that left with the mark ECT(1).
        packets_sent_with_ect1: Option<u64>,
    }
}
