//! Statistics (webrtc-stats): the dictionaries of the W3C, what an application can tell, and the
//! counters of a connection that a session makes a report of.

mod audio_playout;
mod base;
mod base64;
mod certificate;
mod codec;
mod collect;
mod data_channel;
mod dictionary;
mod ice_candidate;
mod ice_candidate_pair;
mod inbound_rtp;
mod media_source;
mod object;
mod outbound_rtp;
mod peer_connection;
mod remote_rtp;
mod report;
mod rtp_stream;
mod selector;
mod snapshot;
mod told;
mod transport;
mod value;
mod words;

pub use self::audio_playout::AudioPlayoutStats;
pub use self::base::Stats;
pub use self::certificate::CertificateStats;
pub use self::codec::CodecStats;
pub use self::data_channel::DataChannelStats;
pub use self::ice_candidate::IceCandidateStats;
pub use self::ice_candidate_pair::IceCandidatePairStats;
pub use self::inbound_rtp::InboundRtpStreamStats;
pub use self::media_source::{AudioSourceStats, MediaSourceStats, VideoSourceStats};
pub use self::object::{StatsDictionary, StatsObject};
pub use self::outbound_rtp::OutboundRtpStreamStats;
pub use self::peer_connection::PeerConnectionStats;
pub use self::remote_rtp::{RemoteInboundRtpStreamStats, RemoteOutboundRtpStreamStats};
pub use self::report::StatsReport;
pub use self::rtp_stream::{ReceivedRtpStreamStats, RtpStreamStats, SentRtpStreamStats};
pub use self::selector::StatsSelector;
pub use self::snapshot::{
    ReceiverSnapshot, SenderSnapshot, Snapshot, SourceCounters, TransportSnapshot,
};
pub use self::told::{BitrateReport, DecodeReport, EncodeReport, PlayoutReport, SourceReport};
pub use self::transport::TransportStats;
pub use self::value::Value;
pub use self::words::{DtlsRole, QualityLimitationReason, StatsIceCandidatePairState, StatsType};
use crate::ice_candidate::{IceCandidateType, IceServerTransportProtocol, IceTcpCandidateType};
use crate::state::IceRole;

/// `DOMHighResTimeStamp`: milliseconds since the Unix epoch, with fractions.
pub type DomHighResTimeStamp = f64;
