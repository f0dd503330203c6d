//! Statistics (webrtc-stats): the connection's counters of one moment, and the report that the
//! session makes of them.

mod report;
mod value;

use std::time::Instant;

pub use self::value::{Stat, StatType, Value};

use crate::connection::Traffic;
use crate::id::{ChannelId, Kind, ReceiverId, SenderId, TransportId};

/// The counters of a connection at one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// When.
    pub at: Option<Instant>,
    /// Each transport.
    pub transports: Vec<TransportSnapshot>,
    /// Each data channel that lives.
    pub channels: Vec<(ChannelId, stonechat_datachannel::ChannelStats)>,
    /// Each sender.
    pub senders: Vec<SenderSnapshot>,
    /// Each receiver.
    pub receivers: Vec<ReceiverSnapshot>,
    /// The association's round-trip time, if one was measured.
    pub sctp_round_trip_time: Option<std::time::Duration>,
}

/// One transport.
#[derive(Clone, Debug)]
pub struct TransportSnapshot {
    /// Which.
    pub id: TransportId,
    /// What it sent, all protocols together.
    pub sent: Traffic,
    /// What it received, all protocols together.
    pub received: Traffic,
    /// Its candidate pairs.
    pub pairs: Vec<stonechat_ice::PairStats>,
    /// The pair in use.
    pub selected: Option<stonechat_ice::PairId>,
    /// Our candidates.
    pub local_candidates: Vec<stonechat_ice::Candidate>,
    /// The peer's candidates.
    pub remote_candidates: Vec<stonechat_ice::Candidate>,
}

/// One encoding of a sender.
#[derive(Clone, Debug)]
pub struct SenderSnapshot {
    /// Which.
    pub id: SenderId,
    /// By which transport it goes.
    pub transport: TransportId,
    /// Audio or video.
    pub kind: Kind,
    /// Its media section.
    pub mid: String,
    /// Which of its encodings, in simulcast.
    pub rid: Option<String>,
    /// Its codec.
    pub codec: Option<crate::plan::CodecPlan>,
    /// Its counters.
    pub stats: stonechat_media::SenderStats,
}

/// One encoding of a receiver.
#[derive(Clone, Debug)]
pub struct ReceiverSnapshot {
    /// Which.
    pub id: ReceiverId,
    /// By which transport it comes.
    pub transport: TransportId,
    /// Audio or video.
    pub kind: Kind,
    /// Its media section.
    pub mid: String,
    /// Which of its encodings, in simulcast.
    pub rid: Option<String>,
    /// Its codec.
    pub codec: Option<crate::plan::CodecPlan>,
    /// Its counters.
    pub stats: stonechat_media::ReceiverStats,
}

/// `RTCStatsReport`: statistics by id.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The entries, each with an id of its own.
    pub stats: Vec<Stat>,
}

impl Report {
    /// The entry with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Stat> {
        self.stats.iter().find(|stat| stat.id == id)
    }

    /// The entries of this type.
    pub fn of_type(&self, kind: StatType) -> impl Iterator<Item = &Stat> {
        self.stats.iter().filter(move |stat| stat.kind == kind)
    }
}
