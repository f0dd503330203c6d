//! Which protocol a datagram speaks (RFC 7983, section 7, and RFC 5761, section 4).

/// The protocol of a datagram.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Class {
    /// A STUN message.
    Stun,
    /// A DTLS record, 1.2 or 1.3.
    Dtls,
    /// A TURN ChannelData message.
    TurnChannel,
    /// An RTP packet.
    Rtp,
    /// An RTCP packet.
    Rtcp,
}

/// Tells the protocol from the first two octets; `None` for what is none of them.
#[inline]
#[must_use]
pub fn classify(datagram: &[u8]) -> Option<Class> {
    match *datagram.first()? {
        0..=3 => Some(Class::Stun),
        20..=63 => Some(Class::Dtls),
        64..=79 => Some(Class::TurnChannel),
        128..=191 => match *datagram.get(1)? {
            192..=223 => Some(Class::Rtcp),
            _ => Some(Class::Rtp),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_octets_are_told_apart_as_rfc_7983_does() {
        let cases = [
            (0, Some(Class::Stun)),
            (3, Some(Class::Stun)),
            (4, None),
            (19, None),
            (20, Some(Class::Dtls)),
            (0x2c, Some(Class::Dtls)),
            (63, Some(Class::Dtls)),
            (64, Some(Class::TurnChannel)),
            (79, Some(Class::TurnChannel)),
            (80, None),
            (127, None),
            (128, Some(Class::Rtp)),
            (191, Some(Class::Rtp)),
            (192, None),
        ];
        for (first, class) in cases {
            assert_eq!(classify(&[first, 0]), class, "{first}");
        }
        assert_eq!(classify(&[0x80, 200]), Some(Class::Rtcp));
        assert_eq!(classify(&[0x80, 224]), Some(Class::Rtp));
        assert_eq!(classify(&[0x80]), None);
        assert_eq!(classify(&[]), None);
    }
}
