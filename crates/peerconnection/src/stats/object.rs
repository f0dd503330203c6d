//! One object of a report: a dictionary of any kind.

use super::dictionary::Dictionary;
use super::{
    AudioPlayoutStats, AudioSourceStats, CertificateStats, CodecStats, DataChannelStats,
    IceCandidatePairStats, IceCandidateStats, InboundRtpStreamStats, OutboundRtpStreamStats,
    PeerConnectionStats, RemoteInboundRtpStreamStats, RemoteOutboundRtpStreamStats, Stats,
    StatsType, TransportStats, VideoSourceStats,
};

/// A dictionary that can be an object of a report.
pub trait StatsDictionary: Sized {
    /// The object as this dictionary, if it is one.
    fn of(object: &StatsObject) -> Option<&Self>;
}

macro_rules! objects {
    ($($(#[$doc:meta])* $variant:ident($dictionary:ident),)+) => {
        /// One object of a [`StatsReport`](super::StatsReport): a dictionary of one of the types
        /// of [`StatsType`].
        ///
        /// The members that all have, `id`, `timestamp` and `type`, are reached directly.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum StatsObject {
            $($(#[$doc])* $variant(Box<$dictionary>),)+
        }

        impl ::core::ops::Deref for StatsObject {
            type Target = Stats;

            fn deref(&self) -> &Stats {
                match self {
                    $(Self::$variant(dictionary) => dictionary,)+
                }
            }
        }

        impl StatsObject {
            pub(super) fn dictionary(&self) -> &dyn Dictionary {
                match self {
                    $(Self::$variant(dictionary) => &**dictionary,)+
                }
            }
        }
    };
}

objects! {
    /// `codec`.
    Codec(CodecStats),
    /// `inbound-rtp`.
    InboundRtp(InboundRtpStreamStats),
    /// `outbound-rtp`.
    OutboundRtp(OutboundRtpStreamStats),
    /// `remote-inbound-rtp`.
    RemoteInboundRtp(RemoteInboundRtpStreamStats),
    /// `remote-outbound-rtp`.
    RemoteOutboundRtp(RemoteOutboundRtpStreamStats),
    /// `media-source` of audio.
    AudioSource(AudioSourceStats),
    /// `media-source` of video.
    VideoSource(VideoSourceStats),
    /// `media-playout`.
    MediaPlayout(AudioPlayoutStats),
    /// `peer-connection`.
    PeerConnection(PeerConnectionStats),
    /// `data-channel`.
    DataChannel(DataChannelStats),
    /// `transport`.
    Transport(TransportStats),
    /// `candidate-pair`.
    CandidatePair(IceCandidatePairStats),
    /// `local-candidate`.
    LocalCandidate(IceCandidateStats),
    /// `remote-candidate`.
    RemoteCandidate(IceCandidateStats),
    /// `certificate`.
    Certificate(CertificateStats),
}

macro_rules! dictionaries {
    ($($dictionary:ident: $($variant:ident)|+,)+) => {$(
        impl StatsDictionary for $dictionary {
            fn of(object: &StatsObject) -> Option<&Self> {
                match object {
                    $(StatsObject::$variant(dictionary))|+ => Some(dictionary),
                    _ => None,
                }
            }
        }
    )+};
}

dictionaries! {
    CodecStats: Codec,
    InboundRtpStreamStats: InboundRtp,
    OutboundRtpStreamStats: OutboundRtp,
    RemoteInboundRtpStreamStats: RemoteInboundRtp,
    RemoteOutboundRtpStreamStats: RemoteOutboundRtp,
    AudioSourceStats: AudioSource,
    VideoSourceStats: VideoSource,
    AudioPlayoutStats: MediaPlayout,
    PeerConnectionStats: PeerConnection,
    DataChannelStats: DataChannel,
    TransportStats: Transport,
    IceCandidatePairStats: CandidatePair,
    IceCandidateStats: LocalCandidate | RemoteCandidate,
    CertificateStats: Certificate,
}

macro_rules! into_object {
    ($($dictionary:ident => $variant:ident,)+) => {$(
        impl From<$dictionary> for StatsObject {
            fn from(dictionary: $dictionary) -> Self {
                Self::$variant(Box::new(dictionary))
            }
        }
    )+};
}

into_object! {
    CodecStats => Codec,
    InboundRtpStreamStats => InboundRtp,
    OutboundRtpStreamStats => OutboundRtp,
    RemoteInboundRtpStreamStats => RemoteInboundRtp,
    RemoteOutboundRtpStreamStats => RemoteOutboundRtp,
    AudioSourceStats => AudioSource,
    VideoSourceStats => VideoSource,
    AudioPlayoutStats => MediaPlayout,
    PeerConnectionStats => PeerConnection,
    DataChannelStats => DataChannel,
    TransportStats => Transport,
    IceCandidatePairStats => CandidatePair,
    CertificateStats => Certificate,
}

impl From<IceCandidateStats> for StatsObject {
    fn from(candidate: IceCandidateStats) -> Self {
        if candidate.r#type == StatsType::RemoteCandidate {
            Self::RemoteCandidate(Box::new(candidate))
        } else {
            Self::LocalCandidate(Box::new(candidate))
        }
    }
}
