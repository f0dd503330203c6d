#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::TransactionId;

/// Octets of the header of every message (RFC 8489, section 5).
pub const HEADER_LEN: usize = 20;

/// The magic cookie in octets 4 to 7 of every message (RFC 8489, section 5).
pub const MAGIC_COOKIE: u32 = 0x2112_A442;

/// Whether a datagram is a STUN message by its first two bits, the magic cookie and its length.
///
/// Looks at eight octets: enough to tell STUN from DTLS, RTP and ChannelData on one socket, not to
/// know that the attributes are well formed.
///
/// # Spec
///
/// RFC 8489, section 6.3; RFC 7983.
#[inline]
#[must_use]
pub fn is_stun(datagram: &[u8]) -> bool {
    frame_len(datagram).is_some_and(|len| len == datagram.len())
}

/// Octets of the message that begins with `prefix`, for streams (RFC 8489, section 6.2.2).
///
/// `None` when fewer than eight octets are there or when no STUN message begins like this. The
/// result is at most 65,552.
#[inline]
#[must_use]
pub fn frame_len(prefix: &[u8]) -> Option<usize> {
    let (&[first, _, high, low, a, b, c, d], _) = prefix.split_first_chunk::<8>()?;
    let length = u16::from_be_bytes([high, low]);
    let fits = first & 0xC0 == 0
        && u32::from_be_bytes([a, b, c, d]) == MAGIC_COOKIE
        && length.is_multiple_of(4);
    fits.then(|| usize::from(length).saturating_add(HEADER_LEN))
}

/// What a message is within its transaction (RFC 8489, section 5).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Class {
    /// Asks for a response.
    Request,
    /// Asks for none.
    Indication,
    /// Answers a request that was carried out.
    Success,
    /// Answers a request that was not.
    Error,
}

/// What a message is about: a number of 12 bits (RFC 8489, section 5).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Method(u16);

impl Method {
    /// Binding (RFC 8489, section 3).
    pub const BINDING: Self = Self(0x001);
    /// Allocate (RFC 8656, section 17).
    pub const ALLOCATE: Self = Self(0x003);
    /// Refresh (RFC 8656, section 17).
    pub const REFRESH: Self = Self(0x004);
    /// Send: only as an indication (RFC 8656, section 17).
    pub const SEND: Self = Self(0x006);
    /// Data: only as an indication (RFC 8656, section 17).
    pub const DATA: Self = Self(0x007);
    /// CreatePermission (RFC 8656, section 17).
    pub const CREATE_PERMISSION: Self = Self(0x008);
    /// ChannelBind (RFC 8656, section 17).
    pub const CHANNEL_BIND: Self = Self(0x009);
    /// Connect (RFC 6062, section 6.1).
    pub const CONNECT: Self = Self(0x00A);
    /// ConnectionBind (RFC 6062, section 6.1).
    pub const CONNECTION_BIND: Self = Self(0x00B);
    /// ConnectionAttempt: only as an indication (RFC 6062, section 6.1).
    pub const CONNECTION_ATTEMPT: Self = Self(0x00C);

    /// The method `number`, of which the lower 12 bits count.
    #[inline]
    #[must_use]
    pub const fn new(number: u16) -> Self {
        Self(number & 0x0FFF)
    }

    /// Its number, below 4,096.
    #[inline]
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }
}

/// The message type field: the bits of class and method interleaved.
///
/// ```text
///   0                 1
///   2  3  4 5 6 7 8 9 0 1 2 3 4 5
/// +--+--+-+-+-+-+-+-+-+-+-+-+-+-+
/// |M |M |M|M|M|C|M|M|M|C|M|M|M|M|
/// |11|10|9|8|7|1|6|5|4|0|3|2|1|0|
/// +--+--+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
#[inline]
pub(crate) const fn encode_type(class: Class, method: Method) -> u16 {
    let class = match class {
        Class::Request => 0x000,
        Class::Indication => 0x010,
        Class::Success => 0x100,
        Class::Error => 0x110,
    };
    let method = method.0;
    (method & 0x00F) | (method & 0x070) << 1 | (method & 0xF80) << 2 | class
}

#[inline]
pub(crate) const fn decode_type(field: u16) -> (Class, Method) {
    let class = match field & 0x110 {
        0x000 => Class::Request,
        0x010 => Class::Indication,
        0x100 => Class::Success,
        _ => Class::Error,
    };
    (
        class,
        Method(field & 0x00F | (field & 0x0E0) >> 1 | (field & 0x3E00) >> 2),
    )
}

/// Writes the header; `length` counts the octets behind it.
#[inline]
pub(crate) fn encode(kind: u16, length: u16, id: &TransactionId) -> [u8; HEADER_LEN] {
    let [kind_high, kind_low] = kind.to_be_bytes();
    let [length_high, length_low] = length.to_be_bytes();
    let [c0, c1, c2, c3] = MAGIC_COOKIE.to_be_bytes();
    let [i0, i1, i2, i3, i4, i5, i6, i7, i8, i9, i10, i11] = *id.as_bytes();
    [
        kind_high,
        kind_low,
        length_high,
        length_low,
        c0,
        c1,
        c2,
        c3,
        i0,
        i1,
        i2,
        i3,
        i4,
        i5,
        i6,
        i7,
        i8,
        i9,
        i10,
        i11,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_field_survives_decoding_and_encoding() {
        for field in 0..0x4000 {
            let (class, method) = decode_type(field);
            assert_eq!(encode_type(class, method), field);
        }
    }

    #[test]
    fn the_type_fields_of_the_rfc_come_out() {
        assert_eq!(encode_type(Class::Request, Method::BINDING), 0x0001);
        assert_eq!(encode_type(Class::Success, Method::BINDING), 0x0101);
        assert_eq!(encode_type(Class::Error, Method::ALLOCATE), 0x0113);
        assert_eq!(encode_type(Class::Indication, Method::SEND), 0x0016);
    }
}
