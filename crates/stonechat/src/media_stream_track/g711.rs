//! G.711 (RFC 3551, section 4.5.14): 8,000 samples a second, one octet each, 20 ms in a packet.

use std::time::Duration;

use bytes::Bytes;
use stonechat_media::MediaFrame;
use stonechat_media::g711::{decode_alaw, decode_mulaw, encode_alaw, encode_mulaw};
use stonechat_rtp::Timestamp;

use super::audio_data::AudioData;
use super::codecs::{AudioDecoder, AudioEncoder, EncodedFrame};
use super::resampler::Resampler;

/// Which of the two tables.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Law {
    A,
    Mu,
}

/// Makes packets of whatever a device gives.
#[derive(Debug)]
pub(super) struct G711Encoder {
    law: Law,
    /// The rate of what came last, and what turns it into 8,000 Hz.
    input: Option<(u32, Resampler)>,
    samples: Vec<f32>,
    /// Of the first of `samples`.
    timestamp: Duration,
}

impl G711Encoder {
    pub(super) fn new(law: Law) -> Self {
        Self {
            law,
            input: None,
            samples: Vec::new(),
            timestamp: Duration::ZERO,
        }
    }

    fn octet(&self, sample: f32) -> u8 {
        #[expect(clippy::cast_possible_truncation, reason = "the cast saturates")]
        let sample = (sample * 32_768.0).round() as i16;
        match self.law {
            Law::A => encode_alaw(sample),
            Law::Mu => encode_mulaw(sample),
        }
    }
}

impl AudioEncoder for G711Encoder {
    fn encode(&mut self, data: &AudioData) -> Vec<EncodedFrame> {
        let buffered = Duration::from_secs(1) * count(self.samples.len()) / RATE;
        let expected = self.timestamp + buffered;
        let rate = data.sample_rate();
        if self.input.as_ref().is_none_or(|(of, _)| *of != rate)
            || expected.abs_diff(data.timestamp()) > GAP
        {
            self.input = Some((rate, Resampler::new(rate, RATE)));
            self.samples.clear();
            self.timestamp = data.timestamp();
        }
        if let Some((_, resampler)) = &mut self.input {
            resampler.push(data.mono(), &mut self.samples);
        }
        let mut frames = Vec::new();
        while self.samples.len() >= PACKET {
            let octets: Bytes = self
                .samples
                .iter()
                .take(PACKET)
                .map(|sample| self.octet(*sample))
                .collect();
            self.samples.drain(..PACKET);
            frames.push(EncodedFrame {
                data: octets,
                timestamp: self.timestamp,
            });
            self.timestamp += Duration::from_millis(20);
        }
        frames
    }
}

/// Makes sound of packets.
#[derive(Debug)]
pub(super) struct G711Decoder {
    law: Law,
    first: Option<Timestamp>,
}

impl G711Decoder {
    pub(super) fn new(law: Law) -> Self {
        Self { law, first: None }
    }
}

impl AudioDecoder for G711Decoder {
    fn decode(&mut self, frame: &MediaFrame) -> Option<AudioData> {
        let first = *self.first.get_or_insert(frame.timestamp);
        let ticks = frame.timestamp.0.wrapping_sub(first.0);
        let samples: Vec<_> = frame
            .data
            .iter()
            .map(|&octet| match self.law {
                Law::A => decode_alaw(octet),
                Law::Mu => decode_mulaw(octet),
            })
            .collect();
        let timestamp = Duration::from_secs(1) * ticks / RATE;
        Some(AudioData::new(&samples, RATE, 1, timestamp))
    }
}

fn count(samples: usize) -> u32 {
    u32::try_from(samples).unwrap_or(u32::MAX)
}

/// Samples in a second.
const RATE: u32 = 8_000;
/// Samples in a packet.
const PACKET: usize = 160;
/// A clock that is off by more than this has jumped.
const GAP: Duration = Duration::from_millis(60);
