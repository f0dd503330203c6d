//! `RTCEncodedVideoFrame` and `RTCEncodedAudioFrame` (webrtc-encoded-transform, sections 5.2 and
//! 5.4).

use std::ops::{Deref, DerefMut};
use std::time::{Duration, Instant};

use bytes::Bytes;
use stonechat_media::{
    Codec, FrameTicket, MediaFrame, MediaKind, OutgoingFrame, UntransformedReceived,
    UntransformedSent,
};
use stonechat_peerconnection::{ReceiverId, SenderId};
use stonechat_rtp::extension::AudioLevel;

stonechat_peerconnection::w3c_enums! {
    /// `EncodedVideoChunkType`.
    EncodedVideoChunkType {
        /// Decoding can start here.
        Key = "key",
        /// The frame depends on others.
        #[default]
        Delta = "delta",
    }
}

/// `RTCEncodedFrameMetadata`. What is not known is `None`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RtcEncodedFrameMetadata {
    /// `synchronizationSource`: the source of the packets of the frame (RFC 3550).
    pub synchronization_source: Option<u32>,
    /// `payloadType`: of its packets, 0 to 127.
    pub payload_type: Option<u8>,
    /// `contributingSources`: what was mixed into it.
    pub contributing_sources: Option<Vec<u32>>,
    /// `rtpTimestamp`: the sampling instant, in ticks of the codec's clock.
    pub rtp_timestamp: Option<u32>,
    /// `receiveTime`: when the last packet of a received frame came.
    pub receive_time: Option<Instant>,
    /// `captureTime`: when a frame to be sent was handed in.
    pub capture_time: Option<Instant>,
    /// `senderCaptureTimeOffset`: what the sender says of its clock against that of the capture.
    pub sender_capture_time_offset: Option<Duration>,
    /// `mimeType`, such as `video/VP8`.
    pub mime_type: Option<String>,
}

/// `RTCEncodedVideoFrameMetadata`: reads as an [`RtcEncodedFrameMetadata`] with more.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RtcEncodedVideoFrameMetadata {
    /// What audio has as well.
    pub frame: RtcEncodedFrameMetadata,
    /// `frameId`: grows in decode order; of frames to be sent.
    pub frame_id: Option<u64>,
    /// `dependencies`: the frames that a key frame to be sent refers to, which are none.
    pub dependencies: Option<Vec<u64>>,
    /// `width` in pixels, where the frame tells without being decoded.
    pub width: Option<u16>,
    /// `height` in pixels, where the frame tells without being decoded.
    pub height: Option<u16>,
    /// `spatialIndex`: the spatial layer.
    pub spatial_index: Option<u32>,
    /// `temporalIndex`: the temporal layer, as the encoder said.
    pub temporal_index: Option<u32>,
    /// `timestamp`: the presentation timestamp in microseconds, as the encoder said.
    pub timestamp: Option<i64>,
}

/// `RTCEncodedAudioFrameMetadata`: reads as an [`RtcEncodedFrameMetadata`] with more.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RtcEncodedAudioFrameMetadata {
    /// What video has as well.
    pub frame: RtcEncodedFrameMetadata,
    /// `sequenceNumber` of a received frame, as the 16-bit number with a sign that the W3C API has.
    pub sequence_number: Option<i16>,
    /// `audioLevel`: 0 for silence to 1 for 0 dBov; as the header extension or the source says.
    pub audio_level: Option<f64>,
}

macro_rules! reads_as_frame_metadata {
    ($($name:ident)+) => {$(
        impl Deref for $name {
            type Target = RtcEncodedFrameMetadata;

            fn deref(&self) -> &RtcEncodedFrameMetadata {
                &self.frame
            }
        }

        impl DerefMut for $name {
            fn deref_mut(&mut self) -> &mut RtcEncodedFrameMetadata {
                &mut self.frame
            }
        }
    )+};
}

reads_as_frame_metadata! { RtcEncodedVideoFrameMetadata RtcEncodedAudioFrameMetadata }

/// `RTCEncodedVideoFrameOptions`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RtcEncodedVideoFrameOptions {
    /// What is `Some` takes the place of what the original frame has.
    pub metadata: Option<RtcEncodedVideoFrameMetadata>,
}

