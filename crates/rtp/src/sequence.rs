use core::fmt;

/// A 16-bit sequence number that wraps (RFC 3550, section 5.1).
///
/// It has no total order on purpose: a wrapping order is not transitive. Compare two by
/// [`is_newer_than`](Self::is_newer_than), or keep [`ExtendedSequence`](crate::ExtendedSequence).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct SequenceNumber(pub u16);

impl SequenceNumber {
    /// The one after it.
    #[inline]
    #[must_use]
    pub const fn next(self) -> Self {
        self.wrapping_add(1)
    }

    /// The one `count` later.
    #[inline]
    #[must_use]
    pub const fn wrapping_add(self, count: u16) -> Self {
        Self(self.0.wrapping_add(count))
    }

    /// The one `count` earlier.
    #[inline]
    #[must_use]
    pub const fn wrapping_sub(self, count: u16) -> Self {
        Self(self.0.wrapping_sub(count))
    }

    /// How far it is after `other`, −32,768 to 32,767; negative if before.
    #[inline]
    #[must_use]
    pub const fn distance_from(self, other: Self) -> i16 {
        self.0.wrapping_sub(other.0).cast_signed()
    }

    /// Whether it is less than half the number space after `other`.
    #[inline]
    #[must_use]
    pub const fn is_newer_than(self, other: Self) -> bool {
        self.distance_from(other) > 0
    }
}

impl From<u16> for SequenceNumber {
    #[inline]
    fn from(value: u16) -> Self {
        Self(value)
    }
}

impl From<SequenceNumber> for u16 {
    #[inline]
    fn from(value: SequenceNumber) -> Self {
        value.0
    }
}

impl fmt::Display for SequenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
