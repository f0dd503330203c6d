#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

/// A ciphertext in the form of an H.264 access unit, so that it can be put into packets: one NAL
/// unit, of a picture that refreshes the decoder if `keyframe`, with emulation prevention.
#[must_use]
pub fn wrap_h264(keyframe: bool, sealed: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(sealed.len().saturating_add(16));
    out.extend_from_slice(&[0, 0, 0, 1, if keyframe { 0x65 } else { 0x61 }, 0x80]);
    let mut zeros = 0_u8;
    // The last octet of a unit must not be zero.
    for &octet in sealed.iter().chain(&[0x80]) {
        if zeros >= 2 && octet <= 3 {
            out.push(3);
            zeros = 0;
        }
        zeros = if octet == 0 {
            zeros.saturating_add(1)
        } else {
            0
        };
        out.push(octet);
    }
    out
}

/// The ciphertext in such an access unit; `None` if it is none.
#[must_use]
pub fn unwrap_h264(frame: &[u8]) -> Option<Vec<u8>> {
    let unit = frame
        .strip_prefix(&[0, 0, 0, 1])
        .or_else(|| frame.strip_prefix(&[0, 0, 1]))?;
    let [0x65 | 0x61, 0x80, body @ .., 0x80] = unit else {
        return None;
    };
    let mut out = Vec::with_capacity(body.len());
    let mut zeros = 0_u8;
    for &octet in body {
        if zeros >= 2 && octet == 3 {
            zeros = 0;
            continue;
        }
        zeros = if octet == 0 {
            zeros.saturating_add(1)
        } else {
            0
        };
        out.push(octet);
    }
    Some(out)
}
