#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use core::fmt;

use crate::{Full, ParseError, Write};

/// The type of an RTCP packet.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PacketType(pub u8);

impl PacketType {
    /// Sender report (RFC 3550).
    pub const SENDER_REPORT: Self = Self(200);
    /// Receiver report (RFC 3550).
    pub const RECEIVER_REPORT: Self = Self(201);
    /// Source description (RFC 3550).
    pub const SOURCE_DESCRIPTION: Self = Self(202);
    /// Goodbye (RFC 3550).
    pub const GOODBYE: Self = Self(203);
    /// Application-defined (RFC 3550).
    pub const APPLICATION: Self = Self(204);
    /// Transport layer feedback (RFC 4585).
    pub const TRANSPORT_FEEDBACK: Self = Self(205);
    /// Payload-specific feedback (RFC 4585).
    pub const PAYLOAD_FEEDBACK: Self = Self(206);
    /// Extended report (RFC 3611).
    pub const EXTENDED_REPORT: Self = Self(207);
}

impl fmt::Display for PacketType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Whether a datagram of a port that RTP and RTCP share is RTCP: its second octet is 192 to 223
/// (RFC 5761, section 4).
#[inline]
#[must_use]
pub const fn is_rtcp(datagram: &[u8]) -> bool {
    matches!(datagram, [0x80..=0xbf, 192..=223, ..])
}

/// A packet of any type: its common header read, its content not.
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |V=2|P|  count  |  packet type  |             length            |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct RawPacket<'a> {
    /// The 5 bits after the padding bit: a count, subtype or feedback message type.
    pub count: u8,
    /// The packet type.
    pub packet_type: PacketType,
    /// What follows the common header, without padding; for writing, a multiple of 4 octets.
    pub body: &'a [u8],
    /// Octets of padding after the body.
    pub padding: u8,
}

impl<'a> RawPacket<'a> {
    /// Reads the packet at the start of `octets`; returns what follows it too.
    ///
    /// # Errors
    ///
    /// [`ParseError`] if header, length or padding are impossible. On [`ParseError::Padding`]
    /// the next packet could still be found, on the others not.
    ///
    /// # Spec
    ///
    /// RFC 3550, section 6.4.1.
    pub fn parse(octets: &'a [u8]) -> Result<(Self, &'a [u8]), ParseError> {
        let (packet, rest) = Self::split(octets)?;
        Ok((Self::read(packet)?, rest))
    }

    /// The packet at the start of `octets` with its header, and what follows it.
    pub(crate) fn split(octets: &'a [u8]) -> Result<(&'a [u8], &'a [u8]), ParseError> {
        let &[first, _, a, b] = octets.first_chunk::<4>().ok_or(ParseError::TooShort)?;
        if first >> 6 != 2 {
            return Err(ParseError::Version(first >> 6));
        }
        let words = usize::from(u16::from_be_bytes([a, b])).saturating_add(1);
        octets
            .split_at_checked(words.saturating_mul(4))
            .ok_or(ParseError::Length)
    }

    /// The packet that is all of `packet`.
    pub(crate) fn read(packet: &'a [u8]) -> Result<Self, ParseError> {
        let (&[first, packet_type, ..], body) = packet
            .split_first_chunk::<4>()
            .ok_or(ParseError::TooShort)?;
        let mut this = Self {
            count: first & 0x1f,
            packet_type: PacketType(packet_type),
            body,
            padding: 0,
        };
        if first & 0x20 != 0 {
            let count = body.last().copied().unwrap_or(0);
            let len = body.len().checked_sub(usize::from(count));
            this.body = len
                .filter(|_| count != 0 && count % 4 == 0)
                .and_then(|len| body.get(..len))
                .ok_or(ParseError::Padding(count))?;
            this.padding = count;
        }
        Ok(this)
    }

    /// The error that its content is malformed.
    pub(crate) const fn malformed(&self) -> ParseError {
        ParseError::Content(self.packet_type)
    }
}

impl Write for RawPacket<'_> {
    fn encoded_len(&self) -> usize {
        4_usize.saturating_add(self.body.len().next_multiple_of(4))
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        let mut body = begin(self, out, self.count, self.packet_type)?;
        put(&mut body, self.body);
        Ok(self.encoded_len())
    }
}

/// Writes the common header of `packet`; returns the place of its body, zeroed.
pub(crate) fn begin<'o, W: Write>(
    packet: &W,
    out: &'o mut [u8],
    count: u8,
    packet_type: PacketType,
) -> Result<&'o mut [u8], Full> {
    let needed = packet.encoded_len();
    let words = u16::try_from((needed >> 2).saturating_sub(1)).map_err(|_| Full { needed })?;
    let (head, body) = out
        .get_mut(..needed)
        .and_then(|out| out.split_first_chunk_mut::<4>())
        .ok_or(Full { needed })?;
    let [a, b] = words.to_be_bytes();
    *head = [0x80 | count & 0x1f, packet_type.0, a, b];
    body.fill(0);
    Ok(body)
}

/// Copies `octets` to the start of `out` and moves `out` behind them; cuts what does not fit,
/// which the length of [`begin`] rules out.
pub(crate) fn put(out: &mut &mut [u8], octets: &[u8]) {
    let len = octets.len().min(out.len());
    let (head, tail) = core::mem::take(out)
        .split_at_mut_checked(len)
        .unwrap_or_default();
    head.copy_from_slice(octets.get(..len).unwrap_or_default());
    *out = tail;
}

/// Takes a big-endian 32-bit number off the start of `octets`.
pub(crate) fn take_u32(octets: &mut &[u8]) -> Option<u32> {
    let (number, rest) = octets.split_first_chunk()?;
    *octets = rest;
    Some(u32::from_be_bytes(*number))
}
