//! Serial number arithmetic (RFC 9260, section 1.6).

/// A transmission sequence number (RFC 9260, section 1.6): 32 bits that wrap.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Tsn(pub u32);

impl Tsn {
    /// The number `count` further on.
    #[inline]
    #[must_use]
    pub const fn plus(self, count: u32) -> Self {
        Self(self.0.wrapping_add(count))
    }

    /// The number before this one.
    #[inline]
    #[must_use]
    pub const fn previous(self) -> Self {
        Self(self.0.wrapping_sub(1))
    }

    /// How far this number is ahead of `other`, modulo 2^32.
    #[inline]
    #[must_use]
    pub const fn since(self, other: Self) -> u32 {
        self.0.wrapping_sub(other.0)
    }

    /// Whether this number comes after `other`.
    #[inline]
    #[must_use]
    pub const fn is_after(self, other: Self) -> bool {
        let distance = self.since(other);
        distance != 0 && distance < 1 << 31
    }
}

/// Whether stream sequence number `a` comes after `b`.
#[inline]
pub(crate) const fn ssn_is_after(a: u16, b: u16) -> bool {
    let distance = a.wrapping_sub(b);
    distance != 0 && distance < 1 << 15
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_wrap() {
        assert!(Tsn(0).is_after(Tsn(u32::MAX)));
        assert!(!Tsn(u32::MAX).is_after(Tsn(0)));
        assert!(!Tsn(5).is_after(Tsn(5)));
        assert_eq!(Tsn(2).since(Tsn(u32::MAX)), 3);
        assert!(ssn_is_after(0, 65_535) && !ssn_is_after(65_535, 0));
    }
}
