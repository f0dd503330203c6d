//! The padding after a payload (RFC 3550, section 5.1).

/// Writes padding over all of `out`: zeros, and the count in the last octet.
///
/// Announce the same count by [`Header::padding`](crate::Header::padding). Longer than 255 octets
/// cannot be announced: then nothing is written and the result is `false`.
#[must_use]
pub fn write(out: &mut [u8]) -> bool {
    let Ok(count) = u8::try_from(out.len()) else {
        return false;
    };
    out.fill(0);
    if let Some(last) = out.last_mut() {
        *last = count;
    }
    true
}
