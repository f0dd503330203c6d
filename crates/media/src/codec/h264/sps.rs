//! The size of pictures, from a sequence parameter set (ITU-T H.264, 7.3.2.1.1).

/// Width and height in pixels, cropped, that a sequence parameter set tells.
pub(crate) fn dimensions(unit: &[u8]) -> Option<(u16, u16)> {
    let mut bits = Bits::new(unit.get(1..)?);
    let profile = bits.take(8)?;
    bits.skip(16)?;
    bits.unsigned()?;
    let mut chroma_format = 1;
    if HIGH_PROFILES.contains(&profile) {
        chroma_format = bits.unsigned()?;
        if chroma_format == 3 {
            bits.skip(1)?;
        }
        bits.unsigned()?;
        bits.unsigned()?;
        bits.skip(1)?;
        if bits.flag()? {
            let lists = if chroma_format == 3 { 12 } else { 8 };
            for list in 0..lists {
                if bits.flag()? {
                    skip_scaling_list(&mut bits, if list < 6 { 16 } else { 64 })?;
                }
            }
        }
    }
    bits.unsigned()?;
    match bits.unsigned()? {
        0 => {
            bits.unsigned()?;
        }
        1 => {
            bits.skip(1)?;
            bits.signed()?;
            bits.signed()?;
            for _ in 0..bits.unsigned()?.min(255) {
                bits.signed()?;
            }
        }
        _ => {}
    }
    bits.unsigned()?;
    bits.skip(1)?;
    let columns = bits.unsigned()?.checked_add(1)?;
    let rows = bits.unsigned()?.checked_add(1)?;
    let frames_only = bits.flag()?;
    if !frames_only {
        bits.skip(1)?;
    }
    bits.skip(1)?;
    let fields: u32 = if frames_only { 1 } else { 2 };
    let mut width = columns.checked_mul(16)?;
    let mut height = rows.checked_mul(16)?.checked_mul(fields)?;
    if bits.flag()? {
        let (across, down) = match chroma_format {
            1 => (2, 2),
            2 => (2, 1),
            _ => (1, 1),
        };
        let mut crop = |unit: u32| bits.unsigned()?.checked_mul(unit);
        let left = crop(across)?;
        let right = crop(across)?;
        let down = u32::checked_mul(down, fields)?;
        let top = crop(down)?;
        let bottom = crop(down)?;
        width = width.checked_sub(left)?.checked_sub(right)?;
        height = height.checked_sub(top)?.checked_sub(bottom)?;
    }
    Some((u16::try_from(width).ok()?, u16::try_from(height).ok()?))
}

fn skip_scaling_list(bits: &mut Bits<'_>, len: u32) -> Option<()> {
    let (mut last, mut next) = (8_i64, 8_i64);
    for _ in 0..len {
        if next != 0 {
            let delta = bits.signed()?;
            next = last.wrapping_add(delta).wrapping_add(256).rem_euclid(256);
        }
        if next != 0 {
            last = next;
        }
    }
    Some(())
}

/// Bits of a unit, without the octets that keep start codes out of it (7.4.1).
struct Bits<'a> {
    octets: &'a [u8],
    at: usize,
    zeros: u8,
    current: u8,
    left: u8,
}

impl<'a> Bits<'a> {
    fn new(octets: &'a [u8]) -> Self {
        Self {
            octets,
            at: 0,
            zeros: 0,
            current: 0,
            left: 0,
        }
    }

    fn flag(&mut self) -> Option<bool> {
        if self.left == 0 {
            self.load()?;
        }
        self.left = self.left.saturating_sub(1);
        Some((self.current >> self.left) & 1 == 1)
    }

    fn load(&mut self) -> Option<()> {
        let mut octet = *self.octets.get(self.at)?;
        self.at = self.at.saturating_add(1);
        if octet == 3 && self.zeros >= 2 {
            self.zeros = 0;
            octet = *self.octets.get(self.at)?;
            self.at = self.at.saturating_add(1);
        }
        self.zeros = if octet == 0 {
            self.zeros.saturating_add(1)
        } else {
            0
        };
        self.current = octet;
        self.left = 8;
        Some(())
    }

