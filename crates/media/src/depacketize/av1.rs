#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::{FrameInfo, Sink};
use crate::PayloadError;
use crate::codec::av1::{
    HAS_SIZE, ObuHeader, ObuType, TEMPORAL_DELIMITER, TemporalUnitFacts, read_leb128, write_leb128,
};

/// Whether the packet may begin a temporal unit: with what stands before frames, or with a frame
/// of the lowest spatial layer.
pub(super) fn starts_frame(payload: &[u8]) -> bool {
    let Some((&header, rest)) = payload.split_first() else {
        return false;
    };
    if header & CONTINUES != 0 {
        return false;
    }
    if header & NEW_SEQUENCE != 0 {
        return true;
    }
    let first = if header & COUNT == 1 << 4 {
        Some(rest)
    } else {
        read_leb128(rest).ok().map(|(_, rest)| rest)
    };
    let header = first.and_then(|first| ObuHeader::parse(first).ok());
    header.is_some_and(|(header, _)| {
        let kind = header.kind;
        let may_begin = kind.begins_frame()
            || matches!(
                kind,
                ObuType::SEQUENCE_HEADER | ObuType::TEMPORAL_DELIMITER | ObuType::METADATA
            );
        may_begin && header.layer.is_none_or(|(_, spatial)| spatial == 0)
    })
}

/// The units of a temporal unit in the low-overhead format, behind a temporal delimiter ("RTP
/// Payload Format For AV1", sections 4.4, 4.5 and 5).
#[expect(
    single_use_lifetimes,
    reason = "an argument's lifetime in `impl` needs a name"
)]
pub(super) fn assemble<'a>(
    payloads: impl Iterator<Item = &'a [u8]>,
    sealed: bool,
    sink: &mut Sink<'_>,
) -> Result<FrameInfo, PayloadError> {
    sink.put(&TEMPORAL_DELIMITER)?;
    let begin = sink.frame().len();
    // Where the unit begins that the packet before left open.
    let mut open: Option<usize> = None;
    for payload in payloads {
        let (&header, mut rest) = payload.split_first().ok_or(PayloadError::Empty)?;
        if (header & CONTINUES != 0) != open.is_some() {
            return Err(PayloadError::Mismatched);
        }
        if header & CONTINUES != 0 && header & NEW_SEQUENCE != 0 {
            return Err(PayloadError::Invalid);
        }
        let count = header >> 4 & 3;
        let mut number = 0_u8;
        loop {
            number = number.saturating_add(1);
            let element;
            if number == count {
                (element, rest) = (rest, &[]);
            } else {
                let (len, behind) = read_leb128(rest)?;
                (element, rest) = behind
                    .split_at_checked(len)
                    .ok_or(PayloadError::Truncated)?;
            }
            let start = open.take().unwrap_or_else(|| sink.frame().len());
            sink.put(element)?;
            let is_last = if count == 0 {
                rest.is_empty()
            } else {
                number == count
            };
            if is_last && header & CONTINUED != 0 {
                open = Some(start);
                break;
            }
            finish(start, sink)?;
            if is_last {
                break;
            }
        }
    }
    if open.is_some() {
        return Err(PayloadError::Truncated);
    }
    if sink.frame().len() == begin {
        return Err(PayloadError::Empty);
    }
    let facts = match TemporalUnitFacts::parse(sink.frame()) {
        Err(_) if sealed => return Ok(FrameInfo::default()),
        facts => facts?,
    };
    Ok(FrameInfo {
        keyframe: facts.keyframe,
        dimensions: facts.dimensions(),
    })
}

/// Gives the unit that lies from `start` on its length, or takes it away if it is not for decoders.
fn finish(start: usize, sink: &mut Sink<'_>) -> Result<(), PayloadError> {
    let unit = sink.frame().get(start..).unwrap_or_default();
    // A unit of no octets at all is nothing.
    if unit.is_empty() {
        return Ok(());
    }
    let (header, rest) = ObuHeader::parse(unit)?;
    if header.kind.is_dropped() {
        sink.shorten(start);
        return Ok(());
    }
    let head_len = unit.len().saturating_sub(rest.len());
    let mut body = rest;
    if header.has_size {
        let (len, behind) = read_leb128(rest)?;
        if len != behind.len() {
            return Err(PayloadError::Invalid);
        }
        body = behind;
    }
    let (octets, len) = write_leb128(body.len());
    let field = octets.get(..len).unwrap_or_default();
    let old_len = rest.len().saturating_sub(body.len());
    sink.replace(start.saturating_add(head_len), old_len, field)?;
    sink.set_bits(start, HAS_SIZE);
    Ok(())
}

const CONTINUES: u8 = 0x80;
const CONTINUED: u8 = 0x40;
const COUNT: u8 = 0x30;
const NEW_SEQUENCE: u8 = 0x08;
