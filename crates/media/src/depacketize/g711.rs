#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::{FrameInfo, Sink};
use crate::PayloadError;

/// Every octet of the payload belongs to the frame.
#[expect(
    single_use_lifetimes,
    reason = "an argument's lifetime in `impl` needs a name"
)]
pub(super) fn assemble<'a>(
    payloads: impl Iterator<Item = &'a [u8]>,
    sink: &mut Sink<'_>,
) -> Result<FrameInfo, PayloadError> {
    for payload in payloads {
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
