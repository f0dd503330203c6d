#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

//! Opus in Ogg (RFC 3533, RFC 7845).

mod page;
mod reader;
mod writer;

pub use reader::{OggOpusPacket, OggOpusReader};
pub use writer::OggOpusWriter;

use super::FileError;

/// The identification header of an Ogg Opus stream (RFC 7845, section 5.1).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OggOpusHead {
    /// Output channels, 1 to 255.
    pub channels: u8,
    /// Samples at 48,000 Hz that a decoder drops at the start.
    pub pre_skip: u16,
    /// Rate of the original recording in Hz, 0 if not known; decoding is at 48,000 Hz anyway.
    pub input_sample_rate: u32,
    /// Gain to apply when decoding, in dB with 8 fractional bits.
    pub output_gain: i16,
    /// Channel mapping family; 0 is mono or stereo.
    pub mapping_family: u8,
    /// What follows for other families than 0: streams, coupled streams, mapping.
    pub mapping: Vec<u8>,
}

impl OggOpusHead {
    /// The head of a mono (1) or stereo (2) stream that was encoded in real time.
    #[must_use]
    pub const fn new(channels: u8) -> Self {
        Self {
            channels,
            pre_skip: 312,
            input_sample_rate: 48_000,
            output_gain: 0,
            mapping_family: 0,
            mapping: Vec::new(),
        }
    }

    pub(crate) fn parse(packet: &[u8]) -> Result<Self, FileError> {
        let (head, mapping) = packet.split_first_chunk::<19>().ok_or(FileError::Format)?;
        let [
            magic @ ..,
            version,
            channels,
            skip0,
            skip1,
            rate0,
            rate1,
            rate2,
            rate3,
            gain0,
            gain1,
            family,
        ] = *head;
        let magic: [u8; 8] = magic;
        if &magic != b"OpusHead" || version & 0xf0 != 0 || channels == 0 {
            return Err(FileError::Format);
        }
        let expected = if family == 0 {
            0
        } else {
            usize::from(channels).saturating_add(2)
        };
        if (family == 0 && channels > 2) || mapping.len() < expected {
            return Err(FileError::Format);
        }
        Ok(Self {
            channels,
            pre_skip: u16::from_le_bytes([skip0, skip1]),
            input_sample_rate: u32::from_le_bytes([rate0, rate1, rate2, rate3]),
            output_gain: i16::from_le_bytes([gain0, gain1]),
            mapping_family: family,
            mapping: mapping.get(..expected).unwrap_or_default().to_vec(),
        })
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = b"OpusHead\x01".to_vec();
        out.push(self.channels);
        out.extend_from_slice(&self.pre_skip.to_le_bytes());
        out.extend_from_slice(&self.input_sample_rate.to_le_bytes());
        out.extend_from_slice(&self.output_gain.to_le_bytes());
        out.push(self.mapping_family);
        out.extend_from_slice(&self.mapping);
        out
    }
}

/// The longest packet that is read or written: 48 frames of 1,275 octets and their lengths.
const MAX_PACKET_LEN: usize = 64 << 10;
