use bytes::Bytes;

use super::{PacketizeError, Payload};

/// One Opus packet is one RTP payload (RFC 7587, section 4.2); it cannot be cut.
pub(super) fn packetize(
    frame: &Bytes,
    max_len: usize,
    out: &mut Vec<Payload>,
) -> Result<(), PacketizeError> {
    if frame.len() > max_len {
        return Err(PacketizeError::TooLarge);
    }
    out.push(Payload::new(frame.clone()));
    Ok(())
}
