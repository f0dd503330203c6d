#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use stonechat_rtp::{SequenceNumber, Ssrc};

use super::chunk::Symbol;
use super::{ArrivalTime, FIXED_LEN, FixedPart};
use crate::feedback::{HEAD_LEN, begin_feedback, transport};
use crate::raw::put;
use crate::{Full, PacketType, Write};

/// The description of a [`TransportWide`](super::TransportWide) to build.
///
/// Writing takes time linear in the number of packets and allocates nothing.
#[derive(Clone, Copy, Debug)]
pub struct TransportWideReport<'a> {
    sender: Ssrc,
    media: Ssrc,
    base: SequenceNumber,
    feedback_count: u8,
    reference: ArrivalTime,
    arrivals: &'a [Option<ArrivalTime>],
    len: usize,
}

impl<'a> TransportWideReport<'a> {
    /// Tells of the packets from `base` on, one for each of `arrivals`: the time, or `None` if it
    /// did not arrive. As many as fit `max_len` octets (with all headers) and one message are
    /// taken; [`taken`](Self::taken) says how many, and the next message begins after them.
    ///
    /// `None` if not one fits.
    #[must_use]
    pub fn new(
        sender: Ssrc,
        media: Ssrc,
        feedback_count: u8,
        base: SequenceNumber,
        arrivals: &'a [Option<ArrivalTime>],
        max_len: usize,
    ) -> Option<Self> {
        let first = arrivals
            .iter()
            .flatten()
            .next()
            .copied()
            .unwrap_or_default();
        let reference = first.reference();
        let arrivals = arrivals.get(..usize::from(u16::MAX)).unwrap_or(arrivals);
        let room = (max_len & !3).checked_sub(HEAD_LEN.saturating_add(FIXED_LEN))?;
        let mut content_len = 0_usize;
        let mut taken = 0_usize;
        let mut symbols = Symbols {
            arrivals: arrivals.iter(),
            time: reference,
        };
        loop {
            let from = symbols.clone();
            let Some(chunk) = next_chunk(&mut symbols) else {
                break;
            };
            let Some(left) = room.checked_sub(content_len.saturating_add(2)) else {
                break;
            };
            let delta_len = chunk.delta_len();
            let count = usize::from(chunk.len());
            if delta_len <= left {
                content_len = content_len.saturating_add(2).saturating_add(delta_len);
                taken = taken.saturating_add(count);
            } else {
                // A part of this chunk's symbols makes one chunk too.
                let (part, part_len) = fitting(from.take(count), left);
                if part > 0 {
                    content_len = content_len.saturating_add(2).saturating_add(part_len);
                    taken = taken.saturating_add(part);
                }
                break;
            }
        }
        let len = HEAD_LEN
            .saturating_add(FIXED_LEN)
            .saturating_add(content_len);
        let arrivals = arrivals.get(..taken).filter(|taken| !taken.is_empty())?;
        let len = len.next_multiple_of(4);
        Some(Self {
            sender,
            media,
            base,
            feedback_count,
            reference,
            arrivals,
            len,
        })
    }

    /// How many packets it tells about.
    #[must_use]
    pub const fn taken(&self) -> usize {
        self.arrivals.len()
    }

    fn symbols(&self) -> Symbols<'a> {
        Symbols {
            arrivals: self.arrivals.iter(),
            time: self.reference,
        }
    }
}

impl Write for TransportWideReport<'_> {
    fn encoded_len(&self) -> usize {
        self.len
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        let kind = (PacketType::TRANSPORT_FEEDBACK, transport::TRANSPORT_WIDE);
        let mut fci = begin_feedback(self, out, kind, self.sender, self.media)?;
        let head = FixedPart {
            base: self.base,
            status_count: u16::try_from(self.arrivals.len()).unwrap_or(u16::MAX),
            reference: self.reference,
            feedback_count: self.feedback_count,
        };
        put(&mut fci, &head.to_wire());
        let mut symbols = self.symbols();
        while let Some(chunk) = next_chunk(&mut symbols) {
            put(&mut fci, &chunk.to_wire());
        }
        for (symbol, delta) in self.symbols() {
            let [a, b] = delta.to_be_bytes();
            match symbol {
                Symbol::NotReceived | Symbol::WithoutTime => {}
                Symbol::Small => put(&mut fci, &[b]),
                Symbol::Large => put(&mut fci, &[a, b]),
            }
        }
        Ok(self.len)
    }
}

