#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::{FrameInfo, Sink};
use crate::PayloadError;
use crate::codec::PacketizationMode;
use crate::codec::h264::{NalType, START_CODE, begins_picture, dimensions};

/// Whether the packet begins an access unit: what comes before slices, or a slice that begins a
/// picture.
pub(super) fn starts_frame(payload: &[u8]) -> bool {
    let Some((&header, rest)) = payload.split_first() else {
        return false;
    };
    match NalType::of(header) {
        NalType::FU_A => rest.split_first().is_some_and(|(&fu, body)| {
            fu & START != 0
                && (NalType::of(fu).precedes_slices()
                    || matches!(NalType::of(fu).0, 1 | 2 | 5)
                        && body.first().is_some_and(|octet| octet & 0x80 != 0))
        }),
        NalType::STAP_A => rest.get(2..).is_some_and(unit_starts_frame),
        kind => kind.is_nal_unit() && unit_starts_frame(payload),
    }
}

fn unit_starts_frame(unit: &[u8]) -> bool {
    unit.first()
        .is_some_and(|&header| NalType::of(header).precedes_slices())
        || begins_picture(unit)
}

/// The NAL units of an access unit, each behind a start code (RFC 6184, sections 5.6 to 5.8).
#[expect(
    single_use_lifetimes,
    reason = "an argument's lifetime in `impl` needs a name"
)]
pub(super) fn assemble<'a>(
    payloads: impl Iterator<Item = &'a [u8]>,
    mode: PacketizationMode,
    sink: &mut Sink<'_>,
) -> Result<FrameInfo, PayloadError> {
    let mut info = FrameInfo::default();
    let mut open: Option<NalType> = None;
    for payload in payloads {
        let (&header, rest) = payload.split_first().ok_or(PayloadError::Empty)?;
        let kind = NalType::of(header);
        if open.is_some() && kind != NalType::FU_A {
            return Err(PayloadError::Mismatched);
        }
        match kind {
            NalType::STAP_A | NalType::FU_A if mode == PacketizationMode::SingleNal => {
                return Err(PayloadError::Unsupported);
            }
            NalType::STAP_A => aggregate(rest, &mut info, sink)?,
            NalType::FU_A => fragment(header, rest, &mut open, &mut info, sink)?,
            kind if kind.is_nal_unit() => unit(payload, &mut info, sink)?,
            _ => return Err(PayloadError::Unsupported),
        }
    }
    if open.is_some() {
        return Err(PayloadError::Truncated);
    }
    if sink.frame().is_empty() {
        return Err(PayloadError::Empty);
    }
    Ok(info)
}

fn unit(unit: &[u8], info: &mut FrameInfo, sink: &mut Sink<'_>) -> Result<(), PayloadError> {
    let &header = unit.first().ok_or(PayloadError::Empty)?;
    let kind = NalType::of(header);
    // A slice, parameter set or delimiter is more than its header.
    if !kind.is_nal_unit() || (unit.len() == 1 && kind <= NalType::DELIMITER) {
        return Err(PayloadError::Invalid);
    }
    info.keyframe |= kind == NalType::IDR;
    if kind == NalType::SPS {
        info.dimensions = dimensions(unit).or(info.dimensions);
    }
    sink.put(&START_CODE)?;
    sink.put(unit)
}

/// STAP-A: lengths of 16 bits, each before its unit.
fn aggregate(
    mut rest: &[u8],
    info: &mut FrameInfo,
    sink: &mut Sink<'_>,
) -> Result<(), PayloadError> {
    if rest.is_empty() {
        return Err(PayloadError::Truncated);
    }
    while let Some((size, tail)) = rest.split_first_chunk::<2>() {
        let (inner, tail) = tail
            .split_at_checked(usize::from(u16::from_be_bytes(*size)))
            .ok_or(PayloadError::Truncated)?;
        unit(inner, info, sink)?;
        rest = tail;
    }
    if rest.is_empty() {
        Ok(())
    } else {
        Err(PayloadError::Truncated)
    }
}

/// FU-A: indicator, header with start and end bit, part of the unit.
fn fragment(
    indicator: u8,
    rest: &[u8],
    open: &mut Option<NalType>,
    info: &mut FrameInfo,
    sink: &mut Sink<'_>,
) -> Result<(), PayloadError> {
    let (&fu, body) = rest.split_first().ok_or(PayloadError::Truncated)?;
    let kind = NalType::of(fu);
    if !kind.is_nal_unit() {
        return Err(PayloadError::Invalid);
    }
    match (fu & START != 0, *open) {
        (true, None) => {
            info.keyframe |= kind == NalType::IDR;
            sink.put(&START_CODE)?;
            sink.put(&[indicator & 0xe0 | kind.0])?;
        }
        (false, Some(other)) if other == kind => {}
        _ => return Err(PayloadError::Mismatched),
    }
    *open = (fu & END == 0).then_some(kind);
    sink.put(body)
}

const START: u8 = 0x80;
const END: u8 = 0x40;
