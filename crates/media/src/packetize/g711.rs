use bytes::Bytes;

use super::{PacketizeError, Payload, cut, even_cut};

/// Any number of samples is a payload (RFC 3551, section 4.5.14); a long run is cut, and each
/// part's timestamp counts the samples before it.
pub(super) fn packetize(
    frame: &Bytes,
    max_len: usize,
    out: &mut Vec<Payload>,
) -> Result<(), PacketizeError> {
    if max_len == 0 {
        return Err(PacketizeError::TooLarge);
    }
    let size = even_cut(frame.len(), max_len);
    let mut offset = 0_u32;
    for part in cut(frame, size) {
        let samples = u32::try_from(part.len()).unwrap_or(u32::MAX);
        out.push(Payload::new(part).at(offset));
        offset = offset.wrapping_add(samples);
    }
    Ok(())
}
