use crate::Ecn;

/// A differentiated services code point (RFC 2474): what a datagram asks of the routers.
///
/// [`DF`](Self::DF), the default, asks for nothing.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Dscp(u8);

impl Dscp {
    /// Default forwarding.
    pub const DF: Self = Self(0);
    /// Lower effort (RFC 8622).
    pub const LE: Self = Self(1);
    /// Assured forwarding, class 1, low drop precedence (RFC 2597).
    pub const AF11: Self = Self(10);
    /// Assured forwarding, class 2, low drop precedence.
    pub const AF21: Self = Self(18);
    /// Assured forwarding, class 4, low drop precedence.
    pub const AF41: Self = Self(34);
    /// Assured forwarding, class 4, medium drop precedence.
    pub const AF42: Self = Self(36);
    /// Expedited forwarding (RFC 3246).
    pub const EF: Self = Self(46);

    /// The code point of a number below 64.
    #[must_use]
    pub const fn new(code: u8) -> Option<Self> {
        if code < 64 { Some(Self(code)) } else { None }
    }

    /// Its number, below 64.
    #[inline]
    #[must_use]
    pub const fn code(self) -> u8 {
        self.0
    }

    /// The octet of the IP header, Type of Service or Traffic Class, that holds it with `ecn`.
    #[inline]
    #[must_use]
    pub const fn octet(self, ecn: Ecn) -> u8 {
        let ecn = match ecn {
            Ecn::NotEct => 0b00,
            Ecn::Ect1 => 0b01,
            Ecn::Ect0 => 0b10,
            Ecn::Ce => 0b11,
        };
        self.0 << 2 | ecn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_octet_of_the_header_holds_both_marks() {
        assert_eq!(Dscp::EF.octet(Ecn::NotEct), 0xb8);
        assert_eq!(Dscp::AF41.octet(Ecn::Ce), 0x8b);
        assert_eq!(Dscp::DF.octet(Ecn::Ect0), 2);
        assert_eq!(Dscp::new(63).map(Dscp::code), Some(63));
        assert_eq!(Dscp::new(64), None);
    }
}
