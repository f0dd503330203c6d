//! `RTCRemoteInboundRtpStreamStats` and `RTCRemoteOutboundRtpStreamStats`: what the peer reports.

use super::dictionary::dictionary;
use super::{DomHighResTimeStamp, ReceivedRtpStreamStats, SentRtpStreamStats};

dictionary! {
    /// `RTCRemoteInboundRtpStreamStats`: what the peer reported of a stream that we send, from its
    /// first report on. Its timestamp is when the last report arrived.
    RemoteInboundRtpStreamStats: ReceivedRtpStreamStats {
        /// `localId`: the [`OutboundRtpStreamStats`](super::OutboundRtpStreamStats).
        local_id: Option<String>,
        /// `roundTripTime` in seconds: the last one measured. `None` until a report answered one
        /// of ours.
        round_trip_time: Option<f64>,
        /// `totalRoundTripTime` in seconds.
        total_round_trip_time: Option<f64>,
        /// `fractionLost` since the report before, 0 to 1.
        fraction_lost: Option<f64>,
        /// `roundTripTimeMeasurements`.
        round_trip_time_measurements: Option<u64>,
        /// `packetsWithBleachedEct1Marking`: packets that left with ECT(1) and arrived without a
        /// mark; `None` unless congestion control feedback (RFC 8888) was negotiated.
        packets_with_bleached_ect1_marking: Option<u64>,
    }
}

dictionary! {
    /// `RTCRemoteOutboundRtpStreamStats`: what the peer reported of a stream that it sends, from
    /// its first report on. Its timestamp is when the last report arrived.
    RemoteOutboundRtpStreamStats: SentRtpStreamStats {
        /// `localId`: the [`InboundRtpStreamStats`](super::InboundRtpStreamStats).
        local_id: Option<String>,
        /// `remoteTimestamp`: the peer's clock when it sent the report.
        remote_timestamp: Option<DomHighResTimeStamp>,
        /// `reportsSent`: sender reports about the stream.
        reports_sent: Option<u64>,
        /// `roundTripTime` in seconds (RFC 3611, section 4.5): `None` unless the last report of
        /// the peer answered one of ours, which it does if `a=rtcp-xr:rcvr-rtt` was negotiated.
        round_trip_time: Option<f64>,
        /// `totalRoundTripTime` in seconds.
        total_round_trip_time: Option<f64>,
        /// `roundTripTimeMeasurements`.
        round_trip_time_measurements: Option<u64>,
    }
}
