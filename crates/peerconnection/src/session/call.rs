//! What an application asks of a peer connection, and the answers it gets at once.

use std::time::Duration;

use bytes::Bytes;
use stonechat_media::{Delivery, ReceiverTransform, SenderTransform};

use crate::configuration::Configuration;
use crate::data_channel::BinaryType;
use crate::error::Error;
use crate::ice_candidate::IceCandidateInit;
use crate::id::{ChannelId, Kind, ReceiverId, SenderId, TransceiverId, TransportId};
use crate::identity::IdentityProviderOptions;
use crate::order::MessageKind;
use crate::rtp_parameters::{
    Priority, RtpCodec, RtpEncodingParameters, RtpHeaderExtensionCapability, RtpSendParameters,
    SetParameterOptions,
};
use crate::session::description::SessionDescription;
use crate::stats::{
    BitrateReport, DecodeReport, EncodeReport, PlayoutReport, SourceReport, StatsReport,
    StatsSelector,
};

/// One call of the W3C API (webrtc-pc), by ids instead of objects.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Call {
    /// `createOffer()`: a promise of [`Value::Description`].
    CreateOffer(OfferOptions),
    /// `createAnswer()`: a promise of [`Value::Description`].
    CreateAnswer,
    /// `setLocalDescription()`; without a description the one that fits is made.
    SetLocalDescription(Option<SessionDescription>),
    /// `setLocalDescription()` with a text and without a type: the state decides whether it is
    /// the offer or the answer.
    SetInferredLocalDescription(String),
    /// `setRemoteDescription()`.
    SetRemoteDescription(SessionDescription),
    /// `addIceCandidate()`; `None` or an empty candidate ends the candidates.
    AddIceCandidate(Option<IceCandidateInit>),
    /// `restartIce()`.
    RestartIce,
    /// `setConfiguration()`.
    SetConfiguration(Box<Configuration>),
    /// `addTrack()`: answered by [`Answer::Sender`].
    AddTrack {
        /// Identifies the track.
        track: TrackInfo,
        /// The ids of the streams that it belongs to.
        streams: Vec<String>,
    },
    /// `removeTrack()`.
    RemoveTrack(SenderId),
    /// `addTransceiver()`: answered by [`Answer::Transceiver`].
    AddTransceiver {
        /// Audio or video.
        kind: Kind,
        /// The track to send, if there is one already.
        track: Option<TrackInfo>,
        /// Direction, streams and encodings.
        init: TransceiverInit,
    },
    /// Sets `direction` of a transceiver.
    SetDirection(TransceiverId, Direction),
    /// `stop()` of a transceiver.
    StopTransceiver(TransceiverId),
    /// `setCodecPreferences()`; empty restores the default.
    SetCodecPreferences(TransceiverId, Vec<RtpCodec>),
    /// `setHeaderExtensionsToNegotiate()` (webrtc-extensions).
    SetHeaderExtensionsToNegotiate(TransceiverId, Vec<RtpHeaderExtensionCapability>),
    /// `getParameters()` of a sender: answered by [`Answer::Parameters`].
    GetParameters(SenderId),
    /// `setParameters()`: a promise of [`Value::Nothing`].
    SetParameters(SenderId, Box<RtpSendParameters>, SetParameterOptions),
    /// Sets `jitterBufferTarget` of a receiver, at most 4 seconds.
    SetJitterBufferTarget(ReceiverId, Option<Duration>),
    /// `replaceTrack()`: a promise of [`Value::Nothing`].
    ReplaceTrack(SenderId, Option<TrackInfo>),
    /// `setStreams()` of a sender.
    SetStreams(SenderId, Vec<String>),
    /// Whether a receiver hands out frames, which it does unless it is told otherwise, or packets.
    SetDelivery(ReceiverId, Delivery),
    /// Asks the peer for a key frame of what a receiver receives.
    RequestKeyFrame(ReceiverId),
    /// `insertDTMF()` of the `RTCDTMFSender` of a sender.
    InsertDtmf {
        /// Of which sender.
        sender: SenderId,
        /// `0` to `9`, `A` to `D`, `#`, `*` and the comma; they take the place of those that wait.
        tones: String,
        /// Milliseconds of each tone; kept within 40 and 6,000.
        duration: u32,
        /// Milliseconds between tones; kept within 30 and 6,000.
        inter_tone_gap: u32,
    },
    /// What the frames of a sender go through, by the `transform` of the sender.
    SetSenderTransform(SenderId, SenderTransform),
    /// What the frames of a receiver go through, by the `transform` of the receiver.
    SetReceiverTransform(ReceiverId, ReceiverTransform),
    /// `generateKeyFrame()` of an `RTCRtpScriptTransformer`: a promise of [`Value::KeyFrame`].
    GenerateKeyFrame {
        /// The sender whose frames are transformed.
        sender: SenderId,
        /// Of which encoding; of all if `None`.
        rid: Option<String>,
    },
    /// `sendKeyFrameRequest()` of an `RTCRtpScriptTransformer`: a promise of [`Value::Nothing`].
    SendKeyFrameRequest(ReceiverId),
    /// `createDataChannel()`: answered by [`Answer::Channel`].
    CreateDataChannel {
        /// Its label.
        label: String,
        /// The rest.
        init: ChannelInit,
    },
    /// `send()` of a data channel.
    Send {
        /// Over which.
        channel: ChannelId,
        /// Text or binary.
        kind: MessageKind,
        /// The octets; text must be valid UTF-8.
        data: Bytes,
    },
    /// `close()` of a data channel.
    CloseChannel(ChannelId),
    /// Sets `bufferedAmountLowThreshold` of a data channel, in octets.
    SetBufferedAmountLowThreshold(ChannelId, u64),
    /// Sets `binaryType` of a data channel.
    SetBinaryType(ChannelId, BinaryType),
    /// `setIdentityProvider()` (webrtc-identity).
    SetIdentityProvider {
        /// The domain of the provider.
        domain: String,
        /// Its options.
        options: IdentityProviderOptions,
    },
    /// `getIdentityAssertion()`: a promise of [`Value::IdentityAssertion`].
    GetIdentityAssertion,
    /// `getStats()`: a promise of [`Value::Stats`].
    GetStats(StatsSelector),
    /// What the decoder of a receiver tells, for statistics.
    ReportDecode(ReceiverId, Box<DecodeReport>),
    /// What an encoder of a sender tells, for statistics.
    ReportEncode {
        /// Of which sender.
        sender: SenderId,
        /// Of which of its encodings, if that has a name.
        rid: Option<String>,
        /// What it tells.
        report: Box<EncodeReport>,
    },
    /// What the source of a track tells, for statistics.
    ReportSource {
        /// The id of the track, which is attached to a sender.
        track: String,
        /// What it tells.
        report: Box<SourceReport>,
    },
    /// What a device that plays audio out tells, for statistics.
    ReportPlayout {
        /// A name for the device.
        device: String,
        /// Whose audio it plays.
        receivers: Vec<ReceiverId>,
        /// What it tells.
        report: Box<PlayoutReport>,
    },
    /// What congestion control of the application estimates, for statistics.
    ReportBitrate(TransportId, BitrateReport),
    /// `close()`.
    Close,
}

