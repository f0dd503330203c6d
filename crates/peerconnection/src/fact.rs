//! What the connection reports to the session.

use std::net::SocketAddr;

use bytes::Bytes;

use crate::error::Error;
use crate::id::{ChannelId, ReceiverId, SenderId, TransportId};
use crate::order::{ChannelParameters, MessageKind};
use crate::stats::Snapshot;

/// One fact that the connection reports. Facts come in the sequence in which they happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Fact {
    /// A transport gathers candidates, or is done.
    Gathering {
        /// Which.
        transport: TransportId,
        /// How far.
        state: stonechat_ice::GatheringState,
        /// The username fragment of the generation.
        generation: String,
    },
    /// A candidate of ours.
    LocalCandidate {
        /// Of which transport.
        transport: TransportId,
        /// The candidate.
        candidate: Box<stonechat_ice::Candidate>,
        /// The username fragment of its generation.
        generation: String,
        /// The server that it came from, as a URL.
        url: Option<String>,
    },
    /// A server did not give a candidate.
    CandidateError {
        /// Of which transport.
        transport: TransportId,
        /// The local address that was used.
        local: Option<SocketAddr>,
        /// The server, as a URL.
        url: String,
        /// The STUN error code, or 701 if the server was not reached.
        code: u16,
        /// The reason phrase.
        text: String,
    },
    /// The state of a transport's ICE agent changed.
    IceState {
        /// Which.
        transport: TransportId,
        /// To what.
        state: stonechat_ice::State,
    },
    /// The role of a transport's ICE agent changed by a conflict.
    IceRole {
        /// Which.
        transport: TransportId,
        /// To what.
        role: stonechat_ice::Role,
    },
    /// Another pair of candidates carries the data.
    SelectedPair {
        /// Of which transport.
        transport: TransportId,
        /// Our side.
        local: Box<stonechat_ice::Candidate>,
        /// The peer's side.
        remote: Box<stonechat_ice::Candidate>,
    },
    /// The state of a transport's DTLS session changed.
    DtlsState {
        /// Which.
        transport: TransportId,
        /// To what.
        state: DtlsFact,
    },
    /// The SCTP association is up.
    AssociationConnected {
        /// The most channels that it can have.
        max_channels: u16,
    },
    /// The SCTP association ended.
    AssociationClosed {
        /// Why, if not by an orderly end.
        error: Option<String>,
    },
    /// The peer opened a channel; it is open.
    ChannelAnnounced {
        /// The name that the connection gave it.
        channel: ChannelId,
        /// Label, protocol and the rest.
        parameters: Box<ChannelParameters>,
        /// Its SCTP stream.
        stream: u16,
    },
    /// A channel of ours is open.
    ChannelOpen {
        /// Which.
        channel: ChannelId,
        /// Its SCTP stream.
        stream: u16,
    },
    /// The peer closes a channel; what it sent before has been reported.
    ChannelClosing {
        /// Which.
        channel: ChannelId,
    },
    /// A channel is closed for good.
    ChannelClosed {
        /// Which.
        channel: ChannelId,
        /// Why, if not by an orderly end.
        error: Option<Error>,
    },
    /// A message arrived; covered by credit.
    Message {
        /// Over which channel.
        channel: ChannelId,
        /// Text or binary.
        kind: MessageKind,
        /// The octets; text is valid UTF-8.
        data: Bytes,
    },
    /// So many octets of messages left the queue of a channel.
    Sent {
        /// Over which channel.
        channel: ChannelId,
        /// How many.
        octets: u64,
    },
    /// The first packet of a receiver arrived, or of a receiver that was muted.
    ReceiverActive {
        /// Which.
        receiver: ReceiverId,
    },
    /// The peer said goodbye to the source of a receiver.
    ReceiverBye {
        /// Which.
        receiver: ReceiverId,
    },
    /// The peer asks for a key frame.
    KeyFrameRequested {
        /// Of which sender.
        sender: SenderId,
        /// Of which encoding, in simulcast.
        rid: Option<String>,
    },
    /// The time of an [`Order::PlayTone`](crate::Order::PlayTone) or
    /// [`Order::DtmfPause`](crate::Order::DtmfPause) is over.
    DtmfDue {
        /// Of which sender.
        sender: SenderId,
    },
    /// A key frame of a sender is handed to its transform.
    KeyFrameEncoded {
        /// Of which sender.
        sender: SenderId,
        /// Of which encoding; of the first one if `None`.
        rid: Option<String>,
        /// Its RTP timestamp.
        timestamp: u32,
    },
    /// The answer to [`Order::SnapshotStats`](crate::Order::SnapshotStats).
    Stats {
        /// Names the question.
        request: u64,
        /// The counters of that moment.
        snapshot: Box<Snapshot>,
    },
    /// Everything is closed; nothing follows.
    Closed,
}

impl Fact {
    /// The channel that it is about.
    pub(crate) fn channel(&self) -> Option<ChannelId> {
        match self {
            Self::ChannelAnnounced { channel, .. }
            | Self::ChannelOpen { channel, .. }
            | Self::ChannelClosing { channel }
            | Self::ChannelClosed { channel, .. }
            | Self::Message { channel, .. }
            | Self::Sent { channel, .. } => Some(*channel),
            _ => None,
        }
    }

    /// The transport that it is about.
    pub(crate) fn transport(&self) -> Option<TransportId> {
        match self {
            Self::Gathering { transport, .. }
            | Self::LocalCandidate { transport, .. }
            | Self::CandidateError { transport, .. }
            | Self::IceState { transport, .. }
            | Self::IceRole { transport, .. }
            | Self::SelectedPair { transport, .. }
            | Self::DtlsState { transport, .. } => Some(*transport),
            _ => None,
        }
    }
}

/// A state of a DTLS session, with what is known in it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum DtlsFact {
    /// The handshake runs.
    Connecting,
    /// Keys are agreed and the peer's certificate was checked.
    Connected {
        /// The version, such as `FEFD`.
        version: String,
        /// The cipher suite's registered name.
        cipher: String,
        /// The SRTP profile's registered name, if one was agreed.
        srtp: Option<String>,
        /// The peer's certificate in DER.
        certificate: Vec<u8>,
        /// The certificates that it sent behind it, in DER: those that issued it.
        issuers: Vec<Vec<u8>>,
    },
    /// Ended in order.
    Closed,
    /// Failed.
    Failed {
        /// Why: `dtls-failure` with the alert that was sent or received, or `fingerprint-failure`.
        error: Box<Error>,
    },
}
