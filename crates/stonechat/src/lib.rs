//! A complete WebRTC stack: the W3C API on tokio.
//!
//! Names are the W3C's with `RTC` as `Rtc` and snake case: what a browser's documentation says of
//! `createDataChannel` holds for [`RtcPeerConnection::create_data_channel`]. Promises are async
//! functions; events come from [`RtcPeerConnection::events`] and the objects that fire them, in
//! the order of the specification, and none is lost.
//!
//! Media is encoded: a [`MediaStreamTrack`] takes and gives the frames of a codec. Reliable data
//! waits for a slow reader instead of being dropped; media does not, and what it loses is counted.
//!
//! ```no_run
//! use stonechat::{RtcConfiguration, RtcDataChannelInit, RtcPeerConnection};
//!
//! # async fn run() -> Result<(), stonechat::RtcError> {
//! let pc = RtcPeerConnection::new(RtcConfiguration::default())?;
//! let chat = pc.create_data_channel("chat", RtcDataChannelInit::default())?;
//! pc.set_local_description(None).await?;
//! pc.gathering_complete().await;
//! let offer = pc.local_description(); // carry it to the peer, then set its answer
//! # let answer = offer.unwrap();
//! pc.set_remote_description(answer).await?;
//! chat.opened().await?;
//! chat.send_text("hello")?;
//! println!("{:?}", chat.recv().await);
//! # Ok(())
//! # }
//! ```
//!
//! | type | is |
//! | --- | --- |
//! | [`RtcPeerConnection`] | a peer connection; dropping the last clone closes it |
//! | [`RtcDataChannel`] | a data channel |
//! | [`MediaStreamTrack`] | audio or video, local or remote |
//! | [`MediaStream`] | a group of tracks |
//! | [`MediaDevices`] | cameras, microphones and displays |
//! | [`RtcRtpTransceiver`], [`RtcRtpSender`], [`RtcRtpReceiver`] | what goes with a media section |
//! | [`RtcDtlsTransport`], [`RtcIceTransport`], [`RtcSctpTransport`] | what is below; an [`RtcIceTransport`] can also be made by itself |
//! | [`Api`] | codecs, cryptography and limits for many peer connections |
//! | [`pulled::PulledPeerConnection`] | a peer connection of which a binding to another language pulls the steps |
//!
//! | feature | brings |
//! | --- | --- |
//! | `rust-crypto` (default) | cryptography by the RustCrypto crates, and what uses it by default: [`Api::default`], [`RtcPeerConnection::new`] |

#![cfg_attr(doctest, doc = include_str!("../README.md"))]
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this crate is where clocks and sockets are; the cores are given what it reads"
)]

mod api;
mod constraints;
mod driver;
mod encoded_transform;
mod encoding_hints;
mod error;
mod events;
mod hub;
mod mdns;
mod media_devices;
mod media_stream;
mod media_stream_track;
mod message_event;
mod peer_connection_event;
pub mod prelude;
pub mod pulled;
mod random;
mod rtc_certificate;
mod rtc_data_channel;
mod rtc_data_channel_event;
mod rtc_dtls_transport;
mod rtc_dtmf_sender;
mod rtc_encoded_frame;
mod rtc_error_event;
mod rtc_ice_candidate;
mod rtc_ice_transport;
mod rtc_identity_provider;
mod rtc_peer_connection;
mod rtc_peer_connection_ice_event;
mod rtc_rtp_receiver;
mod rtc_rtp_script_transform;
mod rtc_rtp_sender;
mod rtc_rtp_transceiver;
mod rtc_sctp_transport;
mod rtc_stats_report;
mod rtc_track_event;
mod sframe;
mod shared;
mod socket;

