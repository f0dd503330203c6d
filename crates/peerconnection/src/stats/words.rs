//! The enums of webrtc-stats, and those of webrtc-pc that statistics alone tell.

crate::w3c_enums! {
    /// `RTCStatsType`: what an object of a report is about.
    StatsType {
        /// A codec that a stream uses.
        #[default]
        Codec = "codec",
        /// A stream that is received.
        InboundRtp = "inbound-rtp",
        /// A stream that is sent.
        OutboundRtp = "outbound-rtp",
        /// What the peer reports of a stream that it receives.
        RemoteInboundRtp = "remote-inbound-rtp",
        /// What the peer reports of a stream that it sends.
        RemoteOutboundRtp = "remote-outbound-rtp",
        /// A track that is attached to a sender.
        MediaSource = "media-source",
        /// A way by which audio is played out.
        MediaPlayout = "media-playout",
        /// The peer connection.
        PeerConnection = "peer-connection",
        /// A data channel.
        DataChannel = "data-channel",
        /// A DTLS transport with its ICE transport.
        Transport = "transport",
        /// A pair of ICE candidates.
        CandidatePair = "candidate-pair",
        /// A candidate of ours.
        LocalCandidate = "local-candidate",
        /// A candidate of the peer.
        RemoteCandidate = "remote-candidate",
        /// A certificate of a transport.
        Certificate = "certificate",
    }

    /// `RTCQualityLimitationReason`: why resolution or frame rate are less than the source's.
    QualityLimitationReason {
        /// They are not.
        #[default]
        None = "none",
        /// The encoder has not enough processor time.
        Cpu = "cpu",
        /// The path carries no more.
        Bandwidth = "bandwidth",
        /// Something else.
        Other = "other",
    }

    /// `RTCDtlsRole`: which end begins the handshake.
    DtlsRole {
        /// This end.
        Client = "client",
        /// The peer.
        Server = "server",
        /// Not decided yet.
        #[default]
        Unknown = "unknown",
    }

    /// `RTCStatsIceCandidatePairState` (RFC 8445, section 6.1.2.6).
    StatsIceCandidatePairState {
        /// Waits for another pair of its foundation.
        #[default]
        Frozen = "frozen",
        /// Will be checked.
        Waiting = "waiting",
        /// A check is under way.
        InProgress = "in-progress",
        /// No check gave an answer.
        Failed = "failed",
        /// A check gave an answer.
        Succeeded = "succeeded",
    }
}