/// `RTCEncodedAudioFrameOptions`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RtcEncodedAudioFrameOptions {
    /// What is `Some` takes the place of what the original frame has.
    pub metadata: Option<RtcEncodedAudioFrameMetadata>,
}

/// `RTCEncodedVideoFrame`: an encoded frame on its way.
///
/// A clone is what `structuredClone()` gives: it has the same content and belongs to no
/// transformer.
#[derive(Debug)]
pub struct RtcEncodedVideoFrame {
    kind: EncodedVideoChunkType,
    data: Bytes,
    metadata: RtcEncodedVideoFrameMetadata,
    way: Option<Way>,
}

/// `RTCEncodedAudioFrame`: an encoded frame on its way.
///
/// A clone is what `structuredClone()` gives: it has the same content and belongs to no
/// transformer.
#[derive(Debug)]
pub struct RtcEncodedAudioFrame {
    data: Bytes,
    metadata: RtcEncodedAudioFrameMetadata,
    way: Option<Way>,
}

/// A frame of either kind, as the streams of an `RTCRtpScriptTransformer` carry them.
#[derive(Clone, Debug)]
pub enum RtcEncodedFrame {
    /// Pictures.
    Video(RtcEncodedVideoFrame),
    /// Sound.
    Audio(RtcEncodedAudioFrame),
}

/// Where a frame came from and goes back to (`[[owner]]` and `[[counter]]`).
#[derive(Debug)]
pub(crate) struct Way {
    /// The transformer.
    pub(crate) transformer: u64,
    pub(crate) ticket: FrameTicket,
    pub(crate) back: Back,
}

#[derive(Debug)]
pub(crate) enum Back {
    Sent(SenderId, OutgoingFrame, Codec),
    Received(ReceiverId, Box<MediaFrame>),
}

impl RtcEncodedVideoFrame {
    /// The constructor: a frame of its own with the content of `original`; what the metadata of
    /// `options` has takes the place of what the original has. It belongs to no transformer.
    #[must_use]
    pub fn new(original: &Self, options: RtcEncodedVideoFrameOptions) -> Self {
        let mut metadata = original.metadata.clone();
        if let Some(given) = options.metadata {
            take_given(&mut metadata.frame, given.frame);
            take(&mut metadata.frame_id, given.frame_id);
            take(&mut metadata.dependencies, given.dependencies);
            take(&mut metadata.width, given.width);
            take(&mut metadata.height, given.height);
            take(&mut metadata.spatial_index, given.spatial_index);
            take(&mut metadata.temporal_index, given.temporal_index);
            take(&mut metadata.timestamp, given.timestamp);
        }
        Self {
            kind: original.kind,
            data: Bytes::copy_from_slice(&original.data),
            metadata,
            way: None,
        }
    }

    /// `type`: whether it is a key frame.
    #[must_use]
    pub const fn kind(&self) -> EncodedVideoChunkType {
        self.kind
    }

    /// `data`: VP8 begins with the frame header, H.264 is in Annex-B form.
    #[must_use]
    pub const fn data(&self) -> &Bytes {
        &self.data
    }

    /// Sets `data`.
    pub fn set_data(&mut self, data: impl Into<Bytes>) {
        self.data = data.into();
    }

    /// `getMetadata()`: a copy.
    #[must_use]
    pub fn get_metadata(&self) -> RtcEncodedVideoFrameMetadata {
        self.metadata.clone()
    }
}

impl Clone for RtcEncodedVideoFrame {
    fn clone(&self) -> Self {
        Self::new(self, RtcEncodedVideoFrameOptions::default())
    }
}

impl RtcEncodedAudioFrame {
    /// The constructor: a frame of its own with the content of `original`; what the metadata of
    /// `options` has takes the place of what the original has. It belongs to no transformer.
    #[must_use]
    pub fn new(original: &Self, options: RtcEncodedAudioFrameOptions) -> Self {
        let mut metadata = original.metadata.clone();
        if let Some(given) = options.metadata {
            take_given(&mut metadata.frame, given.frame);
            take(&mut metadata.sequence_number, given.sequence_number);
            take(&mut metadata.audio_level, given.audio_level);
        }
        Self {
            data: Bytes::copy_from_slice(&original.data),
            metadata,
            way: None,
        }
    }