/// How many of the first `symbols` have deltas of at most `room` octets together, and how many
/// octets those are.
fn fitting(symbols: impl Iterator<Item = (Symbol, i16)>, room: usize) -> (usize, usize) {
    let mut count = 0_usize;
    let mut len = 0_usize;
    for (symbol, _) in symbols {
        let longer = len.saturating_add(usize::from(symbol.delta_len()));
        if longer > room {
            break;
        }
        count = count.saturating_add(1);
        len = longer;
    }
    (count, len)
}

/// The symbol and delta of each packet; ends before one whose delta cannot be written.
#[derive(Clone)]
struct Symbols<'a> {
    arrivals: core::slice::Iter<'a, Option<ArrivalTime>>,
    time: ArrivalTime,
}

impl Iterator for Symbols<'_> {
    type Item = (Symbol, i16);

    #[inline]
    fn next(&mut self) -> Option<(Symbol, i16)> {
        let Some(time) = self.arrivals.next()? else {
            return Some((Symbol::NotReceived, 0));
        };
        let Ok(delta) = i16::try_from(time.distance_from(self.time)) else {
            self.arrivals = [].iter();
            return None;
        };
        self.time = *time;
        let symbol = if matches!(delta, 0..=255) {
            Symbol::Small
        } else {
            Symbol::Large
        };
        Some((symbol, delta))
    }
}

/// A chunk to write.
enum Chunk {
    Run {
        symbol: Symbol,
        len: u16,
    },
    /// `bits` holds the symbols from the highest bit below the two marks on.
    Vector {
        bits: u16,
        len: u16,
        delta_len: u16,
    },
}

impl Chunk {
    const fn len(&self) -> u16 {
        match *self {
            Self::Run { len, .. } | Self::Vector { len, .. } => len,
        }
    }

    fn delta_len(&self) -> usize {
        match *self {
            Self::Run { symbol, len } => {
                usize::from(symbol.delta_len()).saturating_mul(usize::from(len))
            }
            Self::Vector { delta_len, .. } => usize::from(delta_len),
        }
    }

    const fn to_wire(&self) -> [u8; 2] {
        match *self {
            Self::Run { symbol, len } => (symbol.bits() << 13 | len & 0x1fff).to_be_bytes(),
            Self::Vector { bits, .. } => bits.to_be_bytes(),
        }
    }
}

/// Takes the chunk that tells most at the start of `symbols`.
///
/// It looks at most 14 symbols further than it takes, and takes at least 7 or all: linear.
fn next_chunk(symbols: &mut Symbols<'_>) -> Option<Chunk> {
    let (first, _) = symbols.clone().next()?;
    let run = symbols
        .clone()
        .take(0x1fff)
        .take_while(|(symbol, _)| *symbol == first)
        .count();
    let run = u16::try_from(run).unwrap_or(0x1fff);
    let ahead = u16::try_from(symbols.clone().take(14).count()).unwrap_or(14);
    let vector_len = if first == Symbol::Large { 7 } else { 14 };
    if run >= vector_len || run >= ahead {
        if let Some(last) = run.checked_sub(1) {
            symbols.nth(usize::from(last));
        }
        return Some(Chunk::Run {
            symbol: first,
            len: run,
        });
    }
    let has_large = symbols
        .clone()
        .take(14)
        .any(|(symbol, _)| symbol == Symbol::Large);
    let (mut bits, width, capacity) = if has_large {
        (0xc000_u16, 2_u16, 7_u16)
    } else {
        (0x8000, 1, 14)
    };
    let mut shift = 14_u16;
    let mut delta_len = 0_u16;
    let len = ahead.min(capacity);
    for (symbol, _) in symbols.by_ref().take(usize::from(len)) {
        shift = shift.saturating_sub(width);
        bits |= symbol.bits() << shift;
        delta_len = delta_len.saturating_add(symbol.delta_len());
    }
    Some(Chunk::Vector {
        bits,
        len,
        delta_len,
    })
}
