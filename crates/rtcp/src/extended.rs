#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use core::fmt;

use stonechat_rtp::{CompactNtp, NtpTime, Ssrc};

use crate::raw::{begin, put, take_u32};
use crate::{Full, PacketType, ParseError, RawPacket, Record, Records, Write};

const RRTR: u8 = 4;
const DLRR: u8 = 5;

/// An extended report (RFC 3611, section 2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExtendedReport<'a> {
    /// Who reports.
    pub ssrc: Ssrc,
    /// The report blocks.
    pub blocks: XrBlocks<'a>,
}

impl<'a> ExtendedReport<'a> {
    /// Reads the content of `raw`, whatever its type says.
    ///
    /// # Errors
    ///
    /// [`ParseError::Content`] if a block is cut, or a known one has another length than its type
    /// demands.
    pub fn parse(raw: &RawPacket<'a>) -> Result<Self, ParseError> {
        let read = |mut body: &'a [u8]| {
            let ssrc = Ssrc(take_u32(&mut body)?);
            let mut rest = body;
            while !rest.is_empty() {
                take_block(&mut rest)?;
            }
            Some(Self {
                ssrc,
                blocks: XrBlocks(Blocks::Wire(body)),
            })
        };
        read(raw.body).ok_or_else(|| raw.malformed())
    }
}

impl Write for ExtendedReport<'_> {
    fn encoded_len(&self) -> usize {
        let blocks = self.blocks.iter().map(|block| block.encoded_len());
        blocks.fold(8, usize::saturating_add)
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        let mut body = begin(self, out, 0, PacketType::EXTENDED_REPORT)?;
        put(&mut body, &self.ssrc.to_be_bytes());
        for block in self.blocks.iter() {
            block.put(&mut body);
        }
        Ok(self.encoded_len())
    }
}

/// One block of an extended report.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum XrBlock<'a> {
    /// The receiver's wall time (RFC 3611, section 4.4), by which one that does not send can
    /// measure the round trip.
    ReceiverReferenceTime(NtpTime),
    /// The time since such blocks of receivers arrived (RFC 3611, section 4.5).
    DelaySinceLast(Records<'a, DlrrEntry>),
    /// A block of another type.
    Unknown {
        /// The block type.
        kind: u8,
        /// The octet after the type.
        specific: u8,
        /// What follows the length field: for writing, a multiple of 4 octets.
        content: &'a [u8],
    },
}

impl XrBlock<'_> {
    fn content_len(&self) -> usize {
        match self {
            Self::ReceiverReferenceTime(_) => 8,
            Self::DelaySinceLast(entries) => entries.encoded_len(),
            Self::Unknown { content, .. } => content.len().next_multiple_of(4),
        }
    }

    fn encoded_len(&self) -> usize {
        self.content_len().saturating_add(4)
    }

    fn put(&self, out: &mut &mut [u8]) {
        let (kind, specific) = match self {
            Self::ReceiverReferenceTime(_) => (RRTR, 0),
            Self::DelaySinceLast(_) => (DLRR, 0),
            Self::Unknown { kind, specific, .. } => (*kind, *specific),
        };
        // A packet that is short enough for its own length field has no longer blocks.
        let words = u16::try_from(self.content_len() >> 2).unwrap_or(u16::MAX);
        let [a, b] = words.to_be_bytes();
        put(out, &[kind, specific, a, b]);
        match self {
            Self::ReceiverReferenceTime(ntp) => put(out, &ntp.0.to_be_bytes()),
            Self::DelaySinceLast(entries) => entries.put_at_most(usize::MAX, out),
            Self::Unknown { content, .. } => {
                put(out, content);
                let filler = self.content_len().saturating_sub(content.len());
                put(out, [0; 4].get(..filler).unwrap_or_default());
            }
        }
    }
}

/// What one receiver is told in [`XrBlock::DelaySinceLast`].
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct DlrrEntry {
    /// The receiver.
    pub ssrc: Ssrc,
    /// The middle of the NTP time of its last reference time block, 0 if there was none.
    pub last_receiver_report: CompactNtp,
    /// The time since that block arrived, 0 if there was none.
    pub delay_since_last: CompactNtp,
}

impl Record for DlrrEntry {
    type Wire = [u8; 12];

    fn from_wire([a, b, c, d, e, f, g, h, i, j, k, l]: [u8; 12]) -> Self {
        Self {
            ssrc: Ssrc::from_be_bytes([a, b, c, d]),
            last_receiver_report: CompactNtp(u32::from_be_bytes([e, f, g, h])),
            delay_since_last: CompactNtp(u32::from_be_bytes([i, j, k, l])),
        }
    }

    fn to_wire(self) -> [u8; 12] {
        let [a, b, c, d] = self.ssrc.to_be_bytes();
        let [e, f, g, h] = self.last_receiver_report.0.to_be_bytes();
        let [i, j, k, l] = self.delay_since_last.0.to_be_bytes();
        [a, b, c, d, e, f, g, h, i, j, k, l]
    }
}

/// The blocks of an [`ExtendedReport`]: a view of received octets, or the caller's values.
#[derive(Clone, Copy)]
pub struct XrBlocks<'a>(Blocks<'a>);

#[derive(Clone, Copy)]
enum Blocks<'a> {
    Wire(&'a [u8]),
    Values(&'a [XrBlock<'a>]),
}

impl<'a> XrBlocks<'a> {
    /// The blocks in order.
    #[must_use]
    pub const fn iter(&self) -> XrBlocksIter<'a> {
        XrBlocksIter(self.0)
    }
}

impl<'a> From<&'a [XrBlock<'a>]> for XrBlocks<'a> {
    fn from(blocks: &'a [XrBlock<'a>]) -> Self {
        Self(Blocks::Values(blocks))
    }
}

impl<'a, const N: usize> From<&'a [XrBlock<'a>; N]> for XrBlocks<'a> {
    fn from(blocks: &'a [XrBlock<'a>; N]) -> Self {
        Self(Blocks::Values(blocks))
    }
}

impl PartialEq for XrBlocks<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl fmt::Debug for XrBlocks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// The blocks of an [`ExtendedReport`] in order.
#[derive(Clone)]
pub struct XrBlocksIter<'a>(Blocks<'a>);

impl<'a> Iterator for XrBlocksIter<'a> {
    type Item = XrBlock<'a>;

    fn next(&mut self) -> Option<XrBlock<'a>> {
        match &mut self.0 {
            Blocks::Wire(octets) => take_block(octets),
            Blocks::Values(blocks) => {
                let (block, rest) = blocks.split_first()?;
                *blocks = rest;
                Some(*block)
            }
        }
    }
}

impl fmt::Debug for XrBlocksIter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("XrBlocksIter").finish_non_exhaustive()
    }
}

/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |      BT       | type-specific |         block length          |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
fn take_block<'a>(octets: &mut &'a [u8]) -> Option<XrBlock<'a>> {
    let (&[kind, specific, a, b], rest) = octets.split_first_chunk::<4>()?;
    let len = usize::from(u16::from_be_bytes([a, b])).saturating_mul(4);
    let (content, rest) = rest.split_at_checked(len)?;
    *octets = rest;
    Some(match kind {
        RRTR => {
            XrBlock::ReceiverReferenceTime(NtpTime(u64::from_be_bytes(content.try_into().ok()?)))
        }
        DLRR => XrBlock::DelaySinceLast(Records::from_octets(content)?),
        kind => XrBlock::Unknown {
            kind,
            specific,
            content,
        },
    })
}
