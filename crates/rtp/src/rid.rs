use alloc::sync::Arc;
use core::borrow::Borrow;
use core::fmt;

/// The identification of one encoding of a source (RFC 8851, RFC 8852).
///
/// It borrows as `str`, so a table of it is searched without making one per packet, and a clone,
/// which goes with every packet and frame of an encoding, shares the text.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Rid(Arc<str>);

impl Rid {
    /// The identification `value`.
    ///
    /// # Errors
    ///
    /// [`InvalidRid`] unless it is 1 to 255 letters, digits, `-` and `_`.
    pub fn new(value: &str) -> Result<Self, InvalidRid> {
        let is_valid = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_');
        if matches!(value.len(), 1..=255) && value.bytes().all(is_valid) {
            Ok(Self(value.into()))
        } else {
            Err(InvalidRid)
        }
    }

    /// As text.
    #[inline]
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Rid {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Rid {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Rid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is not 1 to 255 letters, digits, `-` and `_`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a stream identification is 1 to 255 letters, digits, hyphens and underscores")]
pub struct InvalidRid;