pub use api::Api;
pub use constraints::{
    BooleanOrDomString, ConstrainBoolean, ConstrainBooleanOrDomString,
    ConstrainBooleanOrDomStringParameters, ConstrainBooleanParameters, ConstrainDomString,
    ConstrainDomStringParameters, ConstrainDouble, ConstrainDoubleRange, ConstrainULong,
    ConstrainULongRange, CursorCaptureConstraint, DisplayCaptureSurfaceType, DoubleRange,
    EchoCancellationModeEnum, MediaTrackCapabilities, MediaTrackConstraintSet,
    MediaTrackConstraints, MediaTrackSettings, MediaTrackSupportedConstraints,
    OverconstrainedError, ULongRange, VideoFacingModeEnum, VideoResizeModeEnum,
};
pub use encoded_transform::{RtcRtpReceiverTransform, RtcRtpSenderTransform};
pub use encoding_hints::EncodingHintsWatch;
pub use error::{RtcError, RtcErrorDetail, RtcErrorDetailType, RtcErrorName};
pub use events::Events;
pub use media_devices::{
    AudioSelectionPreferenceEnum, BooleanOrConstraints, BoxFuture,
    CameraDevicePermissionDescriptor, CameraModes, CaptureController, CaptureSink,
    CaptureStartFocusBehavior, DeviceCapture, DeviceChangeEvent, DeviceChangeEventInit,
    DeviceWatcher, DevicesEvent, DisplayDecision, DisplayMediaStreamOptions, DisplayRequest,
    DisplaySurface, InputDeviceInfo, MediaDevice, MediaDeviceBackend, MediaDeviceCapabilities,
    MediaDeviceInfo, MediaDeviceKind, MediaDevices, MediaDevicesError, MediaStreamConstraints,
    MicrophoneModes, MonitorTypeSurfacesEnum, OpenError, PermissionDecision, PermissionDescriptor,
    PermissionRequest, PermissionState, SelfCapturePreferenceEnum, SurfaceSwitchingPreferenceEnum,
    SyntheticDevices, SystemAudioPreferenceEnum, VideoMode, WindowAudioPreferenceEnum,
};
pub use media_stream::{
    MediaStream, MediaStreamTrackEvent, MediaStreamTrackEventInit, StreamEvent,
};
pub use media_stream_track::{
    AudioData, AudioDecoder, AudioEncoder, EncodedFrame, FrameSizeError, MediaStreamTrack,
    MediaStreamTrackState, TrackEvent, VideoDecoder, VideoEncoder, VideoFrame, VideoPlane,
    VideoRotation, WriteFrameError,
};
pub use message_event::MessageEvent;
pub use peer_connection_event::PeerConnectionEvent;
pub use rtc_certificate::{
    KeygenAlgorithm, RtcCertificate, RtcCertificateExpiration, RtcDtlsFingerprint,
};
pub use rtc_data_channel::{
    BinaryType, ChannelEvent, ChannelMessages, ChannelOctets, RtcDataChannel, RtcDataChannelMessage,
};
pub use rtc_data_channel_event::{RtcDataChannelEvent, RtcDataChannelEventInit};
pub use rtc_dtls_transport::{DtlsEvent, DtlsParameters, RtcDtlsTransport};
pub use rtc_dtmf_sender::{DtmfEvent, RtcDtmfSender, RtcDtmfToneChangeEvent};
pub use rtc_encoded_frame::{
    EncodedVideoChunkType, RtcEncodedAudioFrame, RtcEncodedAudioFrameMetadata,
    RtcEncodedAudioFrameOptions, RtcEncodedFrame, RtcEncodedFrameMetadata, RtcEncodedVideoFrame,
    RtcEncodedVideoFrameMetadata, RtcEncodedVideoFrameOptions,
};
pub use rtc_error_event::{RtcErrorEvent, RtcErrorEventInit};
pub use rtc_ice_candidate::{
    RtcIceCandidate, RtcIceCandidateInit, RtcIceCandidatePair, RtcIceCandidateType, RtcIceProtocol,
    RtcIceServerTransportProtocol, RtcIceTcpCandidateType, RtcLocalIceCandidateInit,
};
pub use rtc_ice_transport::{
    IceEvent, RtcIceComponent, RtcIceGatherOptions, RtcIceGathererState, RtcIceParameters,
    RtcIceRole, RtcIceTransport, RtcIceTransportState, SendDatagramError,
};
pub use rtc_identity_provider::{
    RtcIdentityProvider, RtcIdentityProviderGlobalScope, RtcIdentityProviderRegistrar,
};
pub use rtc_peer_connection::{RtcPeerConnection, TrackOrKind};
pub use rtc_peer_connection_ice_event::{
    RtcPeerConnectionIceErrorEvent, RtcPeerConnectionIceErrorEventInit, RtcPeerConnectionIceEvent,
    RtcPeerConnectionIceEventInit,
};
pub use rtc_rtp_receiver::RtcRtpReceiver;
pub use rtc_rtp_script_transform::{
    KeyFrameRequestEvent, RtcEncodedFrameReadable, RtcEncodedFrameWritable, RtcRtpScriptTransform,
    RtcRtpScriptTransformType, RtcRtpScriptTransformer, RtcTransformEvent, RtcTransformWorker,
    TransformWorkerEvent, TransformerEvent, WorkerAndParameters,
};
pub use rtc_rtp_sender::RtcRtpSender;
pub use rtc_rtp_transceiver::RtcRtpTransceiver;
pub use rtc_sctp_transport::{RtcSctpTransport, SctpEvent};
pub use rtc_track_event::{RtcTrackEvent, RtcTrackEventInit};
pub use sframe::{
    CryptoKey, CryptoKeyId, RtcRtpSFrameDecryptor, RtcRtpSFrameEncryptor,
    RtcRtpSFrameEncryptorOptions, SFrameChunk, SFrameCipherSuite, SFrameDecryptorEvent,
    SFrameDecryptorStream, SFrameEncryptorStream, SFrameReadable, SFrameTransformErrorEvent,
    SFrameTransformErrorEventInit, SFrameTransformErrorEventType, SFrameTransformOptions,
    SFrameType, SFrameWritable,
};
pub use stonechat_media::Vp8Layers;
pub use stonechat_media::telephone_event::ReceivedTone;
pub use stonechat_rtp::extension::AudioLevel;

