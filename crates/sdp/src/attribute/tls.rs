//! `a=tls-id` (RFC 8842 section 4) and `a=identity` (RFC 8827 section 5).

use alloc::string::{String, ToString};

use nom::Parser;
use nom::bytes::complete::take_while_m_n;

use crate::grammar::{text, whole};

/// `tls-id-value = 20*255(tls-id-char)`
pub(super) fn id(value: &str) -> Result<String, usize> {
    whole(
        |input| {
            take_while_m_n(20, 255, |c: char| {
                c.is_ascii_alphanumeric() || "+/-_".contains(c)
            })
            .map(ToString::to_string)
            .parse(input)
        },
        value,
    )
}

/// The assertion and what follows it.
pub(super) fn identity(value: &str) -> Result<String, usize> {
    whole(text, value).map(ToString::to_string)
}
