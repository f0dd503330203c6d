#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use stonechat_rtp::Ssrc;

use super::{HEAD_LEN, begin_feedback, split, transport};
use crate::{Full, PacketType, ParseError, RawPacket, Record, Records, Write};

/// A request to stay below bit rates (RFC 5104, section 4.2.1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tmmbr<'a> {
    /// Who asks.
    pub sender: Ssrc,
    /// The limits, at least one.
    pub limits: Records<'a, BitrateLimit>,
}

/// The limits that a sender keeps (RFC 5104, section 4.2.2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tmmbn<'a> {
    /// Who tells.
    pub sender: Ssrc,
    /// The limits, possibly none.
    pub limits: Records<'a, BitrateLimit>,
}

impl<'a> Tmmbr<'a> {
    /// Reads the content of `raw`, whatever its type says.
    ///
    /// # Errors
    ///
    /// [`ParseError::Content`] without a whole entry.
    pub fn parse(raw: &RawPacket<'a>) -> Result<Self, ParseError> {
        let read = || {
            let (sender, _, fci) = split(raw)?;
            let limits = Records::from_octets(fci).filter(|limits| !limits.is_empty())?;
            Some(Self { sender, limits })
        };
        read().ok_or_else(|| raw.malformed())
    }
}

impl<'a> Tmmbn<'a> {
    /// Reads the content of `raw`, whatever its type says.
    ///
    /// # Errors
    ///
    /// [`ParseError::Content`] if an entry is cut.
    pub fn parse(raw: &RawPacket<'a>) -> Result<Self, ParseError> {
        let read = || {
            let (sender, _, fci) = split(raw)?;
            Some(Self {
                sender,
                limits: Records::from_octets(fci)?,
            })
        };
        read().ok_or_else(|| raw.malformed())
    }
}

impl Write for Tmmbr<'_> {
    fn encoded_len(&self) -> usize {
        HEAD_LEN.saturating_add(self.limits.encoded_len())
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        let kind = (PacketType::TRANSPORT_FEEDBACK, transport::TMMBR);
        let mut fci = begin_feedback(self, out, kind, self.sender, Ssrc(0))?;
        self.limits.put_at_most(usize::MAX, &mut fci);
        Ok(self.encoded_len())
    }
}

impl Write for Tmmbn<'_> {
    fn encoded_len(&self) -> usize {
        HEAD_LEN.saturating_add(self.limits.encoded_len())
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        let kind = (PacketType::TRANSPORT_FEEDBACK, transport::TMMBN);
        let mut fci = begin_feedback(self, out, kind, self.sender, Ssrc(0))?;
        self.limits.put_at_most(usize::MAX, &mut fci);
        Ok(self.encoded_len())
    }
}

/// The largest bit rate of one stream.
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                              SSRC                             |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// | MxTBR Exp |  MxTBR Mantissa                 |Measured Overhead|
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct BitrateLimit {
    /// The stream that is limited, or that set the limit in a [`Tmmbn`].
    pub ssrc: Ssrc,
    /// Bits a second; written rounded down to 17 significant bits. What the wire says beyond
    /// 64 bits is the largest number.
    pub bitrate: u64,
    /// Octets a packet below RTP, at most 511.
    pub overhead: u16,
}

impl Record for BitrateLimit {
    type Wire = [u8; 8];

    fn from_wire([a, b, c, d, e, f, g, h]: [u8; 8]) -> Self {
        let word = u32::from_be_bytes([e, f, g, h]);
        Self {
            ssrc: Ssrc::from_be_bytes([a, b, c, d]),
            bitrate: from_float(word >> 26, word >> 9 & 0x1_ffff),
            overhead: u16::from_be_bytes([g, h]) & 0x01ff,
        }
    }

    fn to_wire(self) -> [u8; 8] {
        let (exponent, mantissa) = to_float(self.bitrate, 17);
        let word = exponent << 26 | mantissa << 9 | u32::from(self.overhead.min(0x01ff));
        let ([a, b, c, d], [e, f, g, h]) = (self.ssrc.to_be_bytes(), word.to_be_bytes());
        [a, b, c, d, e, f, g, h]
    }
}

/// A bit rate from exponent and mantissa, saturating.
pub(super) const fn from_float(exponent: u32, mantissa: u32) -> u64 {
    let mantissa = mantissa as u64;
    if mantissa.leading_zeros() >= exponent {
        mantissa << exponent
    } else {
        u64::MAX
    }
}

/// The exponent and the mantissa of `bits` bits of a bit rate, rounded down.
pub(super) fn to_float(bitrate: u64, bits: u32) -> (u32, u32) {
    let used = u64::BITS.saturating_sub(bitrate.leading_zeros());
    let exponent = used.saturating_sub(bits);
    (
        exponent,
        u32::try_from(bitrate >> exponent).unwrap_or(u32::MAX),
    )
}
