#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::PayloadError;

/// What a sequence header says (AV1, section 5.5.1), as far as a transport needs it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SequenceHeader {
    /// `seq_profile`: 0 main, 1 high, 2 professional.
    pub profile: u8,
    /// `seq_level_idx` of the first operating point, 0 to 31.
    pub level_idx: u8,
    /// `seq_tier` of the first operating point, 0 or 1.
    pub tier: u8,
    /// Whether the sequence is one picture whose frame header is shortened.
    pub reduced_still_picture: bool,
    /// The layers of the first operating point, the one with all of them: a bit for each temporal
    /// layer, 0 to 7, and from bit 8 on for each spatial layer, 0 to 3; 0 without layers.
    pub operating_point_idc: u16,
    /// The largest width of a frame in pixels, 1 to 65,536.
    pub max_width: u32,
    /// The largest height of a frame in pixels, 1 to 65,536.
    pub max_height: u32,
}

impl SequenceHeader {
    /// Reads the start of `body`, a sequence header without the header of its unit.
    ///
    /// # Errors
    ///
    /// [`PayloadError::Truncated`] if it is cut, [`Invalid`](PayloadError::Invalid) for a profile
    /// above 2.
    pub fn parse(body: &[u8]) -> Result<Self, PayloadError> {
        let mut bits = Bits { body, at: 0 };
        let mut this = Self {
            profile: bits.small(3)?,
            ..Self::default()
        };
        if this.profile > 2 {
            return Err(PayloadError::Invalid);
        }
        let _still_picture = bits.flag()?;
        this.reduced_still_picture = bits.flag()?;
        if this.reduced_still_picture {
            this.level_idx = bits.small(5)?;
        } else {
            this.operating_points(&mut bits)?;
        }
        let width_bits = bits.bits(4)?.saturating_add(1);
        let height_bits = bits.bits(4)?.saturating_add(1);
        this.max_width = bits.bits(width_bits)?.saturating_add(1);
        this.max_height = bits.bits(height_bits)?.saturating_add(1);
        Ok(this)
    }

    /// How many temporal and how many spatial layers there are, 1 to 8 and 1 to 4.
    #[must_use]
    pub fn layers(&self) -> (u8, u8) {
        let count = |mask: u16| {
            let highest = u16::BITS.saturating_sub(mask.leading_zeros());
            u8::try_from(highest).unwrap_or(1).max(1)
        };
        (
            count(self.operating_point_idc & 0xff),
            count(self.operating_point_idc >> 8 & 0x0f),
        )
    }

    fn operating_points(&mut self, bits: &mut Bits<'_>) -> Result<(), PayloadError> {
        let mut delay_bits = None;
        if bits.flag()? {
            // timing_info
            bits.skip(64)?;
            if bits.flag()? {
                bits.skip_uvlc()?;
            }
            if bits.flag()? {
                delay_bits = Some(bits.bits(5)?.saturating_add(1));
                bits.skip(42)?;
            }
        }
        let has_display_delay = bits.flag()?;
        let count = bits.bits(5)?.saturating_add(1);
        for index in 0..count {
            let idc = bits.bits(12)?;
            let level_idx = bits.small(5)?;
            let tier = if level_idx > 7 { bits.small(1)? } else { 0 };
            if let Some(delay_bits) = delay_bits
                && bits.flag()?
            {
                bits.skip(delay_bits.saturating_mul(2).saturating_add(1))?;
            }
            if has_display_delay && bits.flag()? {
                bits.skip(4)?;
            }
            if index == 0 {
                self.operating_point_idc = u16::try_from(idc).unwrap_or(0);
                self.level_idx = level_idx;
                self.tier = tier;
            }
        }
        Ok(())
    }
}

/// Bits, the most significant of each octet first.
struct Bits<'a> {
    body: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn bits(&mut self, count: u32) -> Result<u32, PayloadError> {
        let mut value = 0;
        for _ in 0..count {
            let octet = self.body.get(self.at / 8).ok_or(PayloadError::Truncated)?;
            value = value << 1 | u32::from(octet >> (7 & !self.at) & 1);
            self.at = self.at.saturating_add(1);
        }
        Ok(value)
    }

    fn small(&mut self, count: u32) -> Result<u8, PayloadError> {
        u8::try_from(self.bits(count)?).map_err(|_| PayloadError::Invalid)
    }

    fn flag(&mut self) -> Result<bool, PayloadError> {
        Ok(self.bits(1)? != 0)
    }

    fn skip(&mut self, count: u32) -> Result<(), PayloadError> {
        (0..count).try_for_each(|_| self.bits(1).map(drop))
    }

    /// `uvlc()`: as many zeros as the number has bits behind its leading one.
    fn skip_uvlc(&mut self) -> Result<(), PayloadError> {
        let mut zeros = 0_u32;
        while !self.flag()? {
            zeros = zeros.saturating_add(1);
        }
        if zeros < 32 { self.skip(zeros) } else { Ok(()) }
    }
}
