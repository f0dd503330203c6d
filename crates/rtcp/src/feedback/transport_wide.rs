#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod chunk;
mod report;

use core::time::Duration;

use stonechat_rtp::{SequenceNumber, Ssrc};

use super::{HEAD_LEN, begin_feedback, split, transport};
use crate::raw::put;
use crate::{Full, PacketType, ParseError, RawPacket, Write};
use chunk::{Chunk, Symbol};
pub use report::TransportWideReport;

/// Octets from the base sequence number to the first chunk.
const FIXED_LEN: usize = 8;

/// Which packets of a transport arrived, and when
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3).
///
/// A view: lengths are checked once, in time linear in the packet and without allocation. To
/// build one, take [`TransportWideReport`].
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |      base sequence number     |      packet status count      |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                 reference time                | fb pkt. count |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |          packet chunk         |         packet chunk          |
/// .                                                               .
/// |           recv delta          |  recv delta   | zero padding  |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TransportWide<'a> {
    /// Who tells.
    pub sender: Ssrc,
    /// Any stream of the transport.
    pub media: Ssrc,
    /// The transport-wide number of the first packet.
    pub base: SequenceNumber,
    /// The number of this feedback, wrapping.
    pub feedback_count: u8,
    status_count: u16,
    reference: ArrivalTime,
    chunks: &'a [u8],
    deltas: &'a [u8],
}

impl<'a> TransportWide<'a> {
    /// Reads the content of `raw`, whatever its type says.
    ///
    /// # Errors
    ///
    /// [`ParseError::Content`] if the chunks do not cover the status count, or deltas are missing.
    pub fn parse(raw: &RawPacket<'a>) -> Result<Self, ParseError> {
        Self::read(raw).ok_or_else(|| raw.malformed())
    }

    fn read(raw: &RawPacket<'a>) -> Option<Self> {
        let (sender, media, fci) = split(raw)?;
        let (&[a, b, c, d, e, f, g, feedback_count], content) =
            fci.split_first_chunk::<FIXED_LEN>()?;
        let status_count = u16::from_be_bytes([c, d]);
        let mut left = status_count;
        let mut rest = content;
        let mut delta_len = 0_usize;
        while left > 0 {
            let (chunk, tail) = rest.split_first_chunk::<2>()?;
            rest = tail;
            let chunk = Chunk::from_wire(*chunk);
            let count = chunk.len().min(left);
            delta_len = delta_len.saturating_add(chunk.delta_len(count));
            left = left.saturating_sub(count);
        }
        let chunks_len = content.len().checked_sub(rest.len())?;
        Some(Self {
            sender,
            media,
            base: SequenceNumber(u16::from_be_bytes([a, b])),
            feedback_count,
            status_count,
            reference: ArrivalTime(u32::from_be_bytes([e, f, g, 0])),
            chunks: content.get(..chunks_len)?,
            deltas: rest.get(..delta_len)?,
        })
    }

    /// How many packets it tells about, beginning with [`base`](Self::base).
    #[must_use]
    pub const fn status_count(&self) -> u16 {
        self.status_count
    }

    /// The moment from which the first delta counts.
    #[must_use]
    pub const fn reference(&self) -> ArrivalTime {
        self.reference
    }

    /// What it tells about each packet, in the order of their numbers.
    #[must_use]
    pub const fn statuses(&self) -> PacketStatuses<'a> {
        PacketStatuses {
            sequence: self.base,
            left: self.status_count,
            time: self.reference,
            chunk: Chunk::EMPTY,
            chunks: self.chunks,
            deltas: self.deltas,
        }
    }
}

