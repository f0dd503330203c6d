#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use stonechat_rtp::Ssrc;

use crate::raw::{begin, put, take_u32};
use crate::{Full, PacketType, ParseError, RawPacket, Records, ReportBlock, Write};

/// A report of a participant that only receives (RFC 3550, section 6.4.2): a
/// [`SenderReport`](crate::SenderReport) without sender information.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ReceiverReport<'a> {
    /// Who reports.
    pub ssrc: Ssrc,
    /// What it received, at most 31 sources; more are not written.
    pub reports: Records<'a, ReportBlock>,
    /// Profile-specific extensions: a multiple of 4 octets.
    pub extension: &'a [u8],
}

impl<'a> ReceiverReport<'a> {
    /// Reads the content of `raw`, whatever its type says.
    ///
    /// # Errors
    ///
    /// [`ParseError::Content`] if it is too short.
    pub fn parse(raw: &RawPacket<'a>) -> Result<Self, ParseError> {
        let read = |mut body: &'a [u8]| {
            let ssrc = Ssrc(take_u32(&mut body)?);
            let (reports, extension) = Records::take(body, usize::from(raw.count))?;
            Some(Self {
                ssrc,
                reports,
                extension,
            })
        };
        read(raw.body).ok_or_else(|| raw.malformed())
    }
}

impl Write for ReceiverReport<'_> {
    fn encoded_len(&self) -> usize {
        let blocks = self.reports.encoded_len().min(31 * 24);
        8_usize
            .saturating_add(blocks)
            .saturating_add(self.extension.len().next_multiple_of(4))
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        let count = u8::try_from(self.reports.len()).unwrap_or(31).min(31);
        let mut body = begin(self, out, count, PacketType::RECEIVER_REPORT)?;
        put(&mut body, &self.ssrc.to_be_bytes());
        self.reports.put_at_most(31, &mut body);
        put(&mut body, self.extension);
        Ok(self.encoded_len())
    }
}
