use crate::SequenceNumber;

/// A sequence number with its count of cycles above the low 16 bits, so that it never wraps
/// (RFC 3550, appendix A.1).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ExtendedSequence(pub u64);

impl ExtendedSequence {
    /// The first number of a stream, in cycle 0.
    #[inline]
    #[must_use]
    pub const fn first(sequence: SequenceNumber) -> Self {
        Self(sequence.0 as u64)
    }

    /// The extended number with these low 16 bits that is nearest to `self`; a number that would
    /// lie before cycle 0 is in cycle 0.
    ///
    /// The caller decides whether the result becomes its new reference: with SRTP only an
    /// authenticated packet may.
    #[inline]
    #[must_use]
    pub const fn nearest(self, sequence: SequenceNumber) -> Self {
        let distance = sequence.distance_from(self.sequence()) as i64;
        match self.0.checked_add_signed(distance) {
            Some(value) => Self(value),
            None if distance < 0 => Self::first(sequence),
            None => self,
        }
    }

    /// The low 16 bits, as on the wire.
    #[inline]
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the low bits are asked for"
    )]
    pub const fn sequence(self) -> SequenceNumber {
        SequenceNumber(self.0 as u16)
    }

    /// How often the sequence number has wrapped.
    #[inline]
    #[must_use]
    pub const fn cycles(self) -> u64 {
        self.0 >> 16
    }

    /// The low 32 bits, as a report block carries them (RFC 3550, section 6.4.1).
    #[inline]
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the low bits are asked for"
    )]
    pub const fn low_32(self) -> u32 {
        self.0 as u32
    }

    /// The one after it.
    #[inline]
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}
