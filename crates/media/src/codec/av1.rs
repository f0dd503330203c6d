#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod sequence_header;

use std::ops::Range;

pub use sequence_header::SequenceHeader;

use super::PayloadError;

/// The type of an open bitstream unit (AV1, section 6.2.2).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ObuType(pub u8);

impl ObuType {
    /// What all frames behind it have in common.
    pub const SEQUENCE_HEADER: Self = Self(1);
    /// Begins a temporal unit.
    pub const TEMPORAL_DELIMITER: Self = Self(2);
    /// The header of a frame whose tiles follow.
    pub const FRAME_HEADER: Self = Self(3);
    /// Tiles of a frame.
    pub const TILE_GROUP: Self = Self(4);
    /// Metadata.
    pub const METADATA: Self = Self(5);
    /// The header of a frame and its tiles.
    pub const FRAME: Self = Self(6);
    /// The same header again.
    pub const REDUNDANT_FRAME_HEADER: Self = Self(7);
    /// Tiles of large scale coding.
    pub const TILE_LIST: Self = Self(8);
    /// Nothing.
    pub const PADDING: Self = Self(15);

    /// Whether the unit does not travel in packets ("RTP Payload Format For AV1", section 5).
    #[must_use]
    pub const fn is_dropped(self) -> bool {
        matches!(self, Self::TEMPORAL_DELIMITER | Self::TILE_LIST)
    }

    /// Whether a frame begins with the unit.
    #[must_use]
    pub const fn begins_frame(self) -> bool {
        matches!(self, Self::FRAME_HEADER | Self::FRAME)
    }
}

/// The header of an open bitstream unit (AV1, section 5.3).
///
/// ```text
///      0 1 2 3 4 5 6 7
///     +-+-+-+-+-+-+-+-+
///     |F| type  |X|S|R|
///     +-+-+-+-+-+-+-+-+
/// X:  | TID |SID|  R  |
///     +-+-+-+-+-+-+-+-+
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ObuHeader {
    /// The type.
    pub kind: ObuType,
    /// The temporal and the spatial layer, 0 to 7 and 0 to 3, of a unit that belongs to one.
    pub layer: Option<(u8, u8)>,
    /// Whether the length of what follows the header is given behind it.
    pub has_size: bool,
}

impl ObuHeader {
    /// Splits `octets` into the header and what follows it. Reserved bits are not looked at.
    ///
    /// # Errors
    ///
    /// [`PayloadError::Empty`] for no octets at all, [`Truncated`](PayloadError::Truncated) if the
    /// header is cut, [`Invalid`](PayloadError::Invalid) if the forbidden bit is set.
    pub fn parse(octets: &[u8]) -> Result<(Self, &[u8]), PayloadError> {
        let (&first, mut rest) = octets.split_first().ok_or(PayloadError::Empty)?;
        if first & 0x80 != 0 {
            return Err(PayloadError::Invalid);
        }
        let mut layer = None;
        if first & EXTENSION != 0 {
            let (&extension, tail) = rest.split_first().ok_or(PayloadError::Truncated)?;
            layer = Some((extension >> 5, extension >> 3 & 3));
            rest = tail;
        }
        let this = Self {
            kind: ObuType(first >> 3 & 0x0f),
            layer,
            has_size: first & HAS_SIZE != 0,
        };
        Ok((this, rest))
    }
}

/// An open bitstream unit in a stream of them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Obu {
    /// Its header.
    pub header: ObuHeader,
    /// Where the one or two octets of the header are.
    pub head: Range<usize>,
    /// Where what follows the header and the length is.
    pub body: Range<usize>,
}

/// The units of `stream`, in the low-overhead format (AV1, section 5.2): each says how long it is,
/// but the last may leave that out. Ends behind an error.
pub fn obus(stream: &[u8]) -> impl Iterator<Item = Result<Obu, PayloadError>> + '_ {
    let mut at = 0_usize;
    std::iter::from_fn(move || {
        let rest = stream.get(at..).filter(|rest| !rest.is_empty())?;
        let result = read_obu(rest, at);
        at = result.as_ref().map_or(stream.len(), |obu| obu.body.end);
        Some(result)
    })
}

fn read_obu(octets: &[u8], at: usize) -> Result<Obu, PayloadError> {
    let (header, mut rest) = ObuHeader::parse(octets)?;
    let head_len = octets.len().saturating_sub(rest.len());
    let mut len = rest.len();
    if header.has_size {
        (len, rest) = read_leb128(rest)?;
    }
    if len > rest.len() {
        return Err(PayloadError::Truncated);
    }
    let start = at.saturating_add(octets.len().saturating_sub(rest.len()));
    Ok(Obu {
        header,
        head: at..at.saturating_add(head_len),
        body: start..start.saturating_add(len),
    })
}

