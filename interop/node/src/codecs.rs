//! The codecs that the addon encodes and decodes with. The stack brings G.711; pictures need what
//! is here.

use stonechat::Api;

mod h264;
mod pictures;

/// Plugs them in.
pub(crate) fn plug_into(api: Api) -> Api {
    api.video_encoder("video/H264", |codec| h264::Encoder::new(codec))
        .video_decoder("video/H264", |_| h264::Decoder::new())
        .video_encoder("video/VP8", |_| Some(pictures::encoder()))
        .video_decoder("video/VP8", |_| Some(pictures::decoder()))
}
