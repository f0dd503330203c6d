//! The dictionaries of the RTP media API (webrtc-pc, sections 5.1 to 5.3; webrtc-svc;
//! webrtc-priority; webrtc-extensions).

use std::ops::{Deref, DerefMut};
use std::time::{Duration, SystemTime};

use crate::plan::ExtensionPlan;
use crate::session::call::Direction;

/// `RTCRtpCodec`: a codec as `setCodecPreferences` and encodings name it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RtpCodec {
    /// `mimeType`, such as `video/VP8`.
    pub mime_type: String,
    /// `clockRate`, in Hz.
    pub clock_rate: u32,
    /// `channels`, for audio of more than one.
    pub channels: Option<u16>,
    /// `sdpFmtpLine`: the format parameters, `a=1;b=2`.
    pub sdp_fmtp_line: Option<String>,
}

/// `RTCRtpCodecParameters`: a codec that was negotiated.
///
/// The members of `RTCRtpCodec` are read through it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RtpCodecParameters {
    /// `payloadType`, on the wire.
    pub payload_type: u8,
    /// The members that it inherits.
    pub codec: RtpCodec,
}

impl Deref for RtpCodecParameters {
    type Target = RtpCodec;

    fn deref(&self) -> &RtpCodec {
        &self.codec
    }
}

/// `RTCRtpCapabilities`: what can be sent or received at best.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RtpCapabilities {
    /// `codecs`, with one entry for retransmissions, the preferred first.
    pub codecs: Vec<RtpCodec>,
    /// `headerExtensions`.
    pub header_extensions: Vec<RtpHeaderExtensionCapability>,
}

/// `RTCRtpHeaderExtensionCapability`, with the direction of webrtc-extensions.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RtpHeaderExtensionCapability {
    /// `uri` (RFC 8285).
    pub uri: String,
    /// `direction`; [`Direction::Stopped`]: not used.
    pub direction: Direction,
}

/// `RTCRtpHeaderExtensionParameters`: a header extension that was negotiated.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RtpHeaderExtensionParameters {
    /// `uri` (RFC 8285).
    pub uri: String,
    /// `id`, on the wire.
    pub id: u16,
    /// `encrypted` (RFC 6904).
    pub encrypted: bool,
}

impl From<&ExtensionPlan> for RtpHeaderExtensionParameters {
    fn from(plan: &ExtensionPlan) -> Self {
        Self {
            uri: plan.uri.clone(),
            id: u16::from(plan.id),
            encrypted: false,
        }
    }
}

/// `RTCRtcpParameters`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RtcpParameters {
    /// `cname`: our canonical name; absent for a receiver.
    pub cname: Option<String>,
    /// `reducedSize`: whether RTCP of reduced size is used (RFC 5506).
    pub reduced_size: bool,
}

/// `RTCRtpParameters`: what senders and receivers have in common. All of it is read-only.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RtpParameters {
    /// `headerExtensions`.
    pub header_extensions: Vec<RtpHeaderExtensionParameters>,
    /// `rtcp`.
    pub rtcp: RtcpParameters,
    /// `codecs`, with entries for retransmissions.
    pub codecs: Vec<RtpCodecParameters>,
}

/// `RTCRtpSendParameters`; the members of `RTCRtpParameters` are read through it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RtpSendParameters {
    /// `transactionId`: ties `setParameters` to the `getParameters` before it. Read-only.
    pub transaction_id: String,
    /// `encodings`: what may be changed.
    pub encodings: Vec<RtpEncodingParameters>,
    /// The members that it inherits. Read-only.
    pub rtp: RtpParameters,
}

impl Deref for RtpSendParameters {
    type Target = RtpParameters;

    fn deref(&self) -> &RtpParameters {
        &self.rtp
    }
}

impl DerefMut for RtpSendParameters {
    fn deref_mut(&mut self) -> &mut RtpParameters {
        &mut self.rtp
    }
}

/// `RTCRtpReceiveParameters`; the members of `RTCRtpParameters` are read through it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RtpReceiveParameters {
    /// The members that it inherits.
    pub rtp: RtpParameters,
    /// The encodings of simulcast that were negotiated for receiving, in the order of the
    /// descriptions; empty without simulcast (webrtc-pc, section 5.4.1).
    pub encodings: Vec<RtpCodingParameters>,
}

impl Deref for RtpReceiveParameters {
    type Target = RtpParameters;

    fn deref(&self) -> &RtpParameters {
        &self.rtp
    }
}

/// `RTCRtpCodingParameters`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RtpCodingParameters {
    /// `rid`: the name of the encoding (RFC 8851). Read-only after `addTransceiver`.
    pub rid: Option<String>,
}

