#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use stonechat_rtp::Ssrc;

use crate::raw::{begin, put, take_u32};
use crate::{Full, PacketType, ParseError, RawPacket, Write};

/// A packet that an application defines (RFC 3550, section 6.7).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Application<'a> {
    /// The subtype, 0 to 31; only the low 5 bits are written.
    pub subtype: u8,
    /// Who sends it.
    pub ssrc: Ssrc,
    /// Its name, four ASCII characters.
    pub name: [u8; 4],
    /// Its content: a multiple of 4 octets, filled up with zeros when written.
    pub data: &'a [u8],
}

impl<'a> Application<'a> {
    /// Reads the content of `raw`, whatever its type says.
    ///
    /// # Errors
    ///
    /// [`ParseError::Content`] if source or name are missing.
    pub fn parse(raw: &RawPacket<'a>) -> Result<Self, ParseError> {
        let mut data = raw.body;
        let ssrc = take_u32(&mut data).ok_or_else(|| raw.malformed())?;
        let (name, data) = data.split_first_chunk().ok_or_else(|| raw.malformed())?;
        Ok(Self {
            subtype: raw.count,
            ssrc: Ssrc(ssrc),
            name: *name,
            data,
        })
    }
}

impl Write for Application<'_> {
    fn encoded_len(&self) -> usize {
        12_usize.saturating_add(self.data.len().next_multiple_of(4))
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        let mut body = begin(self, out, self.subtype, PacketType::APPLICATION)?;
        put(&mut body, &self.ssrc.to_be_bytes());
        put(&mut body, &self.name);
        put(&mut body, self.data);
        Ok(self.encoded_len())
    }
}
