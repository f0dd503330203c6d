//! `RTCRtpStreamStats`, `RTCReceivedRtpStreamStats` and `RTCSentRtpStreamStats`: what the
//! dictionaries of streams have in common.

use super::Stats;
use super::dictionary::dictionary;

dictionary! {
    /// `RTCRtpStreamStats`: any end of any RTP stream.
    RtpStreamStats: Stats {
        /// `ssrc`: the synchronization source.
        ssrc: u32,
        /// `kind`: `audio` or `video`.
        kind: String,
        /// `transportId`: its [`TransportStats`](super::TransportStats).
        transport_id: Option<String>,
        /// `codecId`: its [`CodecStats`](super::CodecStats).
        codec_id: Option<String>,
    }
}

dictionary! {
    /// `RTCReceivedRtpStreamStats`: measured where a stream is received.
    ReceivedRtpStreamStats: RtpStreamStats {
        /// `packetsReceived`: RTP packets, retransmissions included.
        packets_received: Option<u64>,
        /// `packetsReceivedWithEct1`: RTP packets that came with the mark ECT(1), retransmissions
        /// included. `None` for what the peer receives, unless congestion control feedback
        /// (RFC 8888) was negotiated, which tells of marks.
        packets_received_with_ect1: Option<u64>,
        /// `packetsReceivedWithCe`: RTP packets that came with the mark CE, retransmissions
        /// included. `None` for what the peer receives, unless congestion control feedback was
        /// negotiated.
        packets_received_with_ce: Option<u64>,
        /// `packetsReportedAsLost`: RTP packets reported as not received by congestion control
        /// feedback (RFC 8888), retransmissions included: by us of what we receive, by the peer of
        /// what it receives. `None` unless that was negotiated.
        packets_reported_as_lost: Option<u64>,
        /// `packetsReportedAsLostButRecovered`: of those, packets that a later report has as
        /// received. `None` unless such feedback was negotiated.
        packets_reported_as_lost_but_recovered: Option<u64>,
        /// `packetsLost`: RTP packets (RFC 3550, section 6.4.1); negative if duplicates outnumber
        /// losses.
        packets_lost: Option<i64>,
        /// `jitter`: interarrival jitter in seconds (RFC 3550, section 6.4.1).
        jitter: Option<f64>,
    }
}

dictionary! {
    /// `RTCSentRtpStreamStats`: measured where a stream is sent.
    SentRtpStreamStats: RtpStreamStats {
        /// `packetsSent`: RTP packets, retransmissions included.
        packets_sent: Option<u64>,
        /// `bytesSent`: octets of payload, retransmissions included.
        bytes_sent: Option<u64>,
    }
}