/// Splits `octets` into a number of at most 32 bits and what follows it (AV1, section 4.10.5).
///
/// # Errors
///
/// [`PayloadError::Truncated`] if the number is cut, [`Invalid`](PayloadError::Invalid) if it has
/// more than 8 octets or 32 bits.
pub fn read_leb128(octets: &[u8]) -> Result<(usize, &[u8]), PayloadError> {
    let mut value = 0_u64;
    let mut rest = octets;
    for place in 0..8_u32 {
        let (&octet, tail) = rest.split_first().ok_or(PayloadError::Truncated)?;
        rest = tail;
        value |= u64::from(octet & 0x7f) << place.saturating_mul(7);
        if octet & 0x80 == 0 {
            let value = u32::try_from(value).map_err(|_| PayloadError::Invalid)?;
            let value = usize::try_from(value).map_err(|_| PayloadError::Invalid)?;
            return Ok((value, rest));
        }
    }
    Err(PayloadError::Invalid)
}

/// The shortest form of `value`, of which 32 bits count: the octets and how many of them count.
#[must_use]
pub fn write_leb128(value: usize) -> ([u8; 5], usize) {
    let mut value = u32::try_from(value).unwrap_or(u32::MAX);
    let mut out = [0; 5];
    let mut len = 0_usize;
    for slot in &mut out {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        len = len.saturating_add(1);
        if value == 0 {
            *slot = low & 0x7f;
            break;
        }
        *slot = low | 0x80;
    }
    (out, len)
}

/// What a temporal unit says without being decoded.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct TemporalUnitFacts {
    /// Whether a coded video sequence begins with it: decoding can start here.
    pub keyframe: bool,
    /// Its sequence header.
    pub sequence_header: Option<SequenceHeader>,
}

impl TemporalUnitFacts {
    /// Reads `unit`, in the low-overhead format, as far as the header of its first frame.
    ///
    /// # Errors
    ///
    /// A [`PayloadError`] if units or their headers are malformed up to there.
    pub fn parse(unit: &[u8]) -> Result<Self, PayloadError> {
        let mut this = Self::default();
        for obu in obus(unit) {
            let obu = obu?;
            let body = unit.get(obu.body).unwrap_or_default();
            if obu.header.kind == ObuType::SEQUENCE_HEADER {
                this.sequence_header = Some(SequenceHeader::parse(body)?);
            } else if obu.header.kind.begins_frame() {
                let &first = body.first().ok_or(PayloadError::Truncated)?;
                this.keyframe = this
                    .sequence_header
                    .is_some_and(|sequence| sequence.reduced_still_picture || is_key(first));
                break;
            }
        }
        Ok(this)
    }

    /// Width and height in pixels, of a unit that decoding can start at.
    #[must_use]
    pub fn dimensions(&self) -> Option<(u16, u16)> {
        let sequence = self.sequence_header.filter(|_| self.keyframe)?;
        Some((
            u16::try_from(sequence.max_width).ok()?,
            u16::try_from(sequence.max_height).ok()?,
        ))
    }
}

/// Whether an uncompressed header begins that of a key frame that is shown (AV1, section 5.9.2):
/// `show_existing_frame` 0, `frame_type` 0, `show_frame` 1.
const fn is_key(first: u8) -> bool {
    first & 0xf0 == 0x10
}

pub(crate) const EXTENSION: u8 = 0x04;
pub(crate) const HAS_SIZE: u8 = 0x02;
/// A temporal delimiter with its length, 0.
pub(crate) const TEMPORAL_DELIMITER: [u8; 2] = [0x12, 0];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_seven_bits_an_octet_come_back() {
        for value in [0, 1, 127, 128, 300, 16_383, 16_384, 1 << 21, 0xffff_ffff] {
            let (octets, len) = write_leb128(value);
            assert_eq!(read_leb128(&octets[..len]), Ok((value, &[][..])));
            assert_eq!(
                read_leb128(&octets[..len - 1]),
                Err(PayloadError::Truncated)
            );
        }
        // Zeros at the top may be written out.
        assert_eq!(read_leb128(&[0x85, 0x80, 0x00, 9]), Ok((5, &[9][..])));
        assert_eq!(read_leb128(&[0xff; 9]), Err(PayloadError::Invalid));
        let too_large = [0x80, 0x80, 0x80, 0x80, 0x10];
        assert_eq!(read_leb128(&too_large), Err(PayloadError::Invalid));
    }

    #[test]
    fn units_are_walked_and_the_last_may_leave_out_its_length() {
        let stream = [0x12, 0, 0x0a, 2, 7, 8, 0x34, 0x48, 9, 9];
        let units: Vec<_> = obus(&stream).map(Result::unwrap).collect();
        let kinds: Vec<_> = units.iter().map(|obu| obu.header.kind.0).collect();
        assert_eq!(kinds, [2, 1, 6]);
        assert_eq!(units[1].body, 4..6);
        assert_eq!(units[2].header.layer, Some((2, 1)));
        assert_eq!(
            (units[2].head.clone(), units[2].body.clone()),
            (6..8, 8..10)
        );
        let cut: Vec<_> = obus(&stream[..5]).collect();
        assert_eq!(cut.last(), Some(&Err(PayloadError::Truncated)));
        assert_eq!(
            obus(&[0x80, 1]).collect::<Vec<_>>(),
            [Err(PayloadError::Invalid)]
        );
    }
}
