//! `a=mid` (RFC 5888 section 4).

use alloc::string::{String, ToString};

use crate::grammar::{token, whole};

/// `identification-tag = token`
pub(super) fn parse(value: &str) -> Result<String, usize> {
    whole(token, value).map(ToString::to_string)
}