    /// `data`: an Opus packet, or samples of G.711.
    #[must_use]
    pub const fn data(&self) -> &Bytes {
        &self.data
    }

    /// Sets `data`.
    pub fn set_data(&mut self, data: impl Into<Bytes>) {
        self.data = data.into();
    }

    /// `getMetadata()`: a copy.
    #[must_use]
    pub fn get_metadata(&self) -> RtcEncodedAudioFrameMetadata {
        self.metadata.clone()
    }
}

impl Clone for RtcEncodedAudioFrame {
    fn clone(&self) -> Self {
        Self::new(self, RtcEncodedAudioFrameOptions::default())
    }
}

impl From<RtcEncodedVideoFrame> for RtcEncodedFrame {
    fn from(frame: RtcEncodedVideoFrame) -> Self {
        Self::Video(frame)
    }
}

impl From<RtcEncodedAudioFrame> for RtcEncodedFrame {
    fn from(frame: RtcEncodedAudioFrame) -> Self {
        Self::Audio(frame)
    }
}

impl RtcEncodedFrame {
    /// `data` of either kind.
    #[must_use]
    pub const fn data(&self) -> &Bytes {
        match self {
            Self::Video(frame) => frame.data(),
            Self::Audio(frame) => frame.data(),
        }
    }

    /// Sets `data` of either kind.
    pub fn set_data(&mut self, data: impl Into<Bytes>) {
        match self {
            Self::Video(frame) => frame.set_data(data),
            Self::Audio(frame) => frame.set_data(data),
        }
    }

    /// The metadata that both kinds have.
    #[must_use]
    pub fn get_metadata(&self) -> RtcEncodedFrameMetadata {
        match self {
            Self::Video(frame) => frame.metadata.frame.clone(),
            Self::Audio(frame) => frame.metadata.frame.clone(),
        }
    }

    /// A frame that a sender will send.
    pub(crate) fn sent(transformer: u64, sender: SenderId, taken: UntransformedSent) -> Self {
        let UntransformedSent {
            ticket,
            frame,
            codec,
            ssrc,
            info,
            at,
            presentation,
        } = taken;
        let metadata = RtcEncodedFrameMetadata {
            synchronization_source: Some(ssrc.0),
            payload_type: frame.payload_type.map(|it| it.get()),
            contributing_sources: Some(Vec::new()),
            rtp_timestamp: match frame.time {
                stonechat_media::FrameTime::Rtp(timestamp) => Some(timestamp.0),
                stonechat_media::FrameTime::Media(_) => None,
            },
            capture_time: Some(at),
            mime_type: mime_type(codec),
            ..RtcEncodedFrameMetadata::default()
        };
        let data = frame.data.clone();
        let (level, layers) = (frame.audio_level, frame.layers);
        let way = Some(Way {
            transformer,
            ticket,
            back: Back::Sent(sender, frame, codec),
        });
        match codec.kind() {
            MediaKind::Audio => Self::Audio(RtcEncodedAudioFrame {
                data,
                metadata: RtcEncodedAudioFrameMetadata {
                    frame: metadata,
                    sequence_number: None,
                    audio_level: level.map(linear),
                },
                way,
            }),
            MediaKind::Video => Self::Video(RtcEncodedVideoFrame {
                kind: chunk_type(info.keyframe),
                data,
                metadata: RtcEncodedVideoFrameMetadata {
                    frame: metadata,
                    frame_id: Some(ticket.number()),
                    dependencies: info.keyframe.then(Vec::new),
                    width: info.dimensions.map(|(width, _)| width),
                    height: info.dimensions.map(|(_, height)| height),
                    spatial_index: None,
                    temporal_index: layers.map(|layers| u32::from(layers.temporal_id)),
                    timestamp: presentation.and_then(|time| i64::try_from(time.as_micros()).ok()),
                },
                way,
            }),
        }
    }

    /// A frame that a receiver received.
    pub(crate) fn received(
        transformer: u64,
        receiver: ReceiverId,
        taken: UntransformedReceived,
    ) -> Self {
        let UntransformedReceived { ticket, frame } = taken;
        let mut this = Self::of_media(&frame);
        let way = Some(Way {
            transformer,
            ticket,
            back: Back::Received(receiver, Box::new(frame)),
        });
        match &mut this {
            Self::Video(frame) => frame.way = way,
            Self::Audio(frame) => frame.way = way,
        }
        this
    }

