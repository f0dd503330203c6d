//! Pictures of frames.

use std::fmt;
use std::time::Duration;

use ffmpeg_next::codec::{Context, Id};
use ffmpeg_next::{Packet, decoder, frame};
use stonechat::{MediaFrame, RtpTimestamp, VideoDecoder, VideoFrame};

/// A decoder of FFmpeg.
pub(super) struct Decoder {
    decoder: decoder::Video,
    first: Option<RtpTimestamp>,
}

impl Decoder {
    pub(super) fn new(codec: Id) -> Option<Self> {
        let context = Context::new_with_codec(decoder::find(codec)?);
        Some(Self {
            decoder: context.decoder().video().ok()?,
            first: None,
        })
    }
}

impl VideoDecoder for Decoder {
    fn decode(&mut self, frame: &MediaFrame) -> Option<VideoFrame> {
        let first = *self.first.get_or_insert(frame.timestamp);
        let ticks = frame.timestamp.0.wrapping_sub(first.0);
        self.decoder.send_packet(&Packet::copy(&frame.data)).ok()?;
        let mut picture = frame::Video::empty();
        self.decoder.receive_frame(&mut picture).ok()?;
        let (width, height) = (picture.width(), picture.height());
        let mut data = Vec::new();
        for plane in 0..picture.planes() {
            let (across, down) = match plane {
                0 => (width, height),
                _ => (width.div_ceil(2), height.div_ceil(2)),
            };
            let (across, down) = (usize::try_from(across).ok()?, usize::try_from(down).ok()?);
            let rows = picture.data(plane).chunks(picture.stride(plane));
            for row in rows.take(down) {
                data.extend_from_slice(row.get(..across)?);
            }
        }
        let timestamp = Duration::from_secs(1) * ticks / CLOCK_RATE;
        VideoFrame::i420(width, height, data, timestamp).ok()
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decoder")
    }
}

/// Ticks of RTP timestamps in a second.
const CLOCK_RATE: u32 = 90_000;
