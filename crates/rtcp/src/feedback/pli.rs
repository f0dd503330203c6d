#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use stonechat_rtp::Ssrc;

use super::{HEAD_LEN, begin_feedback, payload, split};
use crate::{Full, PacketType, ParseError, RawPacket, Write};

/// The decoder lost a picture and needs a keyframe (RFC 4585, section 6.3.1).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Pli {
    /// Who asks.
    pub sender: Ssrc,
    /// The stream that has to answer.
    pub media: Ssrc,
}

impl Pli {
    /// Reads the content of `raw`, whatever its type says.
    ///
    /// # Errors
    ///
    /// [`ParseError::Content`] if a source is missing.
    pub fn parse(raw: &RawPacket<'_>) -> Result<Self, ParseError> {
        let (sender, media, _) = split(raw).ok_or_else(|| raw.malformed())?;
        Ok(Self { sender, media })
    }
}

impl Write for Pli {
    fn encoded_len(&self) -> usize {
        HEAD_LEN
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        let kind = (PacketType::PAYLOAD_FEEDBACK, payload::PLI);
        begin_feedback(self, out, kind, self.sender, self.media)?;
        Ok(HEAD_LEN)
    }
}