/// What a call answers at once.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Answer {
    /// Done, nothing to say.
    Done,
    /// A data channel was made.
    Channel(ChannelId),
    /// A sender was made or taken.
    Sender(SenderId),
    /// A transceiver was made.
    Transceiver(TransceiverId),
    /// The parameters of a sender.
    Parameters(Box<RtpSendParameters>),
    /// The outcome comes in the `settle` of a later step.
    Promise(PromiseId),
    /// The call threw, or rejected at once; nothing changed.
    Failed(Error),
}

/// Names a promise.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PromiseId(pub u64);

/// What a promise resolves with.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Value {
    /// `undefined`.
    Nothing,
    /// A description.
    Description(SessionDescription),
    /// A key frame goes through a transform.
    KeyFrame {
        /// Its RTP timestamp.
        timestamp: u32,
    },
    /// An assertion of ours, as descriptions carry it.
    IdentityAssertion(String),
    /// Statistics.
    Stats(Box<StatsReport>),
}

/// What the peer connection has to know of a track.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TrackInfo {
    /// Its id, unique in the application.
    pub id: String,
    /// Audio or video.
    pub kind: Kind,
}

/// `RTCOfferOptions`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct OfferOptions {
    /// Restart ICE with this offer.
    pub ice_restart: bool,
    /// `offerToReceiveAudio`, which changes the transceivers (webrtc-pc, section 4.4.3.3): `true`
    /// makes one that only receives if none does, `false` lets none receive.
    pub offer_to_receive_audio: Option<bool>,
    /// `offerToReceiveVideo`, likewise.
    pub offer_to_receive_video: Option<bool>,
}

/// `RTCRtpTransceiverInit`.
#[derive(Clone, Debug, PartialEq)]
pub struct TransceiverInit {
    /// The preferred direction.
    pub direction: Direction,
    /// The ids of the streams that the track belongs to.
    pub streams: Vec<String>,
    /// `sendEncodings`: the encodings of simulcast, or one; one by default.
    pub send_encodings: Vec<RtpEncodingParameters>,
}

impl Default for TransceiverInit {
    fn default() -> Self {
        Self {
            direction: Direction::SendRecv,
            streams: Vec::new(),
            send_encodings: Vec::new(),
        }
    }
}

crate::w3c_enums! {
    /// `RTCRtpTransceiverDirection`.
    Direction {
        /// Both ways.
        #[default]
        SendRecv = "sendrecv",
        /// Out only.
        SendOnly = "sendonly",
        /// In only.
        RecvOnly = "recvonly",
        /// Neither.
        Inactive = "inactive",
        /// Neither, for good.
        Stopped = "stopped",
    }
}

/// `RTCDataChannelInit`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ChannelInit {
    /// Whether order is kept.
    pub ordered: bool,
    /// For so many milliseconds a message is retransmitted.
    pub max_packet_life_time: Option<u16>,
    /// So often a message is retransmitted.
    pub max_retransmits: Option<u16>,
    /// The subprotocol.
    pub protocol: String,
    /// Whether both sides make the channel by themselves, with [`id`](Self::id).
    pub negotiated: bool,
    /// The stream, if negotiated.
    pub id: Option<u16>,
    /// How much of the way its messages get beside those of other channels.
    pub priority: Priority,
}

impl Default for ChannelInit {
    fn default() -> Self {
        Self {
            ordered: true,
            max_packet_life_time: None,
            max_retransmits: None,
            protocol: String::new(),
            negotiated: false,
            id: None,
            priority: Priority::Low,
        }
    }
}
