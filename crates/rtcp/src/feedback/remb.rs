#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use stonechat_rtp::Ssrc;

use super::tmmbr::{from_float, to_float};
use super::{HEAD_LEN, begin_feedback, payload, split};
use crate::raw::put;
use crate::{Full, PacketType, ParseError, RawPacket, Records, Write};

/// The receiver's estimate of the bit rate that all streams together may have
/// (draft-alvestrand-rmcat-remb-03, section 2.2).
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  Unique identifier 'R' 'E' 'M' 'B'                            |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  Num SSRC     | BR Exp    |  BR Mantissa                      |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |   SSRC feedback                                               |
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Remb<'a> {
    /// Who estimates.
    pub sender: Ssrc,
    /// Bits a second; written rounded down to 18 significant bits. What the wire says beyond
    /// 64 bits is the largest number.
    pub bitrate: u64,
    /// The streams it is about, at most 255; more are not written.
    pub ssrcs: Records<'a, Ssrc>,
}

impl<'a> Remb<'a> {
    const NAME: [u8; 4] = *b"REMB";

    /// Whether an application layer feedback message is this one.
    pub(crate) fn is_remb(raw: &RawPacket<'_>) -> bool {
        split(raw).is_some_and(|(_, _, fci)| fci.starts_with(&Self::NAME))
    }

    /// Reads the content of `raw`, whatever its type says.
    ///
    /// # Errors
    ///
    /// [`ParseError::Content`] if the name is another or sources are missing.
    pub fn parse(raw: &RawPacket<'a>) -> Result<Self, ParseError> {
        let read = || {
            let (sender, _, fci) = split(raw)?;
            let (name, rest) = fci.split_first_chunk::<4>()?;
            let (word, rest) = rest.split_first_chunk::<4>()?;
            let [count, ..] = *word;
            let word = u32::from_be_bytes(*word);
            let (ssrcs, _) = Records::take(rest, usize::from(count))?;
            let bitrate = from_float(word >> 18 & 0x3f, word & 0x3_ffff);
            (*name == Self::NAME).then_some(Self {
                sender,
                bitrate,
                ssrcs,
            })
        };
        read().ok_or_else(|| raw.malformed())
    }
}

impl Write for Remb<'_> {
    fn encoded_len(&self) -> usize {
        HEAD_LEN
            .saturating_add(8)
            .saturating_add(self.ssrcs.encoded_len().min(255 * 4))
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        let kind = (PacketType::PAYLOAD_FEEDBACK, payload::APPLICATION);
        let mut fci = begin_feedback(self, out, kind, self.sender, Ssrc(0))?;
        let count = u8::try_from(self.ssrcs.len()).unwrap_or(u8::MAX);
        let (exponent, mantissa) = to_float(self.bitrate, 18);
        put(&mut fci, &Self::NAME);
        put(
            &mut fci,
            &(u32::from(count) << 24 | exponent << 18 | mantissa).to_be_bytes(),
        );
        self.ssrcs.put_at_most(255, &mut fci);
        Ok(self.encoded_len())
    }
}