impl Write for TransportWide<'_> {
    fn encoded_len(&self) -> usize {
        HEAD_LEN
            .saturating_add(FIXED_LEN)
            .saturating_add(self.chunks.len())
            .saturating_add(self.deltas.len())
            .next_multiple_of(4)
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        let kind = (PacketType::TRANSPORT_FEEDBACK, transport::TRANSPORT_WIDE);
        let mut fci = begin_feedback(self, out, kind, self.sender, self.media)?;
        let head = FixedPart {
            base: self.base,
            status_count: self.status_count,
            reference: self.reference,
            feedback_count: self.feedback_count,
        };
        put(&mut fci, &head.to_wire());
        put(&mut fci, self.chunks);
        put(&mut fci, self.deltas);
        Ok(self.encoded_len())
    }
}

/// What comes before the chunks.
struct FixedPart {
    base: SequenceNumber,
    status_count: u16,
    reference: ArrivalTime,
    feedback_count: u8,
}

impl FixedPart {
    const fn to_wire(&self) -> [u8; FIXED_LEN] {
        let ([a, b], [c, d]) = (self.base.0.to_be_bytes(), self.status_count.to_be_bytes());
        let [e, f, g, _] = self.reference.0.to_be_bytes();
        [a, b, c, d, e, f, g, self.feedback_count]
    }
}

/// When a packet arrived, in units of 250 µs on a clock of the receiver's choice; wraps after
/// 12.4 days.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct ArrivalTime(pub u32);

impl ArrivalTime {
    /// The time `since_epoch` after any fixed moment.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "it wraps")]
    pub const fn new(since_epoch: Duration) -> Self {
        Self((since_epoch.as_micros() / 250) as u32)
    }

    /// Units of 250 µs from `other` to it, negative if it is earlier.
    #[inline]
    #[must_use]
    pub const fn distance_from(self, other: Self) -> i32 {
        self.0.wrapping_sub(other.0).cast_signed()
    }

    /// The time `units` of 250 µs later.
    #[inline]
    #[must_use]
    pub const fn wrapping_add(self, units: i32) -> Self {
        Self(self.0.wrapping_add_signed(units))
    }

    /// Cut down to what the reference time field can say: steps of 64 ms.
    const fn reference(self) -> Self {
        Self(self.0 & 0xffff_ff00)
    }
}

/// What a [`TransportWide`] tells about one packet.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum PacketStatus {
    /// It did not arrive, or not yet, or was told of before.
    NotReceived,
    /// It arrived then.
    Received(ArrivalTime),
    /// It arrived, the time is not told (the symbol that the draft reserves).
    ReceivedWithoutTime,
}

/// What a [`TransportWide`] tells about each packet, in the order of their numbers.
#[derive(Clone, Debug)]
pub struct PacketStatuses<'a> {
    sequence: SequenceNumber,
    left: u16,
    time: ArrivalTime,
    chunk: Chunk,
    chunks: &'a [u8],
    deltas: &'a [u8],
}

impl Iterator for PacketStatuses<'_> {
    type Item = (SequenceNumber, PacketStatus);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let symbol = loop {
            if let Some(symbol) = self.chunk.next() {
                break symbol;
            }
            let (chunk, rest) = self.chunks.split_first_chunk::<2>()?;
            self.chunks = rest;
            self.chunk = Chunk::from_wire(*chunk);
            // A run of length 0 says nothing.
        };
        let status = match symbol {
            Symbol::NotReceived => PacketStatus::NotReceived,
            Symbol::WithoutTime => PacketStatus::ReceivedWithoutTime,
            Symbol::Small => {
                let (&delta, rest) = self.deltas.split_first()?;
                self.deltas = rest;
                self.time = self.time.wrapping_add(i32::from(delta));
                PacketStatus::Received(self.time)
            }
            Symbol::Large => {
                let (delta, rest) = self.deltas.split_first_chunk()?;
                self.deltas = rest;
                self.time = self
                    .time
                    .wrapping_add(i32::from(i16::from_be_bytes(*delta)));
                PacketStatus::Received(self.time)
            }
        };
        let sequence = self.sequence;
        self.sequence = sequence.next();
        Some((sequence, status))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(usize::from(self.left)))
    }
}

impl core::iter::FusedIterator for PacketStatuses<'_> {}
