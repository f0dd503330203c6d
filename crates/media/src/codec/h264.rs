#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod sps;

use std::ops::Range;

pub(crate) use sps::dimensions;

/// The type of a NAL unit or of a packet (ITU-T H.264, table 7-1; RFC 6184, section 5.2).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct NalType(pub u8);

impl NalType {
    /// A slice of a picture that is not IDR.
    pub const SLICE: Self = Self(1);
    /// A slice of an IDR picture: decoding can start here.
    pub const IDR: Self = Self(5);
    /// Supplemental enhancement information.
    pub const SEI: Self = Self(6);
    /// Sequence parameter set.
    pub const SPS: Self = Self(7);
    /// Picture parameter set.
    pub const PPS: Self = Self(8);
    /// Access unit delimiter.
    pub const DELIMITER: Self = Self(9);
    /// Packet of several NAL units with one timestamp.
    pub const STAP_A: Self = Self(24);
    /// Packet with a fragment of one NAL unit.
    pub const FU_A: Self = Self(28);

    /// The type in the first octet of a NAL unit or packet.
    #[must_use]
    pub const fn of(octet: u8) -> Self {
        Self(octet & 0x1f)
    }

    /// Whether this is a NAL unit of the codec, types 1 to 23, that a packet may hold as it is.
    #[must_use]
    pub const fn is_nal_unit(self) -> bool {
        matches!(self.0, 1..=23)
    }

    /// Whether the unit holds part of a picture, types 1 to 5.
    #[must_use]
    pub const fn is_slice(self) -> bool {
        matches!(self.0, 1..=5)
    }

    /// Whether the unit, after a slice, begins the next access unit (H.264, 7.4.1.2.3).
    #[must_use]
    pub const fn precedes_slices(self) -> bool {
        matches!(self.0, 6..=9 | 14..=18)
    }
}

/// Whether `nal` is a slice that begins a picture: `first_mb_in_slice` is 0.
#[must_use]
pub fn begins_picture(nal: &[u8]) -> bool {
    let (Some(&header), Some(&first)) = (nal.first(), nal.get(1)) else {
        return false;
    };
    matches!(NalType::of(header).0, 1 | 2 | 5) && first & 0x80 != 0
}

/// The places of the NAL units in `stream`, an Annex-B octet stream: between start codes of three
/// or four octets, without zeros that follow a unit. Empty units are left out, as is what precedes
/// the first start code.
pub fn nal_units(stream: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut next = find_start_code(stream, 0);
    std::iter::from_fn(move || {
        loop {
            let start = next?.saturating_add(3);
            next = find_start_code(stream, start);
            let end = next.unwrap_or(stream.len());
            let unit = stream.get(start..end).unwrap_or_default();
            let zeros = unit.iter().rev().take_while(|&&octet| octet == 0).count();
            let end = end.saturating_sub(zeros);
            if start < end {
                return Some(start..end);
            }
        }
    })
}

/// Where the next three octets 0, 0, 1 begin, from `from` on.
pub(crate) fn find_start_code(stream: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        // The last octet of a start code is the rarest: step over what cannot hold one.
        match *stream.get(at.saturating_add(2))? {
            0 => at = at.saturating_add(1),
            1 if stream.get(at) == Some(&0) && stream.get(at.saturating_add(1)) == Some(&0) => {
                return Some(at);
            }
            _ => at = at.saturating_add(3),
        }
    }
}

/// The start code that is written before each unit.
pub(crate) const START_CODE: [u8; 4] = [0, 0, 0, 1];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_found_behind_short_and_long_start_codes() {
        let stream = [
            9, 9, 0, 0, 1, 0x67, 1, 0, 0, 0, 1, 0x68, 2, 0, 0, 0, 0, 1, 0, 0, 1, 0x65,
        ];
        let units: Vec<_> = nal_units(&stream)
            .map(|range| stream[range].to_vec())
            .collect();
        assert_eq!(units, [vec![0x67, 1], vec![0x68, 2], vec![0x65]]);
        assert_eq!(nal_units(&[]).count(), 0);
        assert_eq!(nal_units(&[0, 0, 1]).count(), 0);
        assert_eq!(nal_units(&[1, 2, 3]).count(), 0);
    }
}
