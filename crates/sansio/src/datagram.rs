use std::time::Instant;

use bytes::BytesMut;

use crate::{Ecn, Path};

/// A datagram that arrived.
///
/// The payload is owned, so that layers decrypt in place and hand slices of it upwards.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Datagram {
    path: Path,
    ecn: Ecn,
    received: Instant,
    payload: BytesMut,
}

impl Datagram {
    /// A datagram of `payload` that came over `path` at `received`.
    #[inline]
    #[must_use]
    pub fn new(path: Path, ecn: Ecn, received: Instant, payload: BytesMut) -> Self {
        Self {
            path,
            ecn,
            received,
            payload,
        }
    }

    /// The path that it took.
    #[inline]
    #[must_use]
    pub fn path(&self) -> Path {
        self.path
    }

    /// Its congestion mark.
    #[inline]
    #[must_use]
    pub fn ecn(&self) -> Ecn {
        self.ecn
    }

    /// When it arrived; never later than the `now` of the call that hands it in.
    #[inline]
    #[must_use]
    pub fn received(&self) -> Instant {
        self.received
    }

    /// Its octets.
    #[inline]
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Gives the octets up, without a copy.
    #[inline]
    #[must_use]
    pub fn into_payload(self) -> BytesMut {
        self.payload
    }

    /// The same arrival as seen one layer further in: another path, another payload.
    #[inline]
    #[must_use]
    pub fn peeled(self, path: Path, peel: impl FnOnce(BytesMut) -> BytesMut) -> Self {
        Self {
            path,
            payload: peel(self.payload),
            ..self
        }
    }
}
