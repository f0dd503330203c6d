#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use stonechat_rtp::{SequenceNumber, Ssrc};

use super::{HEAD_LEN, begin_feedback, split, transport};
use crate::{Full, PacketType, ParseError, RawPacket, Record, Records, Write};

/// Packets that did not arrive (RFC 4585, section 6.2.1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nack<'a> {
    /// Who asks.
    pub sender: Ssrc,
    /// The stream of the packets.
    pub media: Ssrc,
    /// The packets, up to 17 an entry; at least one entry.
    pub pairs: Records<'a, NackPair>,
}

impl<'a> Nack<'a> {
    /// Reads the content of `raw`, whatever its type says.
    ///
    /// # Errors
    ///
    /// [`ParseError::Content`] without a whole entry.
    pub fn parse(raw: &RawPacket<'a>) -> Result<Self, ParseError> {
        let read = || {
            let (sender, media, fci) = split(raw)?;
            let pairs = Records::from_octets(fci).filter(|pairs| !pairs.is_empty())?;
            Some(Self {
                sender,
                media,
                pairs,
            })
        };
        read().ok_or_else(|| raw.malformed())
    }

    /// The sequence numbers of all packets asked for, in wire order.
    pub fn sequences(&self) -> impl Iterator<Item = SequenceNumber> + use<'a> {
        self.pairs.iter().flat_map(NackPair::sequences)
    }
}

impl Write for Nack<'_> {
    fn encoded_len(&self) -> usize {
        HEAD_LEN.saturating_add(self.pairs.encoded_len())
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        let kind = (PacketType::TRANSPORT_FEEDBACK, transport::NACK);
        let mut fci = begin_feedback(self, out, kind, self.sender, self.media)?;
        self.pairs.put_at_most(usize::MAX, &mut fci);
        Ok(self.encoded_len())
    }
}

/// Up to 17 packets: one, and a mask of the 16 after it.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct NackPair {
    /// The first packet (PID).
    pub first: SequenceNumber,
    /// The packets after it (BLP): the lowest bit is the next.
    pub following: u16,
}

impl NackPair {
    /// The sequence numbers in order.
    pub fn sequences(self) -> impl Iterator<Item = SequenceNumber> + use<> {
        let following = (0..16_u16)
            .filter(move |bit| self.following >> bit & 1 != 0)
            .map(move |bit| self.first.wrapping_add(bit).next());
        core::iter::once(self.first).chain(following)
    }
}

impl Record for NackPair {
    type Wire = [u8; 4];

    fn from_wire([a, b, c, d]: [u8; 4]) -> Self {
        Self {
            first: SequenceNumber(u16::from_be_bytes([a, b])),
            following: u16::from_be_bytes([c, d]),
        }
    }

    fn to_wire(self) -> [u8; 4] {
        let ([a, b], [c, d]) = (self.first.0.to_be_bytes(), self.following.to_be_bytes());
        [a, b, c, d]
    }
}

/// Packs sequence numbers in ascending order into as few pairs as it can.
#[derive(Clone, Debug)]
pub struct NackPairs<I> {
    sequences: I,
    next: Option<SequenceNumber>,
}

impl<I: Iterator<Item = SequenceNumber>> NackPairs<I> {
    /// Packs `sequences`.
    pub fn new(sequences: impl IntoIterator<IntoIter = I>) -> Self {
        let mut sequences = sequences.into_iter();
        let next = sequences.next();
        Self { sequences, next }
    }
}

impl<I: Iterator<Item = SequenceNumber>> Iterator for NackPairs<I> {
    type Item = NackPair;

    fn next(&mut self) -> Option<NackPair> {
        let first = self.next.take()?;
        let mut following = 0;
        for sequence in self.sequences.by_ref() {
            match sequence.0.wrapping_sub(first.0) {
                0 => {}
                after @ 1..=16 => following |= 1 << after.saturating_sub(1),
                _ => {
                    self.next = Some(sequence);
                    break;
                }
            }
        }
        Some(NackPair { first, following })
    }
}
