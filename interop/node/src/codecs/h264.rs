//! H.264 by OpenH264.

use std::fmt;
use std::time::Duration;

use openh264::OpenH264API;
use openh264::encoder::{BitRate, EncoderConfig, FrameRate, RateControlMode, UsageType};
use openh264::formats::{YUVSlices, YUVSource};
use stonechat::{
    EncodedFrame, MediaFrame, RtcRtpCodec, RtpTimestamp, VideoDecoder, VideoEncoder, VideoFrame,
    VideoPlane,
};

/// Makes access units of pictures.
pub(super) struct Encoder(openh264::encoder::Encoder);

impl Encoder {
    /// For what was negotiated: packets of any size need `packetization-mode=1`.
    pub(super) fn new(codec: &RtcRtpCodec) -> Option<Box<dyn VideoEncoder>> {
        let parameters = codec.sdp_fmtp_line.as_deref().unwrap_or_default();
        if !parameters.contains("packetization-mode=1") {
            return None;
        }
        let config = EncoderConfig::new()
            .bitrate(BitRate::from_bps(BITRATE))
            .max_frame_rate(FrameRate::from_hz(FRAME_RATE))
            .rate_control_mode(RateControlMode::Bitrate)
            .usage_type(UsageType::CameraVideoRealTime)
            .skip_frames(false)
            .num_threads(1);
        let encoder =
            openh264::encoder::Encoder::with_api_config(OpenH264API::from_source(), config);
        Some(Box::new(Self(encoder.ok()?)))
    }
}

impl VideoEncoder for Encoder {
    fn encode(&mut self, frame: &VideoFrame, key_frame: bool) -> Vec<EncodedFrame> {
        let Some(picture) = slices(frame) else {
            return Vec::new();
        };
        if key_frame {
            self.0.force_intra_frame();
        }
        let milliseconds = u64::try_from(frame.timestamp().as_millis()).unwrap_or(u64::MAX);
        let timestamp = openh264::Timestamp::from_millis(milliseconds);
        let encoded = self.0.encode_at(&picture, timestamp);
        let Some(data) = encoded.ok().map(|encoded| encoded.to_vec()) else {
            return Vec::new();
        };
        if data.is_empty() {
            return Vec::new();
        }
        vec![EncodedFrame {
            data: data.into(),
            timestamp: frame.timestamp(),
        }]
    }
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Encoder")
    }
}

/// The planes as the encoder wants them; the last row and column of odd sizes are left out.
fn slices(frame: &VideoFrame) -> Option<YUVSlices<'_>> {
    let width = usize::try_from(frame.width()).ok()? & !1;
    let height = usize::try_from(frame.height()).ok()? & !1;
    if width == 0 || height == 0 {
        return None;
    }
    let (y, y_stride) = frame.plane(VideoPlane::Y);
    let (u, u_stride) = frame.plane(VideoPlane::U);
    let (v, v_stride) = frame.plane(VideoPlane::V);
    let planes = (
        y.get(..y_stride * height)?,
        u.get(..u_stride * height / 2)?,
        v.get(..v_stride * height / 2)?,
    );
    let strides = (y_stride, u_stride, v_stride);
    Some(YUVSlices::new(planes, (width, height), strides))
}

/// Makes pictures of access units.
pub(super) struct Decoder {
    decoder: openh264::decoder::Decoder,
    first: Option<RtpTimestamp>,
}

impl Decoder {
    pub(super) fn new() -> Option<Box<dyn VideoDecoder>> {
        let decoder = openh264::decoder::Decoder::new().ok()?;
        Some(Box::new(Self {
            decoder,
            first: None,
        }))
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decoder")
    }
}

impl VideoDecoder for Decoder {
    fn decode(&mut self, frame: &MediaFrame) -> Option<VideoFrame> {
        let first = *self.first.get_or_insert(frame.timestamp);
        let ticks = frame.timestamp.0.wrapping_sub(first.0);
        let picture = self.decoder.decode(&frame.data).ok()??;
        let (width, height) = picture.dimensions();
        let (stride, stride_u, stride_v) = picture.strides();
        let mut data = Vec::with_capacity(width * height * 3 / 2);
        copy(&mut data, picture.y(), stride, (width, height));
        let half = (width.div_ceil(2), height.div_ceil(2));
        copy(&mut data, picture.u(), stride_u, half);
        copy(&mut data, picture.v(), stride_v, half);
        let (width, height) = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
        let timestamp = Duration::from_secs(1) * ticks / CLOCK_RATE;
        VideoFrame::i420(width, height, data, timestamp).ok()
    }
}

/// Rows without their padding.
fn copy(to: &mut Vec<u8>, plane: &[u8], stride: usize, (width, height): (usize, usize)) {
    for row in plane.chunks(stride).take(height) {
        to.extend_from_slice(row.get(..width).unwrap_or(row));
    }
}

/// Bits in a second.
const BITRATE: u32 = 1_000_000;
/// Pictures in a second, at the most.
const FRAME_RATE: f32 = 30.0;
/// Ticks of RTP timestamps in a second.
const CLOCK_RATE: u32 = 90_000;
