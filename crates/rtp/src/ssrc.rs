use core::fmt;

/// A synchronization source identifier (RFC 3550, section 3): one stream of one session.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Ssrc(pub u32);

impl Ssrc {
    /// As it goes on the wire.
    #[inline]
    #[must_use]
    pub const fn to_be_bytes(self) -> [u8; 4] {
        self.0.to_be_bytes()
    }

    /// From the wire.
    #[inline]
    #[must_use]
    pub const fn from_be_bytes(octets: [u8; 4]) -> Self {
        Self(u32::from_be_bytes(octets))
    }
}

impl From<u32> for Ssrc {
    #[inline]
    fn from(value: u32) -> Self {
        Self(value)
    }
}

impl From<Ssrc> for u32 {
    #[inline]
    fn from(value: Ssrc) -> Self {
        value.0
    }
}

impl fmt::Display for Ssrc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
