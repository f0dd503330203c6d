use core::fmt;

/// A payload type: 7 bits that name a format of the session (RFC 3550, section 5.1).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PayloadType(u8);

impl PayloadType {
    /// PCMU at 8,000 Hz (RFC 3551).
    pub const PCMU: Self = Self(0);
    /// G.722 at 8,000 Hz by its clock (RFC 3551).
    pub const G722: Self = Self(9);
    /// PCMA at 8,000 Hz (RFC 3551).
    pub const PCMA: Self = Self(8);
    /// Comfort noise at 8,000 Hz (RFC 3389).
    pub const CN: Self = Self(13);

    /// The payload type `value`, or `None` above 127.
    #[inline]
    #[must_use]
    pub const fn new(value: u8) -> Option<Self> {
        if value <= 0x7f {
            Some(Self(value))
        } else {
            None
        }
    }

    /// The payload type in the low 7 bits.
    #[inline]
    #[must_use]
    pub(crate) const fn from_low_bits(octet: u8) -> Self {
        Self(octet & 0x7f)
    }

    /// Its number, 0 to 127.
    #[inline]
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }

    /// Whether RTP and RTCP on one port may carry it: with the marker bit set, 64 to 95 would
    /// look like RTCP (RFC 5761, section 4).
    #[inline]
    #[must_use]
    pub const fn is_safe_with_rtcp_mux(self) -> bool {
        !matches!(self.0, 64..=95)
    }
}

impl From<PayloadType> for u8 {
    #[inline]
    fn from(value: PayloadType) -> Self {
        value.0
    }
}

impl fmt::Display for PayloadType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
