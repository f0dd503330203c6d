//! The codecs that the addon encodes and decodes with: those of FFmpeg. The stack itself brings
//! G.711.

use ffmpeg_next::codec::Id;
use ffmpeg_next::util::log;
use stonechat::Api;

mod decoder;
mod encoder;
mod opus;

use decoder::Decoder;
use encoder::Encoder;

/// Plugs them in.
pub(crate) fn plug_into(api: Api) -> Api {
    // What a decoder thinks of a stream is not for the terminal.
    log::set_level(log::Level::Quiet);
    api.video_encoder("video/VP8", |_| Some(Box::new(Encoder::new("libvpx", VP8))))
        .video_encoder("video/H264", |codec| {
            // Packets of any size need this mode.
            let parameters = codec.sdp_fmtp_line.as_deref().unwrap_or_default();
            let is_possible = parameters.contains("packetization-mode=1");
            is_possible.then(|| Box::new(Encoder::new("libx264", H264)) as _)
        })
        .video_encoder("video/AV1", |_| {
            Some(Box::new(Encoder::new("libaom-av1", AV1)))
        })
        .video_decoder("video/VP8", |_| Some(Box::new(Decoder::new(Id::VP8)?)))
        .video_decoder("video/H264", |_| Some(Box::new(Decoder::new(Id::H264)?)))
        .video_decoder("video/AV1", |_| Some(Box::new(Decoder::new(Id::AV1)?)))
        .audio_encoder("audio/opus", |_| Some(Box::new(opus::Encoder::new()?)))
        .audio_decoder("audio/opus", |_| Some(Box::new(opus::Decoder::new()?)))
}

/// Options of the encoder for VP8: as fast as a call needs it, without looking ahead.
const VP8: &[(&str, &str)] = &[
    ("deadline", "realtime"),
    ("cpu-used", "8"),
    ("lag-in-frames", "0"),
    ("error-resilient", "1"),
    ("threads", "1"),
];

/// Options of the encoder for AV1: the same.
const AV1: &[(&str, &str)] = &[
    ("usage", "realtime"),
    ("cpu-used", "8"),
    ("lag-in-frames", "0"),
    ("threads", "1"),
];

/// Options of the encoder for H.264: the profile that every browser decodes.
const H264: &[(&str, &str)] = &[
    ("preset", "ultrafast"),
    ("tune", "zerolatency"),
    ("profile", "baseline"),
    ("forced-idr", "1"),
    ("threads", "1"),
];
