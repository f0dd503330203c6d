//! `RTCIceCandidatePairStats`.

use super::dictionary::dictionary;
use super::{DomHighResTimeStamp, Stats, StatsIceCandidatePairState};

dictionary! {
    /// `RTCIceCandidatePairStats`: a pair of candidates of the present generation, and of the one
    /// before as long as it carries data.
    IceCandidatePairStats: Stats {
        /// `transportId`: its [`TransportStats`](super::TransportStats).
        transport_id: String,
        /// `localCandidateId`: an [`IceCandidateStats`](super::IceCandidateStats).
        local_candidate_id: String,
        /// `remoteCandidateId`: an [`IceCandidateStats`](super::IceCandidateStats).
        remote_candidate_id: String,
        /// `state`.
        state: StatsIceCandidatePairState,
        /// `nominated`.
        nominated: Option<bool>,
        /// `packetsSent`: without checks.
        packets_sent: Option<u64>,
        /// `packetsReceived`: without checks.
        packets_received: Option<u64>,
        /// `bytesSent`: octets of those.
        bytes_sent: Option<u64>,
        /// `bytesReceived`: octets of those.
        bytes_received: Option<u64>,
        /// `lastPacketSentTimestamp`: checks are not counted.
        last_packet_sent_timestamp: Option<DomHighResTimeStamp>,
        /// `lastPacketReceivedTimestamp`: checks are not counted.
        last_packet_received_timestamp: Option<DomHighResTimeStamp>,
        /// `totalRoundTripTime` in seconds, of checks.
        total_round_trip_time: Option<f64>,
        /// `currentRoundTripTime` in seconds, once measured.
        current_round_trip_time: Option<f64>,
        /// `availableOutgoingBitrate` in bits per second, of the pair in use: what the peer
        /// estimates (REMB), or what the application reports of its own congestion control.
        available_outgoing_bitrate: Option<f64>,
        /// `availableIncomingBitrate` in bits per second, of the pair in use: what the
        /// application reports of its own congestion control.
        available_incoming_bitrate: Option<f64>,
        /// `requestsReceived`.
        requests_received: Option<u64>,
        /// `requestsSent`: without checks of consent.
        requests_sent: Option<u64>,
        /// `responsesReceived`.
        responses_received: Option<u64>,
        /// `responsesSent`.
        responses_sent: Option<u64>,
        /// `consentRequestsSent`.
        consent_requests_sent: Option<u64>,
        /// `packetsDiscardedOnSend`: packets that a socket did not take because of an error.
        packets_discarded_on_send: Option<u32>,
        /// `bytesDiscardedOnSend`: octets of those.
        bytes_discarded_on_send: Option<u64>,
    }
}
