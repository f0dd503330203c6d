//! A video codec of our own that carries pictures in the frames of VP8.
//!
//! It is for the bridge alone: there is no codec for video in the stack. The frames have the header
//! of VP8 (RFC 6386, section 9.1), so that all that looks at frames on the way finds what it needs;
//! behind it is a smaller picture, as it is. No other decoder can show it.

use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use stonechat::{EncodedFrame, MediaFrame, VideoDecoder, VideoEncoder, VideoFrame, VideoPlane};

pub(super) fn encoder() -> Box<dyn VideoEncoder> {
    Box::new(PictureEncoder::default())
}

pub(super) fn decoder() -> Box<dyn VideoDecoder> {
    Box::new(PictureDecoder::default())
}

#[derive(Debug, Default)]
struct PictureEncoder {
    /// The size of the last key frame.
    size: Option<(u32, u32)>,
}

impl VideoEncoder for PictureEncoder {
    fn encode(&mut self, frame: &VideoFrame, key_frame: bool) -> Vec<EncodedFrame> {
        let size = (frame.width(), frame.height());
        let is_key = key_frame || self.size != Some(size);
        let factor = size.0.div_ceil(WIDEST).max(1);
        let small = frame.crop_and_scale(size.0.div_ceil(factor), size.1.div_ceil(factor));
        let (Ok(width), Ok(height)) = (u16::try_from(size.0), u16::try_from(size.1)) else {
            return Vec::new();
        };
        let (Ok(across), Ok(down)) = (u16::try_from(small.width()), u16::try_from(small.height()))
        else {
            return Vec::new();
        };
        self.size = Some(size);
        let mut data = BytesMut::with_capacity(small.data().len() + HEADER);
        let partition = u32::try_from(small.data().len()).unwrap_or(u32::MAX) & 0x7_ffff;
        let tag = u32::from(!is_key) | 1 << 4 | partition << 5;
        data.put_uint_le(u64::from(tag), 3);
        if is_key {
            data.put_slice(&START_CODE);
            data.put_u16_le(width & 0x3fff);
            data.put_u16_le(height & 0x3fff);
        }
        for number in [width, height, across, down] {
            data.put_u16(number);
        }
        data.put_slice(small.data());
        vec![EncodedFrame {
            data: data.freeze(),
            timestamp: frame.timestamp(),
        }]
    }
}

#[derive(Debug, Default)]
struct PictureDecoder {
    has_begun: bool,
    /// The first RTP timestamp, from which time counts.
    first: Option<u32>,
}

impl VideoDecoder for PictureDecoder {
    fn decode(&mut self, frame: &MediaFrame) -> Option<VideoFrame> {
        let is_key = frame.data.first()? & 1 == 0;
        if !is_key && !self.has_begun {
            return None;
        }
        let header = if is_key { KEY_HEADER } else { TAG };
        let body = frame.data.get(header..)?;
        let number = |at: usize| {
            Some(u32::from(u16::from_be_bytes([
                *body.get(at)?,
                *body.get(at + 1)?,
            ])))
        };
        let (width, height) = (number(0)?, number(2)?);
        let (across, down) = (number(4)?, number(6)?);
        let first = *self.first.get_or_insert(frame.timestamp.0);
        let ticks = frame.timestamp.0.wrapping_sub(first);
        let time = Duration::from_micros(u64::from(ticks) * 100 / 9);
        let small = VideoFrame::i420(across, down, Bytes::copy_from_slice(body.get(8..)?), time);
        let picture = enlarge(&small.ok()?, width, height)?;
        self.has_begun = true;
        Some(picture)
    }
}

/// The picture in its old size.
fn enlarge(small: &VideoFrame, width: u32, height: u32) -> Option<VideoFrame> {
    let mut data = Vec::with_capacity(width as usize * height as usize * 3 / 2);
    for plane in [VideoPlane::Y, VideoPlane::U, VideoPlane::V] {
        let (from, row) = small.plane(plane);
        let (across, down) = match plane {
            VideoPlane::Y => (width, height),
            VideoPlane::U | VideoPlane::V => (width.div_ceil(2), height.div_ceil(2)),
        };
        let rows = from.len().checked_div(row)?;
        for y in 0..down as usize {
            let line = y * rows / down as usize;
            let line = from.get(line * row..(line + 1) * row)?;
            data.extend((0..across as usize).map(|x| {
                let at = x * row / across as usize;
                line.get(at).copied().unwrap_or_default()
            }));
        }
    }
    VideoFrame::i420(width, height, data, small.timestamp()).ok()
}

/// The widest picture that is sent, in pixels.
const WIDEST: u32 = 80;
/// Octets of the frame tag.
const TAG: usize = 3;
/// Octets of the header of a key frame.
const KEY_HEADER: usize = 10;
/// Octets of both headers at the most.
const HEADER: usize = KEY_HEADER + 8;
/// RFC 6386, section 9.1.
const START_CODE: [u8; 3] = [0x9d, 0x01, 0x2a];
