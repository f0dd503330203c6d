#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::{FrameInfo, Sink};
use crate::PayloadError;
use crate::codec::vp8::{Vp8Descriptor, Vp8FrameHeader};

pub(super) fn starts_frame(payload: &[u8]) -> bool {
    Vp8Descriptor::parse(payload).is_ok_and(|(descriptor, _)| descriptor.starts_frame())
}

/// The payloads behind their descriptors, in order (RFC 7741, section 4.5.1).
#[expect(
    single_use_lifetimes,
    reason = "an argument's lifetime in `impl` needs a name"
)]
pub(super) fn assemble<'a>(
    payloads: impl Iterator<Item = &'a [u8]>,
    sealed: bool,
    sink: &mut Sink<'_>,
) -> Result<FrameInfo, PayloadError> {
    let mut first: Option<Vp8Descriptor> = None;
    for payload in payloads {
        let (descriptor, body) = Vp8Descriptor::parse(payload)?;
        match &first {
            None if descriptor.starts_frame() => first = Some(descriptor),
            Some(first) if first.picture_id == descriptor.picture_id => {}
            None | Some(_) => return Err(PayloadError::Mismatched),
        }
        sink.put(body)?;
    }
    if first.is_none() {
        return Err(PayloadError::Empty);
    }
    let header = match Vp8FrameHeader::parse(sink.frame()) {
        Err(_) if sealed => return Ok(FrameInfo::default()),
        header => header?,
    };
    Ok(FrameInfo {
        keyframe: header.key_frame.is_some(),
        dimensions: header.key_frame,
    })
}
