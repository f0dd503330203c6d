//! What a session may be told beyond the W3C configuration.

use std::time::Duration;

use crate::identity::ThirdPartyIdentityProvider;
use crate::negotiation::codecs::MediaEngine;

/// The codecs of a session and its limits.
#[derive(Clone, Debug)]
pub struct Config {
    /// Codecs and header extensions that are offered and accepted.
    pub media_engine: MediaEngine,
    /// What is offered and accepted of RTCP.
    pub rtcp: RtcpConfig,
    /// The largest message that we take, in octets, as the descriptions say it. Default: 262,144.
    pub max_message_size: u64,
    /// The largest message that we send, in octets, also to a peer that takes more; 0 is any size.
    /// The association must be able to: `sctp.max_message_size`. Default: 262,144.
    pub max_send_size: u64,
    /// Octets of messages that a channel may hold unsent before `send()` fails. Default: 16 MiB.
    pub max_buffered_amount: u64,
    /// Octets of messages of a channel that may wait for their step to be pulled; what is beyond
    /// stays in the receive window. Default: 1 MiB.
    pub message_credit: u64,
    /// Candidates of the peer that may wait for a description. Default: 100.
    pub max_waiting_candidates: usize,
    /// Data channels that are remembered after they were closed, at most 64; the oldest are
    /// forgotten. Default: 64.
    pub closed_channels: usize,
    /// The longest description, in octets. Default: 1 MiB.
    pub max_description: usize,
    /// The origin that identity providers are told. Default: `null`, which is none.
    pub origin: String,
    /// How long an identity provider may take. Default: 15 s.
    pub identity_timeout: Duration,
    /// The longest identity assertion, in octets as descriptions have it. Default: 48 KiB.
    pub max_identity: usize,
    /// Identity providers that may speak for other domains than their own. Default: none.
    pub third_party_idps: Vec<ThirdPartyIdentityProvider>,
    /// Encodings of simulcast that a sender or receiver of video has at most. Default: 8.
    pub max_encodings: usize,
    /// Whether what `getParameters` gave can be set until something changes. Otherwise, as the
    /// W3C has it, until the task of that call is over: for who has an event loop. Default: false.
    pub parameters_stay: bool,
}

/// What a session offers and accepts of RTCP, beside the feedback of each codec.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RtcpConfig {
    /// Congestion control feedback of each stream (RFC 8888) in the place of transport-wide
    /// feedback. Default: accepted if the peer offers it.
    pub stream_feedback: StreamFeedback,
    /// Whether RTP packets leave with ECT(1), for low latency, low loss and scalable throughput
    /// (L4S, RFC 9330): where that was negotiated beside feedback of each stream, and once the path
    /// was seen to let marks through. Only who slows down at each mark of congestion may switch it
    /// on (RFC 9331, section 4.3). Marks of the peer are told in any case. Default: false.
    pub ect1: bool,
    /// Whether who only receives can measure the round trip, by extended reports (RFC 3611).
    /// Default: true.
    pub receiver_round_trip: bool,
}

impl Default for RtcpConfig {
    fn default() -> Self {
        Self {
            stream_feedback: StreamFeedback::Accept,
            ect1: false,
            receiver_round_trip: true,
        }
    }
}

/// Whether congestion control feedback of each stream is used (RFC 8888). An answer has it or
/// transport-wide feedback, never both.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StreamFeedback {
    /// Never.
    Refuse,
    /// If the peer offers it.
    Accept,
    /// Our offers have it beside transport-wide feedback, too.
    Offer,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            media_engine: MediaEngine::default(),
            rtcp: RtcpConfig::default(),
            max_message_size: 262_144,
            max_send_size: 262_144,
            max_buffered_amount: 16 << 20,
            message_credit: 1 << 20,
            max_waiting_candidates: 100,
            closed_channels: 64,
            max_description: 1 << 20,
            origin: String::from("null"),
            identity_timeout: Duration::from_secs(15),
            max_identity: 48 << 10,
            third_party_idps: Vec::new(),
            max_encodings: 8,
            parameters_stay: false,
        }
    }
}
