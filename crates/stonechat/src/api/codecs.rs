//! Encoders and decoders that an application plugs in.

use std::sync::Arc;

use super::Api;
use crate::{AudioDecoder, AudioEncoder, RtcRtpCodec, VideoDecoder, VideoEncoder};

impl Api {
    /// Lets senders encode the raw sound of devices as this codec, such as `audio/opus`.
    ///
    /// `make` gets what was negotiated and gives a fresh encoder, or none if it cannot do that.
    #[must_use]
    pub fn audio_encoder(
        mut self,
        mime_type: &str,
        make: impl Fn(&RtcRtpCodec) -> Option<Box<dyn AudioEncoder>> + Send + Sync + 'static,
    ) -> Self {
        Arc::make_mut(&mut self.codecs).add_audio_encoder(mime_type, make);
        self
    }

    /// Lets [`recv_audio`](crate::MediaStreamTrack::recv_audio) decode what receivers get of this
    /// codec. `make` gets the codec of the frames, without format parameters.
    #[must_use]
    pub fn audio_decoder(
        mut self,
        mime_type: &str,
        make: impl Fn(&RtcRtpCodec) -> Option<Box<dyn AudioDecoder>> + Send + Sync + 'static,
    ) -> Self {
        Arc::make_mut(&mut self.codecs).add_audio_decoder(mime_type, make);
        self
    }

    /// Lets senders encode the raw pictures of devices as this codec, such as `video/VP8`.
    #[must_use]
    pub fn video_encoder(
        mut self,
        mime_type: &str,
        make: impl Fn(&RtcRtpCodec) -> Option<Box<dyn VideoEncoder>> + Send + Sync + 'static,
    ) -> Self {
        Arc::make_mut(&mut self.codecs).add_video_encoder(mime_type, make);
        self
    }

    /// Lets [`recv_video`](crate::MediaStreamTrack::recv_video) decode what receivers get of this
    /// codec.
    #[must_use]
    pub fn video_decoder(
        mut self,
        mime_type: &str,
        make: impl Fn(&RtcRtpCodec) -> Option<Box<dyn VideoDecoder>> + Send + Sync + 'static,
    ) -> Self {
        Arc::make_mut(&mut self.codecs).add_video_decoder(mime_type, make);
        self
    }
}
