#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::codec::av1::{HAS_SIZE, ObuType, TEMPORAL_DELIMITER, obus, write_leb128};

/// A ciphertext in the form of an AV1 temporal unit, so that it can be put into packets: one
/// frame, whose header begins as that of a key frame if `keyframe`.
#[must_use]
pub fn wrap_av1(keyframe: bool, sealed: &[u8]) -> Vec<u8> {
    let (size, len) = write_leb128(sealed.len().saturating_add(1));
    let mut out = Vec::with_capacity(sealed.len().saturating_add(9));
    out.extend_from_slice(&TEMPORAL_DELIMITER);
    out.push(ObuType::FRAME.0 << 3 | HAS_SIZE);
    out.extend_from_slice(size.get(..len).unwrap_or_default());
    out.push(if keyframe { KEY } else { OTHER });
    out.extend_from_slice(sealed);
    out
}

/// The ciphertext in such a temporal unit; `None` if it is none.
#[must_use]
pub fn unwrap_av1(frame: &[u8]) -> Option<Vec<u8>> {
    let mut sealed = None;
    for obu in obus(frame) {
        let obu = obu.ok()?;
        if obu.header.kind.is_dropped() {
            continue;
        }
        let body = frame.get(obu.body)?;
        match (obu.header.kind, obu.header.layer, body) {
            (ObuType::FRAME, None, [KEY | OTHER, rest @ ..]) if sealed.is_none() => {
                sealed = Some(rest.to_vec());
            }
            _ => return None,
        }
    }
    sealed
}

/// `show_existing_frame`, `frame_type` and `show_frame` of a key frame, and of another one.
const KEY: u8 = 0x10;
const OTHER: u8 = 0x30;
