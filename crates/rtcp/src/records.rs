#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use core::fmt;
use core::marker::PhantomData;

use stonechat_rtp::Ssrc;

use crate::raw::put;

/// Something of fixed length of which packets carry lists.
pub trait Record: Copy + PartialEq {
    /// Its octets on the wire.
    type Wire: Copy + AsRef<[u8]> + for<'w> TryFrom<&'w [u8]>;

    /// Reads it; every combination of octets is one.
    fn from_wire(wire: Self::Wire) -> Self;

    /// As it goes on the wire; numbers too large for their field are cut down to the largest.
    fn to_wire(self) -> Self::Wire;
}

impl Record for Ssrc {
    type Wire = [u8; 4];

    fn from_wire(wire: [u8; 4]) -> Self {
        Self::from_be_bytes(wire)
    }

    fn to_wire(self) -> [u8; 4] {
        self.to_be_bytes()
    }
}

/// A list of records: a view of received octets, or of the caller's values for writing.
#[derive(Clone, Copy)]
pub struct Records<'a, T> {
    source: Source<'a, T>,
}

#[derive(Clone, Copy)]
enum Source<'a, T> {
    Wire(&'a [u8]),
    Values(&'a [T]),
}

impl<'a, T: Record> Records<'a, T> {
    /// No records.
    pub const EMPTY: Self = Self {
        source: Source::Values(&[]),
    };

    /// The records that `octets` are made of, or `None` if the last is cut.
    pub(crate) fn from_octets(octets: &'a [u8]) -> Option<Self> {
        octets
            .len()
            .is_multiple_of(Self::record_len())
            .then_some(Self {
                source: Source::Wire(octets),
            })
    }

    /// The first `count` records of `octets` and what follows, or `None` if there are fewer.
    pub(crate) fn take(octets: &'a [u8], count: usize) -> Option<(Self, &'a [u8])> {
        let len = count.checked_mul(Self::record_len())?;
        let (records, rest) = octets.split_at_checked(len)?;
        Some((
            Self {
                source: Source::Wire(records),
            },
            rest,
        ))
    }

    const fn record_len() -> usize {
        size_of::<T::Wire>()
    }

    /// The records in order.
    #[inline]
    #[must_use]
    pub const fn iter(&self) -> RecordsIter<'a, T> {
        RecordsIter {
            source: self.source,
            marker: PhantomData,
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self.source {
            Source::Wire(octets) => octets.len().checked_div(Self::record_len()).unwrap_or(0),
            Source::Values(values) => values.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Octets of all records.
    pub(crate) fn encoded_len(&self) -> usize {
        self.len().saturating_mul(Self::record_len())
    }

    /// Writes the first `limit` records.
    pub(crate) fn put_at_most(&self, limit: usize, out: &mut &mut [u8]) {
        for record in self.iter().take(limit) {
            put(out, record.to_wire().as_ref());
        }
    }
}

impl<T: Record> Default for Records<'_, T> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<'a, T: Record> From<&'a [T]> for Records<'a, T> {
    fn from(values: &'a [T]) -> Self {
        Self {
            source: Source::Values(values),
        }
    }
}

impl<'a, T: Record, const N: usize> From<&'a [T; N]> for Records<'a, T> {
    fn from(values: &'a [T; N]) -> Self {
        Self {
            source: Source::Values(values),
        }
    }
}

impl<'a, T: Record> IntoIterator for Records<'a, T> {
    type Item = T;
    type IntoIter = RecordsIter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: Record> PartialEq for Records<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: Record + fmt::Debug> fmt::Debug for Records<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// The records of a list in order.
#[derive(Clone)]
pub struct RecordsIter<'a, T> {
    source: Source<'a, T>,
    marker: PhantomData<T>,
}

impl<T: Record> Iterator for RecordsIter<'_, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        match &mut self.source {
            Source::Wire(octets) => {
                let (wire, rest) = octets.split_at_checked(size_of::<T::Wire>())?;
                *octets = rest;
                T::Wire::try_from(wire).ok().map(T::from_wire)
            }
            Source::Values(values) => {
                let (value, rest) = values.split_first()?;
                *values = rest;
                Some(*value)
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = Records {
            source: self.source,
        }
        .len();
        (len, Some(len))
    }
}

impl<T: Record> ExactSizeIterator for RecordsIter<'_, T> {}
impl<T: Record> core::iter::FusedIterator for RecordsIter<'_, T> {}

impl<T> fmt::Debug for RecordsIter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordsIter").finish_non_exhaustive()
    }
}
