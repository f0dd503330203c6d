//! What one step of the front task did.

use std::net::SocketAddr;

use bytes::Bytes;

use crate::error::Error;
use crate::ice_candidate::IceCandidate;
use crate::id::{ChannelId, ReceiverId, SenderId, TransceiverId, TransportId};
use crate::identity::IdentityAssertion;
use crate::order::MessageKind;
use crate::session::call::{PromiseId, Value};
use crate::state::{
    ConnectionState, DtlsTransportState, IceConnectionState, IceGathererState, IceGatheringState,
    IceTransportState, SctpTransportState, SignalingState,
};

/// One step of the front task of a session: the events to fire, then the promises to settle.
///
/// The state that an application can see changed while the step was made, not before.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// Events, in the order in which they fire.
    pub fire: Vec<Event>,
    /// Promises, in the order in which they settle.
    pub settle: Vec<(PromiseId, Result<Value, Error>)>,
    /// Whether the same task continues with another step.
    pub more: bool,
    /// Credit for more messages of these channels, given back to
    /// [`Session::return_credit`](super::Session::return_credit) once the application took the
    /// messages of this step.
    pub returned: Vec<(ChannelId, u64)>,
    /// Channels of which the buffered amount fell: whoever waits to send may try again.
    pub drained: Vec<ChannelId>,
}

/// One event of the W3C API. Each carries the state that it reports.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// `negotiationneeded`.
    NegotiationNeeded,
    /// `signalingstatechange`.
    SignalingStateChange(SignalingState),
    /// `icegatheringstatechange`.
    IceGatheringStateChange(IceGatheringState),
    /// `iceconnectionstatechange`.
    IceConnectionStateChange(IceConnectionState),
    /// `connectionstatechange`.
    ConnectionStateChange(ConnectionState),
    /// `icecandidate`; `None` when all transports are done.
    IceCandidate {
        /// The candidate; an empty one ends the candidates of a generation.
        candidate: Option<IceCandidate>,
        /// The server that it came from.
        url: Option<String>,
    },
    /// `icecandidateerror`.
    IceCandidateError {
        /// The local address that was used.
        local: Option<SocketAddr>,
        /// The server.
        url: String,
        /// The STUN error code, or 701.
        code: u16,
        /// The reason phrase.
        text: String,
    },
    /// `track`.
    Track {
        /// The transceiver.
        transceiver: TransceiverId,
        /// Its receiver.
        receiver: ReceiverId,
        /// The ids of the streams that the track belongs to.
        streams: Vec<String>,
    },
    /// A track left its last stream or its direction ended: `mute` on the track and `removetrack`
    /// on the streams.
    TrackRemoved {
        /// Whose track.
        receiver: ReceiverId,
        /// The ids of the streams that it left.
        streams: Vec<String>,
    },
    /// `unmute` on the track of a receiver: packets arrive.
    TrackUnmuted(ReceiverId),
    /// `mute` on the track of a receiver.
    TrackMuted(ReceiverId),
    /// `ended` on the track of a receiver: its transceiver stopped.
    TrackEnded(ReceiverId),
    /// The peer's decoder asks for a key frame.
    KeyFrameRequested {
        /// Of which sender.
        sender: SenderId,
        /// Of which encoding, in simulcast.
        rid: Option<String>,
    },
    /// A transform or `setParameters` asks the encoder of a sender for a key frame.
    KeyFrameWanted {
        /// Of which sender.
        sender: SenderId,
        /// Of which encoding, in simulcast.
        rid: Option<String>,
    },
    /// `tonechange` on the `RTCDTMFSender` of a sender.
    ToneChange {
        /// Of which sender.
        sender: SenderId,
        /// The tone that begins, or a comma; empty when all were played.
        tone: String,
    },
    /// `datachannel`.
    DataChannel(ChannelId),
    /// `open` on a data channel.
    ChannelOpen(ChannelId),
    /// `message` on a data channel.
    ChannelMessage {
        /// Which.
        channel: ChannelId,
        /// Text or binary.
        kind: MessageKind,
        /// The octets.
        data: Bytes,
    },
    /// `bufferedamountlow` on a data channel.
    ChannelBufferedAmountLow(ChannelId),
    /// `closing` on a data channel.
    ChannelClosing(ChannelId),
    /// `error` on a data channel.
    ChannelError(ChannelId, Error),
    /// `close` on a data channel.
    ChannelClose(ChannelId),
    /// `statechange` on an ICE transport.
    IceTransportStateChange(TransportId, IceTransportState),
    /// `gatheringstatechange` on an ICE transport.
    IceTransportGatheringStateChange(TransportId, IceGathererState),
    /// `selectedcandidatepairchange` on an ICE transport.
    SelectedCandidatePairChange(TransportId),
    /// `statechange` on a DTLS transport.
    DtlsTransportStateChange(TransportId, DtlsTransportState),
    /// `error` on a DTLS transport.
    DtlsTransportError(TransportId, Error),
    /// The promise `peerIdentity` is settled. Rejected without a target identity, there is a new
    /// one.
    PeerIdentity(Result<IdentityAssertion, Error>),
    /// `statechange` on the SCTP transport.
    SctpTransportStateChange(SctpTransportState),
}
