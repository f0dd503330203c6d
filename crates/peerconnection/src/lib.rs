//! A WebRTC peer connection, sans-IO: transports, JSEP and the W3C state machines.
//!
//! Two machines make a peer connection. [`Connection`] is the packets: ICE with its relays, DTLS,
//! SRTP, SCTP and media; it lives where the sockets are. [`Session`] is the W3C objects:
//! descriptions, transceivers, channels, the operations chain and one queue of tasks; it lives
//! with whoever polls it. They exchange values only: [`Order`] one way, [`Fact`] the other.
//! [`PeerConnection`] joins both on one thread.
//!
//! | you want | use |
//! | --- | --- |
//! | the W3C API on tokio | the crate `stonechat` |
//! | a peer connection in an event loop of your own | [`PeerConnection`] |
//! | the packets on another thread than the API | [`split`], [`Session`], [`Connection`] |
//! | a path between two programs, without SDP | [`IceTransport`] |
//!
//! A driver does this, in any order, as things happen:
//!
//! ```text
//! socket readable      handle_datagram(now, datagram)
//! timer fired          handle_timeout(now)
//! after each of them   while poll_transmit(now, batch) { send the run }
//!                      while poll_step(now) { hand events and promises to the application }
//!                      while poll_request() { do it, later handle_reply(now, id, reply) }
//!                      set the timer to poll_timeout()
//! ```
//!
//! The contract of all stonechat machines holds: no call order, time that may stand still or jump
//! back, network input that never fails the caller, memory bounded by configuration, the same
//! octets from the same seed and inputs.
//!
//! | specification | what of it |
//! | --- | --- |
//! | W3C webrtc-pc | descriptions, transceivers, data channels, states, operations chain, events in their order |
//! | RFC 8829 (JSEP), 3264 | offers and answers, rollback, implicit descriptions |
//! | RFC 9143, 8842, 8843, 8830, 8841 | bundle, DTLS roles, media and stream identification, data sections |
//! | RFC 7983, 5761 | demultiplexing |
//! | W3C webrtc-ice | `RTCIceTransport` without a peer connection |
//! | W3C webrtc-stats | what the layers count |

#![cfg_attr(doctest, doc = include_str!("../README.md"))]

pub mod certificate;
pub mod compatibility;
pub mod configuration;
pub mod connection;
mod data_channel;
mod demux;
mod error;
pub mod fact;
mod ice_candidate;
pub mod ice_transport;
mod id;
pub mod identity;
pub mod negotiation;
pub mod order;
mod peer_connection;
pub mod plan;
mod request;
pub mod rtp_parameters;
mod rtp_receiver;
mod rtp_sender;
mod scalability_mode;
pub mod session;
mod signaling;
mod source_table;
mod state;
pub mod stats;
mod transceiver;
mod word;

pub use certificate::{Certificate, CertificateExpiration, DtlsFingerprint, KeygenAlgorithm};
pub use configuration::{
    BundlePolicy, Configuration, IceServer, IceTransportPolicy, RtcpMuxPolicy,
};
pub use connection::{Connection, MediaEvent, PacketMarking, SendMediaError};
pub use data_channel::BinaryType;
pub use demux::{Class, classify};
pub use error::{Error, ErrorDetail, ErrorDetailType, ErrorName};
pub use fact::{DtlsFact, Fact};
pub use ice_candidate::{
    IceCandidate, IceCandidateInit, IceCandidatePair, IceCandidateType, IceParameters, IceProtocol,
    IceServerTransportProtocol, IceTcpCandidateType, LocalIceCandidateInit,
};
pub use ice_transport::{GatherOptions, IceTransport, IceTransportConfig, SendDatagramError};
pub use id::{ChannelId, Kind, ReceiverId, SenderId, TransceiverId, TransportId};
pub use identity::{
    ErrorDetailTypeIdp, IdentityAssertion, IdentityAssertionResult, IdentityProviderDetails,
    IdentityProviderError, IdentityProviderOptions, IdentityValidationResult,
    ThirdPartyIdentityProvider,
};
pub use negotiation::codecs::{Codec, HeaderExtension, MediaEngine};
pub use order::{MessageKind, Order};
pub use peer_connection::{Config, PeerConnection, split};
pub use request::{Reply, Request, RequestId};
pub use rtp_parameters::{
    EncodingHints, EncodingOptions, Priority, ResolutionRestriction, RtcpParameters,
    RtpCapabilities, RtpCodec, RtpCodecParameters, RtpCodingParameters, RtpContributingSource,
    RtpEncodingParameters, RtpHeaderExtensionCapability, RtpHeaderExtensionParameters,
    RtpParameters, RtpReceiveParameters, RtpSendParameters, RtpSynchronizationSource,
    SetParameterOptions,
};
pub use session::call::{
    Answer, Call, ChannelInit, Direction, OfferOptions, PromiseId, TrackInfo, TransceiverInit,
    Value,
};
pub use session::description::{
    LocalSessionDescriptionInit, SdpType, SessionDescription, SessionDescriptionInit,
};
pub use session::identity::PeerIdentity;
pub use session::step::{Event, Step};
pub use session::{RtcpConfig, Session, StreamFeedback};
pub use signaling::Which;
pub use source_table::Delivered;
pub use state::{
    ConnectionState, DataChannelState, DtlsTransportState, IceComponent, IceConnectionState,
    IceGathererState, IceGatheringState, IceRole, IceTransportState, SctpTransportState,
    SignalingState,
};
pub use word::UnknownWord;
