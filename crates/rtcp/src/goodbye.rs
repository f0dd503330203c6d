#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use stonechat_rtp::Ssrc;

use crate::raw::{begin, put};
use crate::{Full, PacketType, ParseError, RawPacket, Records, Write};

/// Sources that leave (RFC 3550, section 6.6).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Goodbye<'a> {
    /// Who leaves, at most 31 sources; more are not written.
    pub ssrcs: Records<'a, Ssrc>,
    /// Why, in UTF-8, at most 255 octets; more are not written. Empty: not said.
    pub reason: &'a [u8],
}

impl<'a> Goodbye<'a> {
    /// Reads the content of `raw`, whatever its type says.
    ///
    /// # Errors
    ///
    /// [`ParseError::Content`] if sources or reason are cut.
    pub fn parse(raw: &RawPacket<'a>) -> Result<Self, ParseError> {
        let read = |body: &'a [u8]| {
            let (ssrcs, rest) = Records::take(body, usize::from(raw.count))?;
            let reason = match rest.split_first() {
                Some((&len, rest)) => rest.get(..usize::from(len))?,
                None => &[],
            };
            Some(Self { ssrcs, reason })
        };
        read(raw.body).ok_or_else(|| raw.malformed())
    }

    fn written_reason(&self) -> &'a [u8] {
        self.reason.get(..255).unwrap_or(self.reason)
    }
}

impl Write for Goodbye<'_> {
    fn encoded_len(&self) -> usize {
        let reason = match self.written_reason().len() {
            0 => 0,
            len => len.saturating_add(1).next_multiple_of(4),
        };
        4_usize
            .saturating_add(self.ssrcs.encoded_len().min(31 * 4))
            .saturating_add(reason)
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        let count = u8::try_from(self.ssrcs.len()).unwrap_or(31).min(31);
        let mut body = begin(self, out, count, PacketType::GOODBYE)?;
        self.ssrcs.put_at_most(31, &mut body);
        let reason = self.written_reason();
        if !reason.is_empty() {
            put(&mut body, &[u8::try_from(reason.len()).unwrap_or(u8::MAX)]);
            put(&mut body, reason);
        }
        Ok(self.encoded_len())
    }
}
