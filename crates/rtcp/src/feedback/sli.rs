#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use stonechat_rtp::Ssrc;

use super::{HEAD_LEN, begin_feedback, payload, split};
use crate::{Full, PacketType, ParseError, RawPacket, Record, Records, Write};

/// The decoder lost parts of pictures (RFC 4585, section 6.3.2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sli<'a> {
    /// Who tells.
    pub sender: Ssrc,
    /// The stream of the pictures.
    pub media: Ssrc,
    /// The lost parts, at least one.
    pub entries: Records<'a, SliEntry>,
}

impl<'a> Sli<'a> {
    /// Reads the content of `raw`, whatever its type says.
    ///
    /// # Errors
    ///
    /// [`ParseError::Content`] without a whole entry.
    pub fn parse(raw: &RawPacket<'a>) -> Result<Self, ParseError> {
        let read = || {
            let (sender, media, fci) = split(raw)?;
            let entries = Records::from_octets(fci).filter(|entries| !entries.is_empty())?;
            Some(Self {
                sender,
                media,
                entries,
            })
        };
        read().ok_or_else(|| raw.malformed())
    }
}

impl Write for Sli<'_> {
    fn encoded_len(&self) -> usize {
        HEAD_LEN.saturating_add(self.entries.encoded_len())
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        let kind = (PacketType::PAYLOAD_FEEDBACK, payload::SLI);
        let mut fci = begin_feedback(self, out, kind, self.sender, self.media)?;
        self.entries.put_at_most(usize::MAX, &mut fci);
        Ok(self.encoded_len())
    }
}

/// Macroblocks of a picture that were lost.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct SliEntry {
    /// The first macroblock, 13 bits.
    pub first: u16,
    /// How many macroblocks, 13 bits.
    pub number: u16,
    /// The low 6 bits of the picture's identification.
    pub picture_id: u8,
}

impl Record for SliEntry {
    type Wire = [u8; 4];

    fn from_wire(wire: [u8; 4]) -> Self {
        let word = u32::from_be_bytes(wire);
        let [_, _, a, b] = (word >> 19).to_be_bytes();
        let [_, _, c, d] = (word >> 6 & 0x1fff).to_be_bytes();
        let [_, _, _, picture] = wire;
        Self {
            first: u16::from_be_bytes([a, b]),
            number: u16::from_be_bytes([c, d]),
            picture_id: picture & 0x3f,
        }
    }

    fn to_wire(self) -> [u8; 4] {
        let first = u32::from(self.first.min(0x1fff)) << 19;
        let number = u32::from(self.number.min(0x1fff)) << 6;
        (first | number | u32::from(self.picture_id.min(0x3f))).to_be_bytes()
    }
}
