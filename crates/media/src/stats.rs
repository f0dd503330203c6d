use std::time::{Duration, Instant, SystemTime};

use stonechat_rtp::extension::AudioLevel;
use stonechat_rtp::{PayloadType, Ssrc};

use crate::{FrameRate, Limitations};

/// Counts of one sender, named as in W3C webrtc-stats: `outbound-rtp`, and with `remote_` and the
/// round-trip time what the other end reported, `remote-inbound-rtp`.
#[derive(Clone, Debug, PartialEq)]
pub struct SenderStats {
    /// The stream.
    pub ssrc: Ssrc,
    /// The stream of its retransmissions.
    pub rtx_ssrc: Option<Ssrc>,
    /// `packetsSent`, retransmissions included.
    pub packets_sent: u64,
    /// `bytesSent`: payload octets, retransmissions included.
    pub bytes_sent: u64,
    /// `headerBytesSent`: octets of headers and header extensions.
    pub header_bytes_sent: u64,
    /// `retransmittedPacketsSent`.
    pub retransmitted_packets_sent: u64,
    /// `retransmittedBytesSent`.
    pub retransmitted_bytes_sent: u64,
    /// `framesSent`: frames of which the last packet left.
    pub frames_sent: u64,
    /// Frames taken; each was encoded for the stream.
    pub frames_taken: u64,
    /// Key frames among them, of video that can be looked into.
    pub key_frames_taken: u64,
    /// `hugeFramesSent`: frames of at least 2.5 times the mean size; `None` until the encoder's
    /// target is known.
    pub huge_frames: Option<u64>,
    /// `frameWidth` and `frameHeight`, of the last key frame.
    pub dimensions: Option<(u16, u16)>,
    /// `framesPerSecond`, of frames taken.
    pub frame_rate: FrameRate,
    /// How long the frames of audio were together, as far as they tell.
    pub audio_duration: Duration,
    /// How loud the last of them was, if the owner said so.
    pub audio_level: Option<AudioLevel>,
    /// The energy of those whose level was told, as W3C `totalAudioEnergy`.
    pub audio_energy: f64,
    /// `qualityLimitationReason` and its durations.
    pub limitations: Limitations,
    /// `totalPacketSendDelay`: from when packets were made to when they were written.
    pub total_packet_send_delay: Duration,
    /// `packetsSentWithEct1`.
    pub packets_sent_with_ect1: u64,
    /// The payload type of the last packet.
    pub payload_type: Option<PayloadType>,
    /// `nackCount`: NACK messages received.
    pub nack_count: u64,
    /// `pliCount`: picture loss indications received.
    pub pli_count: u64,
    /// `firCount`: full intra requests received, repetitions left out.
    pub fir_count: u64,
    /// Packets that a NACK named and the history had not.
    pub nacked_packets_unknown: u64,
    /// Packets that a NACK named and the retransmission budget refused.
    pub nacked_packets_over_budget: u64,
    /// Packets that were queued and dropped by a pause.
    pub packets_dropped: u64,
    /// Frames that were not sent because a tone played, or because they could not be sealed.
    pub frames_withheld: u64,
    /// Report blocks received about the stream.
    pub remote_reports: u64,
    /// `fractionLost` of the last report, 0 to 1.
    pub remote_fraction_lost: f64,
    /// `packetsLost` of the last report.
    pub remote_packets_lost: i64,
    /// `jitter` of the last report.
    pub remote_jitter: Duration,
    /// When the last report came.
    pub remote_report_at: Option<Instant>,
    /// `packetsReceived` at the remote end, as its reports let it be computed.
    pub remote_packets_received: u64,
    /// `packetsReceivedWithEct1` at the remote end, as congestion control feedback tells it
    /// (RFC 8888), like the ones that follow; retransmissions included.
    pub remote_packets_received_with_ect1: u64,
    /// `packetsReceivedWithCe` at the remote end.
    pub remote_packets_received_with_ce: u64,
    /// `packetsReportedAsLost`.
    pub remote_packets_reported_as_lost: u64,
    /// `packetsReportedAsLostButRecovered`.
    pub remote_packets_reported_as_lost_but_recovered: u64,
    /// `packetsWithBleachedEct1Marking`.
    pub remote_packets_bleached: u64,
    /// `roundTripTime`, the last one measured.
    pub round_trip_time: Option<Duration>,
    /// `totalRoundTripTime`.
    pub total_round_trip_time: Duration,
    /// `roundTripTimeMeasurements`.
    pub round_trip_time_measurements: u64,
}

