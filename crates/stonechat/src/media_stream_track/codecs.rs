//! Encoders and decoders between raw media and frames: G.711 is there, others are plugged in.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use stonechat_media::{Codec, MediaFrame};
use stonechat_peerconnection::plan::CodecPlan;

use super::audio_data::AudioData;
use super::g711::{G711Decoder, G711Encoder, Law};
use super::video_frame::VideoFrame;
use crate::RtcRtpCodec;

/// A frame that an encoder made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EncodedFrame {
    /// The frame, in the form that [`OutgoingFrame`](crate::OutgoingFrame) takes.
    pub data: Bytes,
    /// When its media begins, on the clock of the source.
    pub timestamp: Duration,
}

/// Makes frames of a codec out of sound.
pub trait AudioEncoder: Send {
    /// Takes sound in and gives the frames that are complete. Rate and channels may change from one
    /// call to the next; a jump of the timestamp is a gap.
    fn encode(&mut self, data: &AudioData) -> Vec<EncodedFrame>;
}

/// Makes sound out of frames of a codec.
pub trait AudioDecoder: Send {
    /// The sound of a frame, on a clock that starts with the first frame; `None` if it cannot be
    /// decoded.
    fn decode(&mut self, frame: &MediaFrame) -> Option<AudioData>;
}

/// Makes frames of a codec out of pictures.
pub trait VideoEncoder: Send {
    /// Takes a picture in and gives the frames that are complete. With `key_frame` the peer asks for
    /// a frame that decoding can start with. It is called on a thread that may block.
    fn encode(&mut self, frame: &VideoFrame, key_frame: bool) -> Vec<EncodedFrame>;
}

/// Makes pictures out of frames of a codec.
pub trait VideoDecoder: Send {
    /// The picture of a frame; `None` if it cannot be decoded or shows nothing new.
    fn decode(&mut self, frame: &MediaFrame) -> Option<VideoFrame>;
}

type Make<C> = Arc<dyn Fn(&RtcRtpCodec) -> Option<Box<C>> + Send + Sync>;

/// The encoders and decoders of an API, by the name of the codec; those that came last come first.
#[derive(Clone, Default)]
pub(crate) struct MediaCodecs {
    audio_encoders: Vec<(String, Make<dyn AudioEncoder>)>,
    audio_decoders: Vec<(String, Make<dyn AudioDecoder>)>,
    video_encoders: Vec<(String, Make<dyn VideoEncoder>)>,
    video_decoders: Vec<(String, Make<dyn VideoDecoder>)>,
}

impl fmt::Debug for MediaCodecs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MediaCodecs")
    }
}

impl MediaCodecs {
    /// G.711 alone.
    pub(crate) fn new() -> Self {
        let mut codecs = Self::default();
        for (mime_type, law) in [("audio/PCMA", Law::A), ("audio/PCMU", Law::Mu)] {
            codecs.add_audio_encoder(mime_type, move |_| Some(Box::new(G711Encoder::new(law))));
            codecs.add_audio_decoder(mime_type, move |_| Some(Box::new(G711Decoder::new(law))));
        }
        codecs
    }

    pub(crate) fn add_audio_encoder(
        &mut self,
        mime_type: &str,
        make: impl Fn(&RtcRtpCodec) -> Option<Box<dyn AudioEncoder>> + Send + Sync + 'static,
    ) {
        self.audio_encoders
            .insert(0, (mime_type.to_owned(), Arc::new(make)));
    }

    pub(crate) fn add_audio_decoder(
        &mut self,
        mime_type: &str,
        make: impl Fn(&RtcRtpCodec) -> Option<Box<dyn AudioDecoder>> + Send + Sync + 'static,
    ) {
        self.audio_decoders
            .insert(0, (mime_type.to_owned(), Arc::new(make)));
    }

    pub(crate) fn add_video_encoder(
        &mut self,
        mime_type: &str,
        make: impl Fn(&RtcRtpCodec) -> Option<Box<dyn VideoEncoder>> + Send + Sync + 'static,
    ) {
        self.video_encoders
            .insert(0, (mime_type.to_owned(), Arc::new(make)));
    }

    pub(crate) fn add_video_decoder(
        &mut self,
        mime_type: &str,
        make: impl Fn(&RtcRtpCodec) -> Option<Box<dyn VideoDecoder>> + Send + Sync + 'static,
    ) {
        self.video_decoders
            .insert(0, (mime_type.to_owned(), Arc::new(make)));
    }

    pub(super) fn audio_encoder(&self, plan: &CodecPlan) -> Option<Box<dyn AudioEncoder>> {
        make(&self.audio_encoders, &planned("audio", plan))
    }

    pub(super) fn video_encoder(&self, plan: &CodecPlan) -> Option<Box<dyn VideoEncoder>> {
        make(&self.video_encoders, &planned("video", plan))
    }

    pub(super) fn audio_decoder(&self, codec: Codec) -> Option<Box<dyn AudioDecoder>> {
        make(&self.audio_decoders, &received(codec)?)
    }

    pub(super) fn video_decoder(&self, codec: Codec) -> Option<Box<dyn VideoDecoder>> {
        make(&self.video_decoders, &received(codec)?)
    }
}

fn make<C: ?Sized>(known: &[(String, Make<C>)], codec: &RtcRtpCodec) -> Option<Box<C>> {
    known
        .iter()
        .filter(|(mime_type, _)| mime_type.eq_ignore_ascii_case(&codec.mime_type))
        .find_map(|(_, make)| make(codec))
}

/// What was negotiated for a sender.
fn planned(kind: &str, plan: &CodecPlan) -> RtcRtpCodec {
    RtcRtpCodec {
        mime_type: format!("{kind}/{}", plan.name),
        clock_rate: plan.clock_rate,
        channels: (kind == "audio").then_some(u16::from(plan.channels)),
        sdp_fmtp_line: Some(plan.parameters.clone()).filter(|line| !line.is_empty()),
    }
}

/// What a frame is of; formats that are not looked into have no name here.
fn received(codec: Codec) -> Option<RtcRtpCodec> {
    let (mime_type, channels) = match codec {
        Codec::Opus => ("audio/opus", Some(2)),
        Codec::Pcmu => ("audio/PCMU", Some(1)),
        Codec::Pcma => ("audio/PCMA", Some(1)),
        Codec::Vp8 => ("video/VP8", None),
        Codec::H264(_) => ("video/H264", None),
        Codec::Av1 => ("video/AV1", None),
        _ => return None,
    };
    Some(RtcRtpCodec {
        mime_type: mime_type.to_owned(),
        clock_rate: codec.clock_rate(),
        channels,
        sdp_fmtp_line: None,
    })
}
