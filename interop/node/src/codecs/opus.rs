//! Opus, by way of FFmpeg.

use std::fmt;
use std::time::Duration;

use ffmpeg_next::channel_layout::ChannelLayout;
use ffmpeg_next::codec::{Context, decoder, encoder};
use ffmpeg_next::format::Sample;
use ffmpeg_next::format::sample::Type;
use ffmpeg_next::{Packet, frame};
use stonechat::{AudioData, AudioDecoder, AudioEncoder, EncodedFrame, MediaFrame, RtpTimestamp};

/// Makes packets of 20 ms.
pub(super) struct Encoder {
    encoder: encoder::Audio,
    /// One channel at 48,000 Hz that no packet has yet.
    samples: Vec<i16>,
    /// Of the first of them.
    timestamp: Duration,
}

impl Encoder {
    pub(super) fn new() -> Option<Self> {
        let codec = encoder::find_by_name(LIBRARY)?;
        let mut audio = Context::new_with_codec(codec).encoder().audio().ok()?;
        audio.set_rate(i32::try_from(RATE).ok()?);
        audio.set_format(FORMAT);
        audio.set_channel_layout(ChannelLayout::MONO);
        audio.set_bit_rate(BITRATE);
        Some(Self {
            encoder: audio.open().ok()?,
            samples: Vec::new(),
            timestamp: Duration::ZERO,
        })
    }

    fn packet(&mut self) -> Option<Vec<u8>> {
        let mut sound = frame::Audio::new(FORMAT, PACKET, ChannelLayout::MONO);
        sound.set_rate(RATE);
        let samples = self.samples.drain(..PACKET);
        let octets = samples.flat_map(i16::to_ne_bytes);
        for (to, octet) in sound.data_mut(0).iter_mut().zip(octets) {
            *to = octet;
        }
        self.encoder.send_frame(&sound).ok()?;
        let mut packet = Packet::empty();
        self.encoder.receive_packet(&mut packet).ok()?;
        Some(packet.data()?.to_vec())
    }
}

impl AudioEncoder for Encoder {
    fn encode(&mut self, data: &AudioData) -> Vec<EncodedFrame> {
        let buffered = u32::try_from(self.samples.len()).unwrap_or(u32::MAX);
        let expected = self.timestamp + Duration::from_secs(1) * buffered / RATE;
        if expected.abs_diff(data.timestamp()) > GAP {
            self.samples.clear();
            self.timestamp = data.timestamp();
        }
        self.samples.extend(at_our_rate(data));
        let mut frames = Vec::new();
        while self.samples.len() >= PACKET {
            let timestamp = self.timestamp;
            self.timestamp += Duration::from_millis(20);
            frames.extend(self.packet().map(|data| EncodedFrame {
                data: data.into(),
                timestamp,
            }));
        }
        frames
    }
}

/// One channel at 48,000 Hz: the sample before each moment. Devices here have this rate, or one that
/// it is a multiple of.
fn at_our_rate(data: &AudioData) -> impl Iterator<Item = i16> + '_ {
    let channels = usize::from(data.channels());
    let (from, to) = (u64::from(data.sample_rate()), u64::from(RATE));
    let count = u64::try_from(data.frames()).unwrap_or_default() * to / from;
    (0..count).map(move |at| {
        let index = usize::try_from(at * from / to).unwrap_or_default();
        let together = data.samples().get(index * channels..).unwrap_or_default();
        let sum: i32 = together
            .iter()
            .take(channels)
            .map(|one| i32::from(*one))
            .sum();
        let mean = sum / i32::from(data.channels());
        i16::try_from(mean).unwrap_or_default()
    })
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Encoder")
    }
}

/// Makes sound of packets.
pub(super) struct Decoder {
    decoder: decoder::Audio,
    first: Option<RtpTimestamp>,
}

impl Decoder {
    pub(super) fn new() -> Option<Self> {
        let codec = decoder::find_by_name(LIBRARY)?;
        let mut audio = Context::new_with_codec(codec).decoder().audio().ok()?;
        audio.request_format(FORMAT);
        Some(Self {
            decoder: audio,
            first: None,
        })
    }
}

impl AudioDecoder for Decoder {
    fn decode(&mut self, frame: &MediaFrame) -> Option<AudioData> {
        let first = *self.first.get_or_insert(frame.timestamp);
        let ticks = frame.timestamp.0.wrapping_sub(first.0);
        self.decoder.send_packet(&Packet::copy(&frame.data)).ok()?;
        let mut sound = frame::Audio::empty();
        self.decoder.receive_frame(&mut sound).ok()?;
        let length = sound.samples() * usize::from(sound.channels());
        let octets = sound.data(0).chunks_exact(2).take(length);
        let samples: Vec<i16> = octets
            .filter_map(|octets| octets.try_into().ok().map(i16::from_ne_bytes))
            .collect();
        let timestamp = Duration::from_secs(1) * ticks / RATE;
        Some(AudioData::new(
            &samples,
            sound.rate(),
            sound.channels(),
            timestamp,
        ))
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decoder")
    }
}

const LIBRARY: &str = "libopus";
const FORMAT: Sample = Sample::I16(Type::Packed);
/// Samples in a second.
const RATE: u32 = 48_000;
/// Samples in a packet.
const PACKET: usize = 960;
/// Bits in a second.
const BITRATE: usize = 32_000;
/// A clock that is off by more than this has jumped.
const GAP: Duration = Duration::from_millis(60);
