#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::{FrameInfo, Sink};
use crate::PayloadError;
use crate::codec::opus::OpusToc;

/// The payload is the Opus packet (RFC 7587, section 4.2).
#[expect(
    single_use_lifetimes,
    reason = "an argument's lifetime in `impl` needs a name"
)]
pub(super) fn assemble<'a>(
    payloads: impl Iterator<Item = &'a [u8]>,
    sink: &mut Sink<'_>,
) -> Result<FrameInfo, PayloadError> {
    for payload in payloads {
        OpusToc::parse(payload)?;
        sink.put(payload)?;
    }
    if sink.frame().is_empty() {
        return Err(PayloadError::Empty);
    }
    Ok(FrameInfo {
        keyframe: true,
        dimensions: None,
    })
}