impl SenderStats {
    pub(crate) fn new(ssrc: Ssrc, rtx_ssrc: Option<Ssrc>) -> Self {
        Self {
            ssrc,
            rtx_ssrc,
            packets_sent: 0,
            bytes_sent: 0,
            header_bytes_sent: 0,
            retransmitted_packets_sent: 0,
            retransmitted_bytes_sent: 0,
            frames_sent: 0,
            frames_taken: 0,
            key_frames_taken: 0,
            huge_frames: None,
            dimensions: None,
            frame_rate: FrameRate::default(),
            audio_duration: Duration::ZERO,
            audio_level: None,
            audio_energy: 0.0,
            limitations: Limitations::default(),
            total_packet_send_delay: Duration::ZERO,
            packets_sent_with_ect1: 0,
            payload_type: None,
            nack_count: 0,
            pli_count: 0,
            fir_count: 0,
            nacked_packets_unknown: 0,
            nacked_packets_over_budget: 0,
            packets_dropped: 0,
            frames_withheld: 0,
            remote_reports: 0,
            remote_fraction_lost: 0.0,
            remote_packets_lost: 0,
            remote_jitter: Duration::ZERO,
            remote_report_at: None,
            remote_packets_received: 0,
            remote_packets_received_with_ect1: 0,
            remote_packets_received_with_ce: 0,
            remote_packets_reported_as_lost: 0,
            remote_packets_reported_as_lost_but_recovered: 0,
            remote_packets_bleached: 0,
            round_trip_time: None,
            total_round_trip_time: Duration::ZERO,
            round_trip_time_measurements: 0,
        }
    }
}

