use alloc::boxed::Box;
use core::borrow::Borrow;
use core::fmt;

/// The identification of a media section (RFC 5888), as RTP's `mid` carries it (RFC 8843).
///
/// It borrows as `str`, so a table of it is searched without making one per packet.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Mid(Box<str>);

impl Mid {
    /// The identification `value`.
    ///
    /// # Errors
    ///
    /// [`InvalidMid`] unless it is a token (RFC 8866) of 1 to 255 octets.
    pub fn new(value: &str) -> Result<Self, InvalidMid> {
        let is_token = |octet: u8| {
            matches!(octet, 0x21 | 0x23..=0x27 | 0x2a | 0x2b | 0x2d | 0x2e | 0x30..=0x39
                | 0x41..=0x5a | 0x5e..=0x7e)
        };
        if matches!(value.len(), 1..=255) && value.bytes().all(is_token) {
            Ok(Self(value.into()))
        } else {
            Err(InvalidMid)
        }
    }

    /// As text.
    #[inline]
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Mid {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Mid {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Mid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is no token of 1 to 255 octets.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a media identification is a token of 1 to 255 octets")]
pub struct InvalidMid;
