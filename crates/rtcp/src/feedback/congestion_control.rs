#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod metric;

use core::fmt;

use stonechat_rtp::{CompactNtp, SequenceNumber, Ssrc};

use super::transport;
use crate::raw::{begin, put, take_u32};
use crate::{Full, PacketType, ParseError, RawPacket, Records, Write};
pub use metric::{ArrivalOffset, EcnMark, PacketMetric};

//= https://www.rfc-editor.org/rfc/rfc8888#section-3.1
//# Each report block MUST NOT include more than 16384 packet metric blocks
const MAX_METRICS: usize = 16_384;

/// Which packets of each stream arrived, when, and with which ECN mark: the congestion control
/// feedback of RFC 8888, section 3.1.
///
/// Read, it is a view: lengths are checked once, in time linear in the packet and without
/// allocation. To build one, give [`streams`](Self::streams) your own blocks.
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                   SSRC of nth RTP Stream                      |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |          begin_seq            |          num_reports          |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |R|ECN|  Arrival time offset    | ...                           |
/// .                                                               .
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                 Report Timestamp (32 bits)                    |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CongestionControl<'a> {
    /// Who tells.
    pub sender: Ssrc,
    /// One block for each stream.
    pub streams: StreamReports<'a>,
    /// The moment before which arrivals count, on the clock of the sender reports.
    pub timestamp: CompactNtp,
}

impl<'a> CongestionControl<'a> {
    /// Octets of a message without blocks.
    pub const HEAD_LEN: usize = 12;

    /// Reads the content of `raw`, whatever its type says.
    ///
    /// # Errors
    ///
    /// [`ParseError::Content`] if a block is cut or has more than 16,384 packets.
    pub fn parse(raw: &RawPacket<'a>) -> Result<Self, ParseError> {
        Self::read(raw).ok_or_else(|| raw.malformed())
    }

    fn read(raw: &RawPacket<'a>) -> Option<Self> {
        let mut body = raw.body;
        let sender = Ssrc(take_u32(&mut body)?);
        let (blocks, timestamp) = body.split_last_chunk()?;
        let mut rest = blocks;
        while !rest.is_empty() {
            take_block(&mut rest)?;
        }
        Some(Self {
            sender,
            streams: StreamReports(Blocks::Wire(blocks)),
            timestamp: CompactNtp(u32::from_be_bytes(*timestamp)),
        })
    }
}

impl Write for CongestionControl<'_> {
    fn encoded_len(&self) -> usize {
        let blocks = self.streams.iter().map(|block| block.encoded_len());
        blocks.fold(Self::HEAD_LEN, usize::saturating_add)
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        let kind = PacketType::TRANSPORT_FEEDBACK;
        let mut body = begin(self, out, transport::CONGESTION_CONTROL, kind)?;
        put(&mut body, &self.sender.to_be_bytes());
        for block in self.streams.iter() {
            block.put(&mut body);
        }
        put(&mut body, &self.timestamp.0.to_be_bytes());
        Ok(self.encoded_len())
    }
}

/// What a [`CongestionControl`] tells about one stream.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StreamReport<'a> {
    /// The stream.
    pub ssrc: Ssrc,
    /// The number of the first packet; the others follow it, wrapping.
    pub begin: SequenceNumber,
    /// The packets, at most 16,384; more are not written. None: nothing came, and `begin` is the
    /// highest number before.
    pub packets: Records<'a, PacketMetric>,
}

impl<'a> StreamReport<'a> {
    /// Octets of a block without packets.
    pub const HEAD_LEN: usize = 8;

    /// What it tells about each packet, in the order of their numbers.
    pub fn metrics(&self) -> impl Iterator<Item = (SequenceNumber, PacketMetric)> + use<'a> {
        let mut sequence = self.begin;
        self.packets.iter().take(MAX_METRICS).map(move |metric| {
            let number = sequence;
            sequence = number.next();
            (number, metric)
        })
    }

    fn count(&self) -> usize {
        self.packets.len().min(MAX_METRICS)
    }

    /// Octets of the block. An odd count of packets has two octets of padding.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        let metrics = self.count().saturating_mul(2).next_multiple_of(4);
        metrics.saturating_add(Self::HEAD_LEN)
    }

    fn put(&self, out: &mut &mut [u8]) {
        let count = self.count();
        let ([a, b], [c, d]) = (
            self.begin.0.to_be_bytes(),
            u16::try_from(count).unwrap_or(u16::MAX).to_be_bytes(),
        );
        put(out, &self.ssrc.to_be_bytes());
        put(out, &[a, b, c, d]);
        self.packets.put_at_most(count, out);
        if !count.is_multiple_of(2) {
            put(out, &[0; 2]);
        }
    }
}

/// The blocks of a [`CongestionControl`]: a view of received octets, or the caller's values.
#[derive(Clone, Copy)]
pub struct StreamReports<'a>(Blocks<'a>);

#[derive(Clone, Copy)]
enum Blocks<'a> {
    Wire(&'a [u8]),
    Values(&'a [StreamReport<'a>]),
}

impl<'a> StreamReports<'a> {
    /// The blocks in order.
    #[must_use]
    pub const fn iter(&self) -> StreamReportsIter<'a> {
        StreamReportsIter(self.0)
    }
}

impl<'a> From<&'a [StreamReport<'a>]> for StreamReports<'a> {
    fn from(blocks: &'a [StreamReport<'a>]) -> Self {
        Self(Blocks::Values(blocks))
    }
}

impl<'a, const N: usize> From<&'a [StreamReport<'a>; N]> for StreamReports<'a> {
    fn from(blocks: &'a [StreamReport<'a>; N]) -> Self {
        Self(Blocks::Values(blocks))
    }
}

impl PartialEq for StreamReports<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl fmt::Debug for StreamReports<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// The blocks of a [`CongestionControl`] in order.
#[derive(Clone)]
pub struct StreamReportsIter<'a>(Blocks<'a>);

impl<'a> Iterator for StreamReportsIter<'a> {
    type Item = StreamReport<'a>;

    fn next(&mut self) -> Option<StreamReport<'a>> {
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

impl fmt::Debug for StreamReportsIter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamReportsIter").finish_non_exhaustive()
    }
}

/// The text of section 3.1 has the range of numbers inclusive, which would be one packet more than
/// `num_reports`; but it also says that none stands for no packet. Everybody counts packets.
fn take_block<'a>(octets: &mut &'a [u8]) -> Option<StreamReport<'a>> {
    let (&[a, b, c, d, e, f, g, h], rest) = octets.split_first_chunk::<8>()?;
    let count = usize::from(u16::from_be_bytes([g, h]));
    if count > MAX_METRICS {
        return None;
    }
    let (packets, rest) = Records::take(rest, count)?;
    let padding = if count.is_multiple_of(2) { 0 } else { 2 };
    *octets = rest.get(padding..)?;
    Some(StreamReport {
        ssrc: Ssrc::from_be_bytes([a, b, c, d]),
        begin: SequenceNumber(u16::from_be_bytes([e, f])),
        packets,
    })
}
