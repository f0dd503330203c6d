#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::{ExtensionForm, Extensions, ParseError, PayloadType, SequenceNumber, Ssrc, Timestamp};

/// The header of a packet as a view: lengths are checked, fields are read when asked.
///
/// What follows it is not looked at, so it also reads packets whose payload is encrypted.
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |V=2|P|X|  CC   |M|     PT      |       sequence number         |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                           timestamp                           |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |           synchronization source (SSRC) identifier            |
/// +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
/// |            contributing source (CSRC) identifiers             |
/// |                             ....                              |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |      defined by profile       |           length              |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                        header extension                       |
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HeaderView<'a> {
    fixed: &'a [u8; 12],
    csrcs: &'a [[u8; 4]],
    extensions: Extensions<'a>,
    len: usize,
}

impl<'a> HeaderView<'a> {
    /// Reads the header at the start of `packet`.
    ///
    /// # Errors
    ///
    /// [`ParseError`] if the version is not 2 or the packet ends inside the header.
    ///
    /// # Spec
    ///
    /// RFC 3550, sections 5.1 and 5.3.1.
    #[inline]
    pub fn parse(packet: &'a [u8]) -> Result<Self, ParseError> {
        let (fixed, rest) = packet
            .split_first_chunk::<12>()
            .ok_or(ParseError::TooShort)?;
        let [first, ..] = *fixed;
        if first >> 6 != 2 {
            return Err(ParseError::Version(first >> 6));
        }
        let csrc_len = usize::from(first & 0x0f).saturating_mul(4);
        let (csrcs, rest) = rest
            .split_at_checked(csrc_len)
            .ok_or(ParseError::TooShort)?;
        let (extensions, rest) = if first & 0x10 == 0 {
            (Extensions::NONE, rest)
        } else {
            let (&[p, q, r, s], rest) = rest
                .split_first_chunk::<4>()
                .ok_or(ParseError::ExtensionTooLong)?;
            let len = usize::from(u16::from_be_bytes([r, s])).saturating_mul(4);
            let (octets, rest) = rest
                .split_at_checked(len)
                .ok_or(ParseError::ExtensionTooLong)?;
            let form = ExtensionForm::from_profile(u16::from_be_bytes([p, q]));
            (Extensions::new(form, octets), rest)
        };
        let (csrcs, _) = csrcs.as_chunks();
        Ok(Self {
            fixed,
            csrcs,
            extensions,
            len: packet.len().saturating_sub(rest.len()),
        })
    }

    /// The marker bit, which the payload format gives a meaning.
    #[inline]
    #[must_use]
    pub const fn marker(&self) -> bool {
        let [_, second, ..] = *self.fixed;
        second & 0x80 != 0
    }

    /// Whether padding follows the payload.
    #[inline]
    #[must_use]
    pub const fn has_padding(&self) -> bool {
        let [first, ..] = *self.fixed;
        first & 0x20 != 0
    }

    /// The payload type.
    #[inline]
    #[must_use]
    pub const fn payload_type(&self) -> PayloadType {
        let [_, second, ..] = *self.fixed;
        PayloadType::from_low_bits(second)
    }

    /// The sequence number.
    #[inline]
    #[must_use]
    pub const fn sequence(&self) -> SequenceNumber {
        let [_, _, a, b, ..] = *self.fixed;
        SequenceNumber(u16::from_be_bytes([a, b]))
    }

    /// The timestamp.
    #[inline]
    #[must_use]
    pub const fn timestamp(&self) -> Timestamp {
        let [_, _, _, _, a, b, c, d, ..] = *self.fixed;
        Timestamp(u32::from_be_bytes([a, b, c, d]))
    }

    /// The synchronization source.
    #[inline]
    #[must_use]
    pub const fn ssrc(&self) -> Ssrc {
        let [_, _, _, _, _, _, _, _, a, b, c, d] = *self.fixed;
        Ssrc::from_be_bytes([a, b, c, d])
    }

    /// The contributing sources, at most 15.
    #[inline]
    pub fn csrcs(&self) -> impl ExactSizeIterator<Item = Ssrc> + DoubleEndedIterator + use<'a> {
        self.csrcs.iter().map(|octets| Ssrc::from_be_bytes(*octets))
    }

    /// The header extension.
    #[inline]
    #[must_use]
    pub const fn extensions(&self) -> Extensions<'a> {
        self.extensions
    }

    /// Octets before the payload.
    #[inline]
    #[must_use]
    pub const fn header_len(&self) -> usize {
        self.len
    }
}

/// A packet as a view.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Packet<'a> {
    header: HeaderView<'a>,
    payload: &'a [u8],
    padding: u8,
}

impl<'a> Packet<'a> {
    /// Reads a packet, which is the whole of `packet`.
    ///
    /// # Errors
    ///
    /// [`ParseError`] for a bad header, and for a padding count that is 0 or more than follows
    /// the header. A packet of padding alone is valid.
    ///
    /// # Spec
    ///
    /// RFC 3550, section 5.1.
    #[inline]
    pub fn parse(packet: &'a [u8]) -> Result<Self, ParseError> {
        let header = HeaderView::parse(packet)?;
        let body = packet.get(header.header_len()..).unwrap_or_default();
        if !header.has_padding() {
            return Ok(Self {
                header,
                payload: body,
                padding: 0,
            });
        }
        let padding = body.last().copied().unwrap_or(0);
        let len = body.len().checked_sub(usize::from(padding));
        match len.filter(|_| padding != 0).and_then(|len| body.get(..len)) {
            Some(payload) => Ok(Self {
                header,
                payload,
                padding,
            }),
            None => Err(ParseError::Padding(padding)),
        }
    }

    /// The header alone.
    #[inline]
    #[must_use]
    pub const fn header(&self) -> &HeaderView<'a> {
        &self.header
    }

    /// The marker bit, which the payload format gives a meaning.
    #[inline]
    #[must_use]
    pub const fn marker(&self) -> bool {
        self.header.marker()
    }

    /// The payload type.
    #[inline]
    #[must_use]
    pub const fn payload_type(&self) -> PayloadType {
        self.header.payload_type()
    }

    /// The sequence number.
    #[inline]
    #[must_use]
    pub const fn sequence(&self) -> SequenceNumber {
        self.header.sequence()
    }

    /// The timestamp.
    #[inline]
    #[must_use]
    pub const fn timestamp(&self) -> Timestamp {
        self.header.timestamp()
    }

    /// The synchronization source.
    #[inline]
    #[must_use]
    pub const fn ssrc(&self) -> Ssrc {
        self.header.ssrc()
    }

    /// The contributing sources, at most 15.
    #[inline]
    pub fn csrcs(&self) -> impl ExactSizeIterator<Item = Ssrc> + DoubleEndedIterator + use<'a> {
        self.header.csrcs()
    }

    /// The header extension.
    #[inline]
    #[must_use]
    pub const fn extensions(&self) -> Extensions<'a> {
        self.header.extensions()
    }

    /// Octets before the payload.
    #[inline]
    #[must_use]
    pub const fn header_len(&self) -> usize {
        self.header.header_len()
    }

    /// The payload, without padding.
    #[inline]
    #[must_use]
    pub const fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// Octets of padding after the payload, the count itself included.
    #[inline]
    #[must_use]
    pub const fn padding(&self) -> u8 {
        self.padding
    }
}
