use std::collections::VecDeque;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};

/// A payload protocol identifier (RFC 9260, section 3.3.1): what the payload is, to the layer
/// above.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Ppid(pub u32);

/// A message to be sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Message {
    /// What the payload is.
    pub ppid: Ppid,
    /// The payload; never empty (RFC 9260, section 6.2).
    pub payload: Bytes,
    /// Whether it is delivered in the order of its stream, or as soon as it is complete.
    pub ordered: bool,
    /// How long sending is tried.
    pub reliability: Reliability,
}

impl Message {
    /// A reliable, ordered message.
    #[must_use]
    pub const fn new(ppid: Ppid, payload: Bytes) -> Self {
        Self {
            ppid,
            payload,
            ordered: true,
            reliability: Reliability::Reliable,
        }
    }
}

/// How long sending a message is tried (RFC 3758, RFC 7496).
///
/// Where the peer does not know partial reliability every message is sent reliably.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Reliability {
    /// Until it is acknowledged.
    #[default]
    Reliable,
    /// Until one of its chunks was retransmitted this often; 0 sends each chunk once.
    MaxRetransmits(u16),
    /// For so long, counted from `send`.
    MaxLifetime(Duration),
}

/// A message that arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// What the payload is.
    pub ppid: Ppid,
    /// Whether it was sent in the order of its stream.
    pub ordered: bool,
    /// The payload.
    pub data: Chunks,
}

/// A payload as a list of slices of the packets that brought it.
#[derive(Clone, Debug, Default)]
pub struct Chunks {
    first: Bytes,
    rest: VecDeque<Bytes>,
    len: usize,
}

impl Chunks {
    /// Room for `count` slices.
    pub(crate) fn with_capacity(count: usize) -> Self {
        let rest = if count > 1 {
            VecDeque::with_capacity(count - 1)
        } else {
            VecDeque::new()
        };
        Self {
            first: Bytes::new(),
            rest,
            len: 0,
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, slice: Bytes) {
        self.len += slice.len();
        if self.first.is_empty() && self.rest.is_empty() {
            self.first = slice;
        } else {
            self.rest.push_back(slice);
        }
    }

    /// Octets that are left.
    #[inline]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether none is left.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The octets in one piece: without a copy if they came in one chunk, else with one.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        if self.rest.is_empty() {
            return self.first;
        }
        let mut whole = BytesMut::with_capacity(self.len);
        whole.extend_from_slice(&self.first);
        for slice in &self.rest {
            whole.extend_from_slice(slice);
        }
        whole.freeze()
    }
}

impl From<Bytes> for Chunks {
    fn from(slice: Bytes) -> Self {
        Self {
            len: slice.len(),
            first: slice,
            rest: VecDeque::new(),
        }
    }
}

impl Buf for Chunks {
    #[inline]
    fn remaining(&self) -> usize {
        self.len
    }

    #[inline]
    fn chunk(&self) -> &[u8] {
        &self.first
    }

    /// Goes on by `count` octets, or to the end if there are fewer.
    fn advance(&mut self, count: usize) {
        let mut count = count.min(self.len);
        self.len -= count;
        while count > 0 || self.first.is_empty() {
            let step = count.min(self.first.len());
            self.first.advance(step);
            count -= step;
            if self.first.is_empty() {
                match self.rest.pop_front() {
                    Some(next) => self.first = next,
                    None => return,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_read_as_one_buffer() {
        let mut chunks = Chunks::with_capacity(3);
        for part in ["ab", "cde", "f"] {
            chunks.push(Bytes::from_static(part.as_bytes()));
        }
        assert_eq!(chunks.len(), 6);
        assert_eq!(chunks.clone().into_bytes(), "abcdef");
        chunks.advance(1);
        assert_eq!(chunks.chunk(), b"b");
        chunks.advance(3);
        assert_eq!((chunks.chunk(), chunks.remaining()), (&b"e"[..], 2));
        let mut out = [0; 2];
        chunks.copy_to_slice(&mut out);
        assert_eq!(&out, b"ef");
        assert!(chunks.is_empty());
    }
}