    fn take(&mut self, count: u32) -> Option<u32> {
        let mut value = 0_u32;
        for _ in 0..count {
            value = value.wrapping_shl(1) | u32::from(self.flag()?);
        }
        Some(value)
    }

    fn skip(&mut self, count: u32) -> Option<()> {
        self.take(count).map(|_| ())
    }

    /// `ue(v)` (9.1).
    fn unsigned(&mut self) -> Option<u32> {
        let mut zeros = 0_u32;
        while !self.flag()? {
            zeros = zeros.checked_add(1).filter(|zeros| *zeros < 32)?;
        }
        let base = 1_u32.checked_shl(zeros)?.checked_sub(1)?;
        base.checked_add(self.take(zeros)?)
    }

    /// `se(v)` (9.1.1).
    fn signed(&mut self) -> Option<i64> {
        let code = i64::from(self.unsigned()?);
        let half = code.saturating_add(1) / 2;
        Some(if code % 2 == 0 {
            half.saturating_neg()
        } else {
            half
        })
    }
}

/// Profiles whose sets tell the chroma format.
const HIGH_PROFILES: [u32; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "numbers of a test are small"
)]
mod tests {
    use super::*;

    /// Writes the fields of a set, each as `(value, bits)`, or `ue(v)` if there are no bits.
    fn set(fields: &[(u32, Option<u32>)]) -> Vec<u8> {
        let mut bits = Vec::new();
        for (value, len) in fields {
            let (value, len) = match len {
                Some(len) => (*value, *len),
                None => {
                    let code = value + 1;
                    let zeros = 31 - code.leading_zeros();
                    bits.extend(std::iter::repeat_n(false, zeros as usize));
                    (code, zeros + 1)
                }
            };
            bits.extend((0..len).rev().map(|bit| (value >> bit) & 1 == 1));
        }
        bits.push(true);
        let mut unit = vec![0x67];
        for octet in bits.chunks(8) {
            let octet = octet.iter().enumerate().fold(0_u8, |octet, (index, bit)| {
                octet | u8::from(*bit) << (7 - index)
            });
            let zeros = unit.iter().rev().take_while(|octet| **octet == 0).count();
            if zeros >= 2 && octet <= 3 {
                unit.push(3);
            }
            unit.push(octet);
        }
        unit
    }

    #[test]
    fn sizes_are_read_with_cropping_from_a_baseline_set() {
        // 1920 × 1080: 120 × 68 macroblocks, four lines of chroma cropped.
        let unit = set(&[
            (66, Some(8)),
            (0xc0_1f, Some(16)),
            (0, None),
            (0, None),
            (0, None),
            (0, None),
            (1, None),
            (0, Some(1)),
            (119, None),
            (67, None),
            (1, Some(1)),
            (1, Some(1)),
            (1, Some(1)),
            (0, None),
            (0, None),
            (0, None),
            (4, None),
            (0, Some(1)),
        ]);
        assert_eq!(dimensions(&unit), Some((1920, 1080)));
    }

    #[test]
    fn sizes_are_read_from_a_high_set_and_a_cut_one_tells_none() {
        let unit = set(&[
            (100, Some(8)),
            (0x00_1f, Some(16)),
            (0, None),
            (1, None),
            (0, None),
            (0, None),
            (0, Some(1)),
            (0, Some(1)),
            (0, None),
            (2, None),
            (1, None),
            (0, Some(1)),
            (79, None),
            (44, None),
            (1, Some(1)),
            (1, Some(1)),
            (0, Some(1)),
            (0, Some(1)),
        ]);
        assert_eq!(dimensions(&unit), Some((1280, 720)));
        for len in 0..unit.len() - 2 {
            let _ = dimensions(&unit[..len]);
        }
        assert_eq!(dimensions(&unit[..5]), None);
        assert_eq!(dimensions(&[]), None);
    }
}
