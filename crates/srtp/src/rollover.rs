use stonechat_rtp::SequenceNumber;

/// Indices are below this.
pub(crate) const INDEX_END: u64 = 1 << 48;

/// The index of a packet with `sequence`, given the highest index of its stream so far: the
/// nearest one (RFC 3711, section 3.3.1). `None` if that would be before the stream's rollover 0
/// or after its last index.
pub(crate) const fn estimate(highest: u64, sequence: SequenceNumber) -> Option<u64> {
    let [_, _, _, _, _, _, a, b] = highest.to_be_bytes();
    let last = SequenceNumber(u16::from_be_bytes([a, b]));
    match highest.checked_add_signed(sequence.distance_from(last) as i64) {
        Some(index) if index < INDEX_END => Some(index),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pseudo code of RFC 3711, appendix A, in 64 bits.
    fn by_the_rfc(roc: i64, last: i64, sequence: i64) -> i64 {
        let cycle = if last < 32_768 {
            if sequence - last > 32_768 {
                roc - 1
            } else {
                roc
            }
        } else if last - 32_768 > sequence {
            roc + 1
        } else {
            roc
        };
        cycle * 65_536 + sequence
    }

    #[test]
    fn the_estimate_is_that_of_the_rfc() {
        for last in (0..65_536_i64)
            .step_by(4_093)
            .chain([0, 32_767, 32_768, 65_535])
        {
            for sequence in (0..65_536_i64).step_by(257) {
                // Half the number space away both cycles are equally near.
                if (sequence - last).abs() == 32_768 {
                    continue;
                }
                let expected = by_the_rfc(7, last, sequence);
                let highest = u64::try_from(7 * 65_536 + last).unwrap();
                let sequence = SequenceNumber(u16::try_from(sequence).unwrap());
                let index = estimate(highest, sequence).unwrap();
                assert_eq!(i64::try_from(index).unwrap(), expected, "{last} {sequence}");
            }
        }
    }

    #[test]
    fn there_is_no_index_outside_of_48_bits() {
        assert_eq!(estimate(3, SequenceNumber(65_530)), None);
        assert_eq!(estimate(INDEX_END - 1, SequenceNumber(0)), None);
        assert_eq!(
            estimate(INDEX_END - 2, SequenceNumber(65_535)),
            Some(INDEX_END - 1)
        );
    }
}
