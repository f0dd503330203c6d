use std::num::NonZeroU16;

use crate::{Dscp, Ecn, Path};

/// A finished run of packets in the buffer that was given to [`Batch`](crate::Batch).
///
/// The run is `len` octets long and splits into packets of `segment_len` octets, of which the last
/// may be shorter. Without `segment_len` it is one packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Transmit {
    path: Path,
    ecn: Ecn,
    dscp: Dscp,
    len: usize,
    segment_len: Option<NonZeroU16>,
}

impl Transmit {
    /// A run of `len` octets in packets of `segment_len` for `path`.
    #[inline]
    #[must_use]
    pub const fn new(path: Path, ecn: Ecn, len: usize, segment_len: Option<NonZeroU16>) -> Self {
        Self {
            path,
            ecn,
            dscp: Dscp::DF,
            len,
            segment_len,
        }
    }

    /// The same run, whose packets shall carry this code point.
    #[inline]
    #[must_use]
    pub const fn with_dscp(self, dscp: Dscp) -> Self {
        Self { dscp, ..self }
    }

    /// Where the run goes.
    #[inline]
    #[must_use]
    pub const fn path(&self) -> Path {
        self.path
    }

    /// The mark that each packet shall carry.
    #[inline]
    #[must_use]
    pub const fn ecn(&self) -> Ecn {
        self.ecn
    }

    /// The code point that each packet shall carry, if the driver can mark packets.
    #[inline]
    #[must_use]
    pub const fn dscp(&self) -> Dscp {
        self.dscp
    }

    /// Octets of the whole run.
    #[inline]
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a run is never empty")]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Octets of each packet but the last; `None` for a single packet.
    #[inline]
    #[must_use]
    pub const fn segment_len(&self) -> Option<NonZeroU16> {
        self.segment_len
    }

    /// Splits `run`, the octets of this transmit, into its packets.
    pub fn packets<'a>(&self, run: &'a [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let size = self
            .segment_len
            .map_or_else(|| run.len().max(1), |len| usize::from(len.get()));
        run.chunks(size)
    }
}
