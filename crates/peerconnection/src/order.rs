//! What the session asks of the connection.

use std::time::Duration;

use bytes::Bytes;
use stonechat_media::{ReceiverTransform, SenderTransform};

use crate::configuration::Configuration;
use crate::id::{ChannelId, ReceiverId, SenderId, TransportId};
use crate::plan::Plan;
use crate::stats::QualityLimitationReason;

pub use stonechat_datachannel::Parameters as ChannelParameters;

/// One order of the session to the connection. Orders are done in their sequence.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Order {
    /// Become what the plan says.
    Apply(Box<Plan>),
    /// Use these servers and this policy from the next gathering on.
    Configure(Box<Configuration>),
    /// Add a candidate of the peer.
    AddRemoteCandidate {
        /// Where to.
        transport: TransportId,
        /// The candidate.
        candidate: Box<stonechat_ice::Candidate>,
    },
    /// The peer has no more candidates for this generation.
    EndOfRemoteCandidates {
        /// Where.
        transport: TransportId,
    },
    /// The section for data was rejected: association and channels end; later ones begin anew.
    EndAssociation,
    /// Open a data channel; it waits for the association.
    OpenChannel {
        /// The name that the session gave it.
        channel: ChannelId,
        /// Label, protocol and the rest.
        parameters: Box<ChannelParameters>,
        /// Its stream.
        stream: u16,
    },
    /// Send a message; the session bounds what is outstanding.
    SendMessage {
        /// Over which channel.
        channel: ChannelId,
        /// Text or binary.
        kind: MessageKind,
        /// The octets.
        data: Bytes,
    },
    /// Close a channel after what was sent is delivered.
    CloseChannel {
        /// Which.
        channel: ChannelId,
    },
    /// Allow so many more octets of messages to be handed up; a message that is larger than what
    /// is left is still handed up if anything is left.
    GrantCredit {
        /// Over which channel.
        channel: ChannelId,
        /// How many.
        octets: u64,
    },
    /// Ask the peer's encoder for a key frame.
    RequestKeyFrame {
        /// Of which receiver.
        receiver: ReceiverId,
    },
    /// Play a telephone event, and report [`Fact::DtmfDue`](crate::Fact::DtmfDue) later.
    PlayTone {
        /// By which sender.
        sender: SenderId,
        /// The event, 0 to 15.
        event: u8,
        /// How long it sounds.
        duration: Duration,
        /// After what time to report.
        wait: Duration,
    },
    /// Report [`Fact::DtmfDue`](crate::Fact::DtmfDue) after a time.
    DtmfPause {
        /// Of which sender.
        sender: SenderId,
        /// After what time.
        wait: Duration,
    },
    /// Lead the frames of a sender another way.
    SetSenderTransform {
        /// Which.
        sender: SenderId,
        /// The way.
        transform: SenderTransform,
    },
    /// Lead the frames of a receiver another way.
    SetReceiverTransform {
        /// Which.
        receiver: ReceiverId,
        /// The way.
        transform: ReceiverTransform,
    },
    /// Note what an encoder tells of itself, for statistics.
    NoteEncoder {
        /// Of which sender.
        sender: SenderId,
        /// Of which of its encodings, if that has a name.
        rid: Option<String>,
        /// Bits per second that it aims at.
        target_bitrate: Option<f64>,
        /// What keeps its quality down.
        limitation: Option<QualityLimitationReason>,
    },
    /// A sender has another track: what its frames tell of the track counts from here.
    MarkSource {
        /// Which.
        sender: SenderId,
    },
    /// Answer with [`Fact::Stats`](crate::Fact::Stats) of the same number.
    SnapshotStats {
        /// Names the question.
        request: u64,
    },
    /// Close everything: channels, association, DTLS, ICE.
    Close,
}

/// Text or binary.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum MessageKind {
    /// UTF-8 text.
    Text,
    /// Octets.
    Binary,
}
