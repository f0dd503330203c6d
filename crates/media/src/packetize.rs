//! Encoded frames into packet payloads.

mod av1;
mod g711;
mod h264;
mod opus;
mod vp8;

use bytes::Bytes;

pub use av1::Av1Packetizer;
pub use h264::H264Packetizer;
pub use vp8::{Vp8Layers, Vp8Packetizer};

use crate::Codec;

/// The payload of one packet: a few octets of the payload format, then a slice of the frame.
///
/// Nothing of the frame is copied until the packet is written.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Payload {
    prefix: [u8; 6],
    prefix_len: u8,
    body: Bytes,
    timestamp_offset: u32,
    descriptor: Descriptor,
}

/// A dependency descriptor that is ready to be written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Descriptor {
    /// As much as the one-byte form of header extensions holds.
    octets: [u8; Self::MAX_LEN],
    len: u8,
}

impl Descriptor {
    /// Octets that it has at most.
    pub(crate) const MAX_LEN: usize = 16;
}

impl Payload {
    /// A payload of exactly these octets.
    #[must_use]
    pub const fn new(body: Bytes) -> Self {
        Self {
            prefix: [0; 6],
            prefix_len: 0,
            body,
            timestamp_offset: 0,
            descriptor: Descriptor {
                octets: [0; Descriptor::MAX_LEN],
                len: 0,
            },
        }
    }

    /// The same payload behind `prefix`, of which the first 6 octets count.
    pub(crate) fn with_prefix(mut self, prefix: &[u8]) -> Self {
        self.prefix_len = 0;
        for (slot, octet) in self.prefix.iter_mut().zip(prefix) {
            *slot = *octet;
            self.prefix_len += 1;
        }
        self
    }

    pub(crate) fn at(mut self, timestamp_offset: u32) -> Self {
        self.timestamp_offset = timestamp_offset;
        self
    }

    /// Octets of the payload.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        usize::from(self.prefix_len) + self.body.len()
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Ticks by which the packet's timestamp is later than that of the frame: not 0 only where a
    /// frame of samples was cut into several packets.
    #[inline]
    #[must_use]
    pub const fn timestamp_offset(&self) -> u32 {
        self.timestamp_offset
    }

    /// Which frame the packet belongs to and on which others that one depends, for the header
    /// extension of [`DependencyDescriptor`](stonechat_rtp::extension::DependencyDescriptor);
    /// empty if that is not known.
    #[inline]
    #[must_use]
    pub fn dependency_descriptor(&self) -> &[u8] {
        let len = usize::from(self.descriptor.len);
        self.descriptor.octets.get(..len).unwrap_or_default()
    }

    /// The same payload, described as `other` is.
    pub(crate) const fn described_as(mut self, other: &Self) -> Self {
        self.descriptor = other.descriptor;
        self
    }

    /// The two parts, in order.
    #[inline]
    #[must_use]
    pub fn parts(&self) -> (&[u8], &[u8]) {
        (
            self.prefix
                .get(..usize::from(self.prefix_len))
                .unwrap_or_default(),
            &self.body,
        )
    }

    /// A copy in one piece.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        let (prefix, body) = self.parts();
        [prefix, body].concat()
    }
}

/// Why a frame could not be put into packets. Nothing was changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PacketizeError {
    /// The frame holds nothing.
    #[error("the frame is empty")]
    Empty,
    /// The frame, or a unit of it that may not be cut, does not fit into a packet.
    #[error("the frame does not fit into packets")]
    TooLarge,
    /// The frame is not of the form that the codec asks for, such as H.264 without start codes.
    #[error("the frame is not of the form its codec asks for")]
    Malformed,
}

/// Puts encoded frames into packet payloads, for any [`Codec`].
///
/// ```
/// use bytes::Bytes;
/// use stonechat_media::{Codec, Packetizer};
///
/// let mut packetizer = Packetizer::new(Codec::Vp8, 17);
/// let mut payloads = Vec::new();
/// packetizer.packetize(&Bytes::from(vec![1; 3_000]), 1_100, &mut payloads).unwrap();
/// assert_eq!(payloads.len(), 3);
/// ```
#[derive(Clone, Debug)]
pub enum Packetizer {
    /// One frame is one payload: Opus, and formats this crate does not look into.
    Whole,
    /// One octet is one tick: PCMU and PCMA.
    G711,
    /// VP8.
    Vp8(Vp8Packetizer),
    /// H.264.
    H264(H264Packetizer),
    /// AV1.
    Av1(Av1Packetizer),
}

impl Packetizer {
    /// A packetizer for `codec`. `start` is where a running frame number begins, if the format has
    /// one; it should be random.
    #[must_use]
    pub fn new(codec: Codec, start: u16) -> Self {
        match codec {
            Codec::Opus | Codec::TelephoneEvent { .. } | Codec::Other { .. } => Self::Whole,
            Codec::Pcmu | Codec::Pcma => Self::G711,
            Codec::Vp8 => Self::Vp8(Vp8Packetizer::new(start)),
            Codec::H264(mode) => Self::H264(H264Packetizer::new(mode)),
            Codec::Av1 => Self::Av1(Av1Packetizer::new(start)),
        }
    }

    /// Appends the payloads of `frame`, each of at most `max_len` octets, to `out`. A frame is cut
    /// evenly: all payloads of a cut are equally long but the last, which may be shorter, and those
    /// of AV1 where whole units come together.
    ///
    /// # Errors
    ///
    /// See [`PacketizeError`]; neither `out` nor the packetizer changed.
    pub fn packetize(
        &mut self,
        frame: &Bytes,
        max_len: usize,
        out: &mut Vec<Payload>,
    ) -> Result<(), PacketizeError> {
        self.packetize_layer(frame, None, max_len, out)
    }

    /// The same for a frame of a temporal layer; `layers` counts for VP8 only.
    ///
    /// # Errors
    ///
    /// As [`packetize`](Self::packetize).
    pub fn packetize_layer(
        &mut self,
        frame: &Bytes,
        layers: Option<Vp8Layers>,
        max_len: usize,
        out: &mut Vec<Payload>,
    ) -> Result<(), PacketizeError> {
        if frame.is_empty() {
            return Err(PacketizeError::Empty);
        }
        match self {
            Self::Whole => opus::packetize(frame, max_len, out),
            Self::G711 => g711::packetize(frame, max_len, out),
            Self::Vp8(vp8) => vp8.packetize(frame, layers, max_len, out),
            Self::H264(h264) => h264.packetize(frame, max_len, out),
            Self::Av1(av1) => av1.packetize(frame, max_len, out),
        }
    }
}

/// The length at which `len` octets are cut into the fewest pieces of at most `max` octets that
/// are as equal as can be; at least 1.
pub(crate) fn even_cut(len: usize, max: usize) -> usize {
    len.div_ceil(len.div_ceil(max.max(1)).max(1)).max(1)
}

/// The slices of `frame` of `size` octets each, the last one shorter.
pub(crate) fn cut(frame: &Bytes, size: usize) -> impl Iterator<Item = Bytes> + '_ {
    (0..frame.len())
        .step_by(size.max(1))
        .map(move |start| frame.slice(start..frame.len().min(start + size)))
}