    /// A received frame that goes nowhere.
    pub(crate) fn of_media(frame: &MediaFrame) -> Self {
        let sources = frame.contributing_sources.iter();
        let metadata = RtcEncodedFrameMetadata {
            synchronization_source: Some(frame.ssrc.0),
            payload_type: Some(frame.payload_type.get()),
            contributing_sources: Some(sources.map(|ssrc| ssrc.0).collect()),
            rtp_timestamp: Some(frame.timestamp.0),
            receive_time: Some(frame.arrival),
            mime_type: mime_type(frame.codec),
            ..RtcEncodedFrameMetadata::default()
        };
        let data = frame.data.clone();
        match frame.codec.kind() {
            MediaKind::Audio => {
                let number = frame.first_sequence.sequence().0;
                Self::Audio(RtcEncodedAudioFrame {
                    data,
                    metadata: RtcEncodedAudioFrameMetadata {
                        frame: metadata,
                        sequence_number: Some(i16::from_be_bytes(number.to_be_bytes())),
                        audio_level: frame.audio_level.map(linear),
                    },
                    way: None,
                })
            }
            MediaKind::Video => Self::Video(RtcEncodedVideoFrame {
                kind: chunk_type(frame.keyframe),
                data,
                metadata: RtcEncodedVideoFrameMetadata {
                    frame: metadata,
                    width: frame.dimensions.map(|(width, _)| width),
                    height: frame.dimensions.map(|(_, height)| height),
                    ..RtcEncodedVideoFrameMetadata::default()
                },
                way: None,
            }),
        }
    }

    pub(crate) const fn way(&self) -> Option<&Way> {
        match self {
            Self::Video(frame) => frame.way.as_ref(),
            Self::Audio(frame) => frame.way.as_ref(),
        }
    }

    /// The content, and where it goes back to.
    pub(crate) fn into_parts(self) -> (Bytes, bool, Option<Way>) {
        match self {
            Self::Video(frame) => (
                frame.data,
                frame.kind == EncodedVideoChunkType::Key,
                frame.way,
            ),
            Self::Audio(frame) => (frame.data, true, frame.way),
        }
    }

    pub(crate) fn is_key(&self) -> bool {
        match self {
            Self::Video(frame) => frame.kind == EncodedVideoChunkType::Key,
            Self::Audio(_) => true,
        }
    }
}

const fn chunk_type(keyframe: bool) -> EncodedVideoChunkType {
    if keyframe {
        EncodedVideoChunkType::Key
    } else {
        EncodedVideoChunkType::Delta
    }
}

fn take<T>(slot: &mut Option<T>, given: Option<T>) {
    if given.is_some() {
        *slot = given;
    }
}

fn take_given(slot: &mut RtcEncodedFrameMetadata, given: RtcEncodedFrameMetadata) {
    take(
        &mut slot.synchronization_source,
        given.synchronization_source,
    );
    take(&mut slot.payload_type, given.payload_type);
    take(&mut slot.contributing_sources, given.contributing_sources);
    take(&mut slot.rtp_timestamp, given.rtp_timestamp);
    take(&mut slot.receive_time, given.receive_time);
    take(&mut slot.capture_time, given.capture_time);
    take(
        &mut slot.sender_capture_time_offset,
        given.sender_capture_time_offset,
    );
    take(&mut slot.mime_type, given.mime_type);
}

/// RFC 6464 as the W3C API has it: 127 is silence, each other step is a decibel.
fn linear(level: AudioLevel) -> f64 {
    match level.level {
        127.. => 0.0,
        level => 10_f64.powf(-f64::from(level) / 20.0),
    }
}

fn mime_type(codec: Codec) -> Option<String> {
    let name = match codec {
        Codec::Opus => "audio/opus",
        Codec::Pcmu => "audio/PCMU",
        Codec::Pcma => "audio/PCMA",
        Codec::Vp8 => "video/VP8",
        Codec::H264(_) => "video/H264",
        Codec::Av1 => "video/AV1",
        _ => return None,
    };
    Some(name.to_owned())
}
