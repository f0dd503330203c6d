//! The counters of a connection at one moment.

use std::time::{Duration, Instant};

use crate::connection::Traffic;
use crate::id::{ChannelId, Kind, ReceiverId, SenderId, TransportId};
use crate::plan::CodecPlan;

/// The counters of a connection at one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// When.
    pub at: Option<Instant>,
    /// Each transport.
    pub transports: Vec<TransportSnapshot>,
    /// Each data channel, the last ones that closed included.
    pub channels: Vec<(ChannelId, stonechat_datachannel::ChannelStats)>,
    /// Each stream that is sent, and those of senders that were stopped.
    pub senders: Vec<SenderSnapshot>,
    /// Each stream that is received, and those of receivers that were stopped.
    pub receivers: Vec<ReceiverSnapshot>,
    /// The association's round-trip time, if one was measured.
    pub sctp_round_trip_time: Option<Duration>,
}

/// One transport.
#[derive(Clone, Debug)]
pub struct TransportSnapshot {
    /// Which.
    pub id: TransportId,
    /// What it sent, checks of ICE not counted.
    pub sent: Traffic,
    /// What it received, checks of ICE not counted.
    pub received: Traffic,
    /// Its candidate pairs.
    pub pairs: Vec<stonechat_ice::PairStats>,
    /// The pair in use.
    pub selected: Option<stonechat_ice::PairId>,
    /// How often that changed.
    pub selected_changes: u32,
    /// Our candidates, each with the server that it came from.
    pub local_candidates: Vec<(stonechat_ice::Candidate, Option<String>)>,
    /// The peer's candidates.
    pub remote_candidates: Vec<stonechat_ice::Candidate>,
    /// The peer's username fragment.
    pub remote_ufrag: Option<String>,
    /// Bits per second that the peer estimates it can receive (REMB).
    pub remote_estimate: Option<u64>,
    /// Messages of congestion control feedback (RFC 8888) sent.
    pub congestion_feedback_sent: u64,
    /// Messages of congestion control feedback (RFC 8888) received.
    pub congestion_feedback_received: u64,
}

/// One stream that is sent.
#[derive(Clone, Debug)]
pub struct SenderSnapshot {
    /// Of which sender.
    pub id: SenderId,
    /// Names the stream: another one of the same sender has another name.
    pub name: String,
    /// By which transport it goes.
    pub transport: TransportId,
    /// Audio or video.
    pub kind: Kind,
    /// Its codec: that of the last packet, else the one that is preferred.
    pub codec: Option<CodecPlan>,
    /// Whether it is configured to be sent.
    pub active: bool,
    /// Its encoding's name.
    pub rid: Option<String>,
    /// The place of its encoding.
    pub encoding_index: u32,
    /// Whether retransmissions go on a stream of their own.
    pub has_rtx: bool,
    /// Whether congestion control feedback of each stream was negotiated (RFC 8888).
    pub stream_feedback: bool,
    /// What its track gave since it was attached.
    pub source: SourceCounters,
    /// Its counters.
    pub stats: stonechat_media::SenderStats,
}

/// What encoded frames of a track tell of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SourceCounters {
    /// Frames.
    pub frames: u64,
    /// Key frames.
    pub key_frames: u64,
    /// How long the audio was.
    pub duration: Duration,
    /// Its energy.
    pub energy: f64,
}

/// One stream that is received.
#[derive(Clone, Debug)]
pub struct ReceiverSnapshot {
    /// Of which receiver.
    pub id: ReceiverId,
    /// Names the stream: another one of the same receiver has another name.
    pub name: String,
    /// By which transport it comes.
    pub transport: TransportId,
    /// Audio or video.
    pub kind: Kind,
    /// The codec of the last packet.
    pub codec: Option<CodecPlan>,
    /// Whether retransmissions come on a stream of their own.
    pub has_rtx: bool,
    /// Whether congestion control feedback of each stream was negotiated (RFC 8888).
    pub stream_feedback: bool,
    /// Whether frames are handed out, not packets.
    pub assembles: bool,
    /// Its counters.
    pub stats: stonechat_media::ReceiverStats,
}
