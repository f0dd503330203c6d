//! ERROR-CODE (RFC 8489, section 14.8).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::rules::MAX_TEXT_LEN;

/// Why a request was not carried out.
///
/// | code | meaning | from |
/// | --- | --- | --- |
/// | 300 | try the alternate server | RFC 8489 |
/// | 400 | bad request | RFC 8489 |
/// | 401 | unauthenticated | RFC 8489 |
/// | 403 | forbidden | RFC 8656 |
/// | 420 | unknown attribute | RFC 8489 |
/// | 437 | allocation mismatch | RFC 8656 |
/// | 438 | stale nonce | RFC 8489 |
/// | 440 | address family not supported | RFC 8656 |
/// | 441 | wrong credentials | RFC 8656 |
/// | 442 | unsupported transport protocol | RFC 8656 |
/// | 443 | peer address family mismatch | RFC 8656 |
/// | 486 | allocation quota reached | RFC 8656 |
/// | 487 | role conflict | RFC 8445 |
/// | 500 | server error | RFC 8489 |
/// | 508 | insufficient capacity | RFC 8656 |
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ErrorCode<'a> {
    /// From 300 to 699.
    pub code: u16,
    /// A text for people; empty if the other side did not send UTF-8.
    pub reason: &'a str,
}

/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |           Reserved, should be 0         |Class|     Number    |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |      Reason Phrase (variable)                                ..
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
pub(crate) fn decode(value: &[u8]) -> Option<ErrorCode<'_>> {
    let (&[_, _, class, number], reason) = value.split_first_chunk::<4>()?;
    let class = class & 0x07;
    if !(3..=6).contains(&class) || number > 99 || reason.len() > MAX_TEXT_LEN {
        return None;
    }
    let code = u16::from(class)
        .saturating_mul(100)
        .saturating_add(u16::from(number));
    Some(ErrorCode {
        code,
        reason: core::str::from_utf8(reason).unwrap_or_default(),
    })
}

/// Writes the code into `out`; `first` is 0, or the family in ADDRESS-ERROR-CODE.
pub(crate) fn encode(first: u8, code: u16, reason: &str, out: &mut [u8]) {
    let code = code.clamp(300, 699);
    let Some((head, tail)) = out.split_first_chunk_mut::<4>() else {
        return;
    };
    let low = |number: u16| number.to_le_bytes()[0];
    *head = [first, 0, low(code / 100), low(code % 100)];
    tail.copy_from_slice(reason.as_bytes());
}
