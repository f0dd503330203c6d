#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::PayloadError;

/// The number of a VP8 frame, 7 or 15 bits on the wire (RFC 7741, section 4.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PictureId {
    /// 7 bits.
    Short(u8),
    /// 15 bits.
    Long(u16),
}

/// The temporal layer of a VP8 frame.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct TemporalLayer {
    /// TID, 0 to 3.
    pub id: u8,
    /// Y: the frame depends on the base layer alone.
    pub sync: bool,
}

/// The VP8 payload descriptor (RFC 7741, section 4.2).
///
/// ```text
///      0 1 2 3 4 5 6 7
///     +-+-+-+-+-+-+-+-+
///     |X|R|N|S|R| PID |
///     +-+-+-+-+-+-+-+-+
/// X:  |I|L|T|K| RSV   |
///     +-+-+-+-+-+-+-+-+
/// I:  |M| PictureID   |
///     +-+-+-+-+-+-+-+-+
/// M:  |  PictureID    |
///     +-+-+-+-+-+-+-+-+
/// L:  |   TL0PICIDX   |
///     +-+-+-+-+-+-+-+-+
/// T/K:|TID|Y| KEYIDX  |
///     +-+-+-+-+-+-+-+-+
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Vp8Descriptor {
    /// N: no other frame depends on this one.
    pub non_reference: bool,
    /// S: the payload begins a partition.
    pub partition_start: bool,
    /// PID: the partition, 0 to 7.
    pub partition: u8,
    /// The number of the frame.
    pub picture_id: Option<PictureId>,
    /// TL0PICIDX: a running number of base-layer frames.
    pub tl0_pic_idx: Option<u8>,
    /// TID and Y.
    pub temporal: Option<TemporalLayer>,
    /// KEYIDX, 0 to 31: a running number of key frames.
    pub key_idx: Option<u8>,
}

impl Vp8Descriptor {
    /// Splits `payload` into its descriptor and what follows it. Reserved bits are not looked at.
    ///
    /// # Errors
    ///
    /// [`PayloadError::Empty`] for no octets at all, [`Truncated`](PayloadError::Truncated) if the
    /// descriptor is cut or nothing follows it.
    pub fn parse(payload: &[u8]) -> Result<(Self, &[u8]), PayloadError> {
        let (&first, mut rest) = payload.split_first().ok_or(PayloadError::Empty)?;
        let mut this = Self {
            non_reference: first & 0x20 != 0,
            partition_start: first & 0x10 != 0,
            partition: first & 0x07,
            ..Self::default()
        };
        if first & 0x80 != 0 {
            let extension = take(&mut rest)?;
            if extension & 0x80 != 0 {
                let high = take(&mut rest)?;
                this.picture_id = Some(if high & 0x80 == 0 {
                    PictureId::Short(high)
                } else {
                    PictureId::Long(u16::from_be_bytes([high & 0x7f, take(&mut rest)?]))
                });
            }
            if extension & 0x40 != 0 {
                this.tl0_pic_idx = Some(take(&mut rest)?);
            }
            if extension & 0x30 != 0 {
                let octet = take(&mut rest)?;
                if extension & 0x20 != 0 {
                    this.temporal = Some(TemporalLayer {
                        id: octet >> 6,
                        sync: octet & 0x20 != 0,
                    });
                }
                if extension & 0x10 != 0 {
                    this.key_idx = Some(octet & 0x1f);
                }
            }
        }
        if rest.is_empty() {
            return Err(PayloadError::Truncated);
        }
        Ok((this, rest))
    }

    /// The descriptor on the wire: the octets and how many of them count, at most 6.
    #[must_use]
    pub fn encode(&self) -> ([u8; 6], usize) {
        let mut out = [0; 6];
        let mut len = 0_usize;
        let mut put = |octet: u8| {
            if let Some(slot) = out.get_mut(len) {
                *slot = octet;
                len = len.saturating_add(1);
            }
        };
        let bit = |set: bool, mask: u8| if set { mask } else { 0 };
        let extension = bit(self.picture_id.is_some(), 0x80)
            | bit(self.tl0_pic_idx.is_some(), 0x40)
            | bit(self.temporal.is_some(), 0x20)
            | bit(self.key_idx.is_some(), 0x10);
        put(bit(extension != 0, 0x80)
            | bit(self.non_reference, 0x20)
            | bit(self.partition_start, 0x10)
            | self.partition & 0x07);
        if extension != 0 {
            put(extension);
            match self.picture_id {
                Some(PictureId::Short(id)) => put(id & 0x7f),
                Some(PictureId::Long(id)) => {
                    let [high, low] = id.to_be_bytes();
                    put(high | 0x80);
                    put(low);
                }
                None => {}
            }
            if let Some(index) = self.tl0_pic_idx {
                put(index);
            }
            if extension & 0x30 != 0 {
                let layer = self.temporal.unwrap_or_default();
                let temporal = (layer.id & 0x03) << 6 | bit(layer.sync, 0x20);
                put(temporal | self.key_idx.unwrap_or_default() & 0x1f);
            }
        }
        (out, len)
    }

    /// Whether the payload begins a frame: the start of the first partition.
    #[must_use]
    pub const fn starts_frame(&self) -> bool {
        self.partition_start && self.partition == 0
    }
}

/// What the first octets of a VP8 frame say (RFC 6386, section 9.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Vp8FrameHeader {
    /// The size of a key frame in pixels, width and height; `None` for an inter frame.
    pub key_frame: Option<(u16, u16)>,
    /// Whether the frame is meant to be shown.
    pub show: bool,
}

impl Vp8FrameHeader {
    /// Reads the header of `frame`, an encoded frame without descriptor.
    ///
    /// # Errors
    ///
    /// [`PayloadError::Empty`], [`Truncated`](PayloadError::Truncated) if the header is cut,
    /// [`Invalid`](PayloadError::Invalid) if the start code of a key frame is wrong.
    pub fn parse(frame: &[u8]) -> Result<Self, PayloadError> {
        let tag = *frame.first().ok_or(PayloadError::Empty)?;
        let show = tag & 0x10 != 0;
        if tag & 0x01 != 0 {
            return Ok(Self {
                key_frame: None,
                show,
            });
        }
        let header = frame.get(3..10).ok_or(PayloadError::Truncated)?;
        let &[a, b, c, w0, w1, h0, h1] = header else {
            return Err(PayloadError::Truncated);
        };
        if [a, b, c] != START_CODE {
            return Err(PayloadError::Invalid);
        }
        let side = |low, high| u16::from_le_bytes([low, high]) & 0x3fff;
        Ok(Self {
            key_frame: Some((side(w0, w1), side(h0, h1))),
            show,
        })
    }
}

fn take(rest: &mut &[u8]) -> Result<u8, PayloadError> {
    let (&octet, tail) = rest.split_first().ok_or(PayloadError::Truncated)?;
    *rest = tail;
    Ok(octet)
}

const START_CODE: [u8; 3] = [0x9d, 0x01, 0x2a];