/// `RTCRtpEncodingParameters`: one encoding of a sender.
///
/// An encoder is the application's: [`EncodingHints`] are what it should do by these parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct RtpEncodingParameters {
    /// `rid`: the name of the encoding (RFC 8851), in simulcast. Read-only after
    /// `addTransceiver`.
    pub rid: Option<String>,
    /// `active`: whether it is sent.
    pub active: bool,
    /// `codec`: which of the negotiated codecs is sent; any if absent.
    pub codec: Option<RtpCodec>,
    /// `maxBitrate`, in bits per second.
    pub max_bitrate: Option<u32>,
    /// `maxFramerate`, in frames per second, at least 0. Video only.
    pub max_framerate: Option<f64>,
    /// `scaleResolutionDownBy`: a factor of at least 1. Video only.
    pub scale_resolution_down_by: Option<f64>,
    /// `scaleResolutionDownTo` (webrtc-extensions): in place of the factor. Video only.
    pub scale_resolution_down_to: Option<ResolutionRestriction>,
    /// `scalabilityMode` (webrtc-svc), such as `L1T3`. Video only.
    pub scalability_mode: Option<String>,
    /// `ptime` (webrtc-extensions): the wanted duration of a packet, in milliseconds.
    pub ptime: Option<u32>,
    /// `adaptivePtime` (webrtc-extensions): whether the duration of packets may change.
    pub adaptive_ptime: bool,
    /// `priority` (webrtc-priority): the share of the bandwidth among senders.
    pub priority: Priority,
    /// `networkPriority` (webrtc-priority): the mark of packets; by `priority` if absent. It is
    /// kept and handed to the encoder side; sockets do not mark packets.
    pub network_priority: Option<Priority>,
}

impl Default for RtpEncodingParameters {
    fn default() -> Self {
        Self {
            rid: None,
            active: true,
            codec: None,
            max_bitrate: None,
            max_framerate: None,
            scale_resolution_down_by: None,
            scale_resolution_down_to: None,
            scalability_mode: None,
            ptime: None,
            adaptive_ptime: false,
            priority: Priority::Low,
            network_priority: None,
        }
    }
}

impl RtpEncodingParameters {
    /// An encoding of simulcast with this name and defaults for the rest.
    #[must_use]
    pub fn with_rid(rid: impl Into<String>) -> Self {
        Self {
            rid: Some(rid.into()),
            ..Self::default()
        }
    }
}

/// `RTCResolutionRestriction` (webrtc-extensions); in either orientation.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ResolutionRestriction {
    /// `maxWidth`, in pixels.
    pub max_width: Option<u32>,
    /// `maxHeight`, in pixels.
    pub max_height: Option<u32>,
}

/// `RTCSetParameterOptions`, with the member of webrtc-extensions.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SetParameterOptions {
    /// `encodingOptions`: one for each encoding, or none at all.
    pub encoding_options: Vec<EncodingOptions>,
}

/// `RTCEncodingOptions` (webrtc-extensions).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct EncodingOptions {
    /// `keyFrame`: the next frame of the encoding shall be a key frame.
    pub key_frame: bool,
}

crate::w3c_enums! {
    /// `RTCPriorityType` (webrtc-priority; RFC 8835, section 4.1).
    Priority {
        /// Half of low.
        VeryLow = "very-low",
        /// The usual.
        #[default]
        Low = "low",
        /// Twice low.
        Medium = "medium",
        /// Four times low.
        High = "high",
    }
}

impl Priority {
    /// The share of the bandwidth in relation to others: each step doubles it (RFC 8835,
    /// section 4.1).
    #[must_use]
    pub const fn weight(self) -> u8 {
        match self {
            Self::VeryLow => 1,
            Self::Low => 2,
            Self::Medium => 4,
            Self::High => 8,
        }
    }
}

/// What an encoder should do for one encoding of a sender: the parameters of the application
/// within what was negotiated.
#[derive(Clone, Debug, PartialEq)]
pub struct EncodingHints {
    /// The name of the encoding, to be put on its frames; absent without simulcast.
    pub rid: Option<String>,
    /// Whether frames are sent now: negotiated, with a track, and active.
    pub active: bool,
    /// The codec with its payload type, once negotiated.
    pub codec: Option<RtpCodecParameters>,
    /// Bits per second at most.
    pub max_bitrate: Option<u32>,
    /// Frames per second at most; 0 freezes the picture.
    pub max_framerate: Option<f64>,
    /// The factor by which width and height are divided, rounding down.
    pub scale_resolution_down_by: f64,
    /// The largest picture; then the factor does not count.
    pub scale_resolution_down_to: Option<ResolutionRestriction>,
    /// The layers within the encoding (webrtc-svc).
    pub scalability_mode: Option<String>,
    /// The wanted duration of an audio packet.
    pub ptime: Option<Duration>,
    /// The share of the bandwidth among senders.
    pub priority: Priority,
    /// How packets should be marked.
    pub network_priority: Priority,
}

/// `RTCRtpContributingSource`: one who was heard in what a receiver handed out lately.
#[derive(Clone, Debug, PartialEq)]
pub struct RtpContributingSource {
    /// `timestamp`: when a frame of it was handed out last.
    pub timestamp: SystemTime,
    /// `source`: its CSRC or SSRC.
    pub source: u32,
    /// `audioLevel`: 0 is silence, 1 is 0 dBov; absent for video, or if packets did not say
    /// (RFC 6464, RFC 6465).
    pub audio_level: Option<f64>,
    /// `rtpTimestamp` of that frame.
    pub rtp_timestamp: u32,
}

/// `RTCRtpSynchronizationSource`: has nothing that a contributing source has not.
pub type RtpSynchronizationSource = RtpContributingSource;
