#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use stonechat_rtp::Ssrc;

use super::{HEAD_LEN, begin_feedback, payload, split};
use crate::{Full, PacketType, ParseError, RawPacket, Record, Records, Write};

/// Decoders need a keyframe (RFC 5104, section 4.3.1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fir<'a> {
    /// Who asks.
    pub sender: Ssrc,
    /// The streams that have to answer, at least one.
    pub entries: Records<'a, FirEntry>,
}

impl<'a> Fir<'a> {
    /// Reads the content of `raw`, whatever its type says. The media source of the common part
    /// means nothing here and is not looked at.
    ///
    /// # Errors
    ///
    /// [`ParseError::Content`] without a whole entry.
    pub fn parse(raw: &RawPacket<'a>) -> Result<Self, ParseError> {
        let read = || {
            let (sender, _, fci) = split(raw)?;
            let entries = Records::from_octets(fci).filter(|entries| !entries.is_empty())?;
            Some(Self { sender, entries })
        };
        read().ok_or_else(|| raw.malformed())
    }
}

impl Write for Fir<'_> {
    fn encoded_len(&self) -> usize {
        HEAD_LEN.saturating_add(self.entries.encoded_len())
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        let kind = (PacketType::PAYLOAD_FEEDBACK, payload::FIR);
        let mut fci = begin_feedback(self, out, kind, self.sender, Ssrc(0))?;
        self.entries.put_at_most(usize::MAX, &mut fci);
        Ok(self.encoded_len())
    }
}

/// One stream of a [`Fir`].
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct FirEntry {
    /// The stream that has to answer.
    pub ssrc: Ssrc,
    /// The number of the request; a repetition has the same.
    pub sequence: u8,
}

impl Record for FirEntry {
    type Wire = [u8; 8];

    fn from_wire([a, b, c, d, sequence, _, _, _]: [u8; 8]) -> Self {
        Self {
            ssrc: Ssrc::from_be_bytes([a, b, c, d]),
            sequence,
        }
    }

    fn to_wire(self) -> [u8; 8] {
        let [a, b, c, d] = self.ssrc.to_be_bytes();
        [a, b, c, d, self.sequence, 0, 0, 0]
    }
}
