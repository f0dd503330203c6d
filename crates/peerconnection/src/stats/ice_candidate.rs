//! `RTCIceCandidateStats`.

use super::dictionary::dictionary;
use super::{IceCandidateType, IceServerTransportProtocol, IceTcpCandidateType, Stats};

dictionary! {
    /// `RTCIceCandidateStats`: a candidate of ours or of the peer.
    IceCandidateStats: Stats {
        /// `transportId`: its [`TransportStats`](super::TransportStats).
        transport_id: String,
        /// `address`, or a name of multicast DNS in its place. `None`, the W3C's `null`, for one
        /// of the peer that signalling did not tell.
        address: Option<String>,
        /// `port`.
        port: Option<i64>,
        /// `protocol`: `udp` or `tcp`.
        protocol: Option<String>,
        /// `candidateType`.
        candidate_type: IceCandidateType,
        /// `priority`.
        priority: Option<i64>,
        /// `url`: the server that one of our candidates came from.
        url: Option<String>,
        /// `relayProtocol`: how the server of our relayed candidate is spoken to.
        relay_protocol: Option<IceServerTransportProtocol>,
        /// `foundation`.
        foundation: Option<String>,
        /// `relatedAddress`: not for host candidates.
        related_address: Option<String>,
        /// `relatedPort`: not for host candidates.
        related_port: Option<i64>,
        /// `usernameFragment`.
        username_fragment: Option<String>,
        /// `tcpType` of a TCP candidate.
        tcp_type: Option<IceTcpCandidateType>,
    }
}