/// Counts of one receiver, named as in W3C webrtc-stats: `inbound-rtp`, and with `remote_` what
/// the other end reported, `remote-outbound-rtp`. They begin anew with another source.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReceiverStats {
    /// The stream; `None` until its first packet.
    pub ssrc: Option<Ssrc>,
    /// The stream of its retransmissions, once known.
    pub rtx_ssrc: Option<Ssrc>,
    /// The payload type of the last packet.
    pub payload_type: Option<PayloadType>,
    /// Sources that were listened to before this one.
    pub generation: u64,
    /// `packetsReceived`, on the stream itself.
    pub packets_received: u64,
    /// `packetsReceivedWithEct1`, retransmissions included.
    pub packets_received_with_ect1: u64,
    /// `packetsReceivedWithCe`, retransmissions included.
    pub packets_received_with_ce: u64,
    /// `packetsReportedAsLost`, by congestion control feedback (RFC 8888), retransmissions included.
    pub packets_reported_as_lost: u64,
    /// `packetsReportedAsLostButRecovered`, of those.
    pub packets_reported_as_lost_but_recovered: u64,
    /// `bytesReceived`: payload octets, on the stream itself.
    pub bytes_received: u64,
    /// `headerBytesReceived`, retransmissions included.
    pub header_bytes_received: u64,
    /// `lastPacketReceivedTimestamp`.
    pub last_packet_received: Option<Instant>,
    /// `packetsLost`, negative if duplicates outnumber losses. Retransmissions on a stream of
    /// their own do not lower it.
    pub packets_lost: i64,
    /// `jitter`.
    pub jitter: Duration,
    /// `packetsDiscarded`: packets that came too late or were pushed out.
    pub packets_discarded: u64,
    /// Packets that came twice.
    pub packets_duplicated: u64,
    /// `retransmittedPacketsReceived`, on a stream of their own.
    pub retransmitted_packets_received: u64,
    /// `retransmittedBytesReceived`.
    pub retransmitted_bytes_received: u64,
    /// `framesReceived`: whole frames.
    pub frames_received: u64,
    /// `keyFramesReceived`.
    pub key_frames_received: u64,
    /// `framesPerSecond`, of whole frames.
    pub frame_rate: FrameRate,
    /// `framesAssembledFromMultiplePackets`.
    pub frames_of_many_packets: u64,
    /// `totalAssemblyTime` of those.
    pub total_assembly_time: Duration,
    /// `jitterBufferDelay` in seconds, over frames of video or samples of audio.
    pub jitter_buffer_delay: f64,
    /// `jitterBufferMinimumDelay` in seconds: until they were whole and their turn had come.
    pub jitter_buffer_minimum_delay: f64,
    /// `jitterBufferEmittedCount`: frames of video or samples of audio that were taken.
    pub jitter_buffer_emitted: u64,
    /// Samples of audio handed out, as far as frames tell.
    pub samples_received: u64,
    /// How long they were together.
    pub audio_duration: Duration,
    /// How loud the last packet was, if the sender said so.
    pub audio_level: Option<AudioLevel>,
    /// The energy of packets whose level was told, as W3C `totalAudioEnergy`.
    pub audio_energy: f64,
    /// What was handed out last on the sender's clock, and when it was: W3C
    /// `estimatedPlayoutTimestamp` goes on from there.
    pub playout: Option<(SystemTime, Instant)>,
    /// `framesDropped`: frames that could not be made whole, were malformed, or were not taken in
    /// time.
    pub frames_dropped: u64,
    /// Times that a gap was given up.
    pub gaps_given_up: u64,
    /// Packets whose payload was malformed.
    pub payloads_malformed: u64,
    /// `frameWidth` and `frameHeight`, of the last key frame.
    pub dimensions: Option<(u16, u16)>,
    /// `nackCount`: NACK messages sent.
    pub nack_count: u64,
    /// Packets asked for, each time counted.
    pub packets_nacked: u64,
    /// `pliCount`: picture loss indications sent.
    pub pli_count: u64,
    /// `firCount`: full intra requests sent.
    pub fir_count: u64,
    /// Times that the stream of this receiver began anew, under another source or number.
    pub restarts: u64,
    /// Whether the sender has said goodbye.
    pub ended: bool,
    /// `reportsSent`: sender reports received.
    pub remote_reports: u64,
    /// `packetsSent` of the last sender report.
    pub remote_packets_sent: u32,
    /// `bytesSent` of the last sender report.
    pub remote_bytes_sent: u32,
    /// `remoteTimestamp`: the sender's clock in its last report, as it says.
    pub remote_timestamp: Option<SystemTime>,
    /// When the last sender report came.
    pub remote_report_at: Option<Instant>,
    /// `roundTripTime`: `None` if the last sender report did not answer one of ours.
    pub round_trip_time: Option<Duration>,
    /// `totalRoundTripTime`.
    pub total_round_trip_time: Duration,
    /// `roundTripTimeMeasurements`.
    pub round_trip_time_measurements: u64,
}

/// Counts of all streams together.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct StreamsStats {
    /// RTP packets handed in.
    pub rtp_received: u64,
    /// RTCP packets handed in.
    pub rtcp_received: u64,
    /// Packets that arrived with a mark of congestion.
    pub congestion_marks: u64,
    /// What was thrown away, by reason.
    pub dropped: Drops,
    /// RTCP packets sent.
    pub rtcp_sent: u64,
    /// Transport-wide feedback sent.
    pub transport_feedback_sent: u64,
    /// Transport-wide feedback received.
    pub transport_feedback_received: u64,
    /// `ccfbMessagesSent`: congestion control feedback (RFC 8888) sent.
    pub congestion_feedback_sent: u64,
    /// `ccfbMessagesReceived`: congestion control feedback (RFC 8888) received.
    pub congestion_feedback_received: u64,
    /// The last estimate of the receiver (REMB), in bits per second.
    pub remote_estimate: Option<u64>,
    /// The smoothed round-trip time.
    pub round_trip_time: Option<Duration>,
}

/// What was thrown away, by reason.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Drops {
    /// RTP packets that are malformed.
    pub malformed_rtp: u64,
    /// RTCP packets, or parts of them, that are malformed.
    pub malformed_rtcp: u64,
    /// RTP packets that belong to no receiver.
    pub unroutable: u64,
    /// RTP packets of a payload type that their receiver has not.
    pub unknown_payload_type: u64,
    /// RTP packets with a source of our own.
    pub looped: u64,
    /// Packets whose sequence number is far off.
    pub far_off: u64,
    /// Retransmissions without an original stream, or too short.
    pub useless_retransmission: u64,
    /// RTCP about streams that are not here.
    pub unknown_source: u64,
}
