//! Frames of pictures.

use std::fmt;
use std::time::Duration;

use ffmpeg_next::codec::{Context, encoder};
use ffmpeg_next::format::Pixel;
use ffmpeg_next::{Dictionary, Packet, Rational, frame, picture};
use stonechat::{EncodedFrame, VideoEncoder, VideoFrame, VideoPlane};

/// An encoder of FFmpeg by its name. It is made with the first picture, and anew when the size
/// changes.
pub(super) struct Encoder {
    name: &'static str,
    options: &'static [(&'static str, &'static str)],
    current: Option<(encoder::Video, (u32, u32))>,
}

impl Encoder {
    pub(super) const fn new(
        name: &'static str,
        options: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self {
            name,
            options,
            current: None,
        }
    }

    fn open(&self, (width, height): (u32, u32)) -> Option<encoder::Video> {
        let codec = encoder::find_by_name(self.name)?;
        let mut video = Context::new_with_codec(codec).encoder().video().ok()?;
        video.set_width(width);
        video.set_height(height);
        video.set_format(Pixel::YUV420P);
        video.set_time_base(TIME_BASE);
        // Pictures may come otherwise; what a picture may cost is reckoned by this.
        video.set_frame_rate(Some(FRAME_RATE));
        video.set_bit_rate(BITRATE);
        video.set_gop(KEY_FRAME_INTERVAL);
        video.set_max_b_frames(0);
        let mut options = Dictionary::new();
        for (name, value) in self.options {
            options.set(name, value);
        }
        video.open_with(options).ok()
    }
}

impl VideoEncoder for Encoder {
    fn encode(&mut self, frame: &VideoFrame, key_frame: bool) -> Vec<EncodedFrame> {
        // Colours are for four pixels each: the last row and column of odd sizes are left out.
        let size = (frame.width() & !1, frame.height() & !1);
        if self.current.as_ref().is_none_or(|(_, of)| *of != size) {
            self.current = self.open(size).map(|encoder| (encoder, size));
        }
        let Some((encoder, _)) = &mut self.current else {
            return Vec::new();
        };
        let mut picture = picture_of(frame, size);
        picture.set_pts(Some(ticks(frame.timestamp())));
        if key_frame {
            picture.set_kind(picture::Type::I);
        }
        if encoder.send_frame(&picture).is_err() {
            return Vec::new();
        }
        let mut frames = Vec::new();
        let mut packet = Packet::empty();
        while encoder.receive_packet(&mut packet).is_ok() {
            frames.extend(packet.data().map(|data| EncodedFrame {
                data: data.to_vec().into(),
                timestamp: frame.timestamp(),
            }));
        }
        frames
    }
}

fn picture_of(from: &VideoFrame, (width, height): (u32, u32)) -> frame::Video {
    let mut picture = frame::Video::new(Pixel::YUV420P, width, height);
    let planes = [VideoPlane::Y, VideoPlane::U, VideoPlane::V];
    for (index, plane) in planes.into_iter().enumerate() {
        let (rows, stride) = from.plane(plane);
        let to_stride = picture.stride(index);
        let to_rows = picture.data_mut(index).chunks_mut(to_stride);
        for (to, row) in to_rows.zip(rows.chunks(stride)) {
            let length = to.len().min(row.len());
            to[..length].copy_from_slice(&row[..length]);
        }
    }
    picture
}

fn ticks(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Encoder").field(&self.name).finish()
    }
}

const TIME_BASE: Rational = Rational(1, 1_000_000);
/// Pictures in a second.
const FRAME_RATE: Rational = Rational(30, 1);
/// Bits in a second.
const BITRATE: usize = 1_000_000;
/// Pictures from one key frame to the next unless somebody asks.
const KEY_FRAME_INTERVAL: u32 = 3_000;
