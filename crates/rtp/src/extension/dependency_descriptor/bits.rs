#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

/// Reads bits, the most significant of each octet first.
#[derive(Clone, Copy, Debug)]
pub(super) struct BitReader<'a> {
    octets: &'a [u8],
    at: usize,
}

impl<'a> BitReader<'a> {
    pub(super) const fn new(octets: &'a [u8]) -> Self {
        Self { octets, at: 0 }
    }

    /// `f(n)`: a number of `count` bits, at most 32.
    pub(super) fn bits(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let octet = *self.octets.get(self.at / 8)?;
            let bit = octet >> (7 & !self.at) & 1;
            self.at = self.at.saturating_add(1);
            value = value << 1 | u32::from(bit);
        }
        Some(value)
    }

    /// A number of at most 8 bits.
    pub(super) fn small(&mut self, count: u32) -> Option<u8> {
        u8::try_from(self.bits(count)?).ok()
    }

    /// One bit.
    pub(super) fn flag(&mut self) -> Option<bool> {
        Some(self.bits(1)? != 0)
    }

    /// `ns(n)`: a number below `limit`, which is 1 to 64.
    pub(super) fn below(&mut self, limit: u8) -> Option<u8> {
        let (width, short) = shape(limit);
        let value = self.small(width.saturating_sub(1))?;
        if value < short {
            return Some(value);
        }
        let extra = self.small(1)?;
        (value << 1).checked_sub(short)?.checked_add(extra)
    }
}

/// Writes bits, the most significant of each octet first. Counts what does not fit.
#[derive(Debug)]
pub(super) struct BitWriter<'a> {
    octets: &'a mut [u8],
    at: usize,
}

impl<'a> BitWriter<'a> {
    /// A writer over `octets`, which are zeros.
    pub(super) const fn new(octets: &'a mut [u8]) -> Self {
        Self { octets, at: 0 }
    }

    /// The low `count` bits of `value`, at most 32.
    pub(super) fn bits(&mut self, count: u32, value: u32) {
        for place in (0..count).rev() {
            let bit = value.checked_shr(place).unwrap_or(0) & 1 != 0;
            if let (true, Some(octet)) = (bit, self.octets.get_mut(self.at / 8)) {
                *octet |= 0x80 >> (self.at & 7);
            }
            self.at = self.at.saturating_add(1);
        }
    }

    /// One bit.
    pub(super) fn flag(&mut self, value: bool) {
        self.bits(1, u32::from(value));
    }

    /// `ns(n)`: `value`, which is below `limit`, which is 1 to 64.
    pub(super) fn below(&mut self, limit: u8, value: u8) {
        let (width, short) = shape(limit);
        if value < short {
            self.bits(width.saturating_sub(1), u32::from(value));
        } else {
            self.bits(width, u32::from(value.saturating_add(short)));
        }
    }

    /// Octets that were needed so far.
    pub(super) const fn len(&self) -> usize {
        self.at.div_ceil(8)
    }
}

/// The bits of the longer form of `ns(limit)`, and how many values have the shorter one.
fn shape(limit: u8) -> (u32, u8) {
    let width = u8::BITS.saturating_sub(limit.leading_zeros());
    let short = 1_u16.checked_shl(width).unwrap_or(0);
    let short = short.saturating_sub(u16::from(limit));
    (width, u8::try_from(short).unwrap_or(u8::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of appendix A.8.2.
    #[test]
    fn numbers_below_five_have_two_or_three_bits() {
        let expected = [(2, 0b00), (2, 0b01), (2, 0b10), (3, 0b110), (3, 0b111)];
        for (value, (count, bits)) in (0..).zip(expected) {
            let mut octets = [0; 1];
            let mut writer = BitWriter::new(&mut octets);
            writer.below(5, value);
            assert_eq!(writer.at, count);
            assert_eq!(octets[0] >> (8 - count), bits);
            assert_eq!(BitReader::new(&octets).below(5), Some(value));
        }
    }

    #[test]
    fn every_number_below_a_limit_comes_back() {
        for limit in 1..=64 {
            for value in 0..limit {
                let mut octets = [0; 1];
                BitWriter::new(&mut octets).below(limit, value);
                assert_eq!(BitReader::new(&octets).below(limit), Some(value));
            }
        }
    }
}