pub use stonechat_media::{Codec as FrameCodec, FrameTime, MediaFrame, OutgoingFrame, file};
pub use stonechat_peerconnection::{
    EncodingHints, EncodingOptions as RtcEncodingOptions, HeaderExtension,
    Priority as RtcPriorityType, ResolutionRestriction as RtcResolutionRestriction,
    RtcpParameters as RtcRtcpParameters, RtpCapabilities as RtcRtpCapabilities,
    RtpCodec as RtcRtpCodec, RtpCodecParameters as RtcRtpCodecParameters,
    RtpCodingParameters as RtcRtpCodingParameters,
    RtpContributingSource as RtcRtpContributingSource,
    RtpEncodingParameters as RtcRtpEncodingParameters,
    RtpHeaderExtensionCapability as RtcRtpHeaderExtensionCapability,
    RtpHeaderExtensionParameters as RtcRtpHeaderExtensionParameters,
    RtpParameters as RtcRtpParameters, RtpReceiveParameters as RtcRtpReceiveParameters,
    RtpSendParameters as RtcRtpSendParameters,
    RtpSynchronizationSource as RtcRtpSynchronizationSource,
    SetParameterOptions as RtcSetParameterOptions,
};
pub use stonechat_rtp::{PayloadType, Rid, Timestamp as RtpTimestamp};

pub use stonechat_peerconnection::stats::{
    AudioPlayoutStats as RtcAudioPlayoutStats, AudioSourceStats as RtcAudioSourceStats,
    BitrateReport, CertificateStats as RtcCertificateStats, CodecStats as RtcCodecStats,
    DataChannelStats as RtcDataChannelStats, DecodeReport, DomHighResTimeStamp,
    DtlsRole as RtcDtlsRole, EncodeReport, IceCandidatePairStats as RtcIceCandidatePairStats,
    IceCandidateStats as RtcIceCandidateStats, InboundRtpStreamStats as RtcInboundRtpStreamStats,
    MediaSourceStats as RtcMediaSourceStats, OutboundRtpStreamStats as RtcOutboundRtpStreamStats,
    PeerConnectionStats as RtcPeerConnectionStats, PlayoutReport,
    QualityLimitationReason as RtcQualityLimitationReason,
    ReceivedRtpStreamStats as RtcReceivedRtpStreamStats,
    RemoteInboundRtpStreamStats as RtcRemoteInboundRtpStreamStats,
    RemoteOutboundRtpStreamStats as RtcRemoteOutboundRtpStreamStats,
    RtpStreamStats as RtcRtpStreamStats, SentRtpStreamStats as RtcSentRtpStreamStats, SourceReport,
    Stats as RtcStats, StatsDictionary,
    StatsIceCandidatePairState as RtcStatsIceCandidatePairState, StatsObject as RtcStatsObject,
    StatsReport as RtcStatsReport, StatsType as RtcStatsType, TransportStats as RtcTransportStats,
    Value as RtcStatsValue, VideoSourceStats as RtcVideoSourceStats,
};
pub use stonechat_peerconnection::{
    BundlePolicy as RtcBundlePolicy, ChannelInit as RtcDataChannelInit, Config,
    Configuration as RtcConfiguration, ConnectionState as RtcPeerConnectionState,
    DataChannelState as RtcDataChannelState, Direction as RtcRtpTransceiverDirection,
    DtlsTransportState as RtcDtlsTransportState, ErrorDetailTypeIdp as RtcErrorDetailTypeIdp,
    IceConnectionState as RtcIceConnectionState, IceGatheringState as RtcIceGatheringState,
    IceServer as RtcIceServer, IceTransportPolicy as RtcIceTransportPolicy,
    IdentityAssertion as RtcIdentityAssertion,
    IdentityAssertionResult as RtcIdentityAssertionResult,
    IdentityProviderDetails as RtcIdentityProviderDetails,
    IdentityProviderError as RtcIdentityProviderError,
    IdentityProviderOptions as RtcIdentityProviderOptions,
    IdentityValidationResult as RtcIdentityValidationResult, Kind as MediaKind, MediaEngine,
    OfferOptions as RtcOfferOptions, RtcpConfig, RtcpMuxPolicy as RtcRtcpMuxPolicy,
    SctpTransportState as RtcSctpTransportState, SdpType as RtcSdpType,
    SessionDescription as RtcSessionDescription,
    SessionDescriptionInit as RtcSessionDescriptionInit, SignalingState as RtcSignalingState,
    StreamFeedback, ThirdPartyIdentityProvider, TransceiverInit as RtcRtpTransceiverInit,
};
