/// Room that a layer needs around what an inner layer writes, in octets.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Overhead {
    /// Before the inner layer's octets.
    pub head: usize,
    /// After them, at most.
    pub tail: usize,
}

impl Overhead {
    /// `head` octets before and at most `tail` after.
    #[inline]
    #[must_use]
    pub const fn new(head: usize, tail: usize) -> Self {
        Self { head, tail }
    }

    /// Both together.
    #[inline]
    #[must_use]
    pub const fn total(&self) -> usize {
        self.head + self.tail
    }
}

/// The frame has no room for what should be written; nothing was written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Full;

impl core::fmt::Display for Full {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("no room in the frame")
    }
}

impl core::error::Error for Full {}

/// A packet under construction at the end of a caller's buffer.
///
/// An outer layer [reserves](Self::reserve) room for its header and tag and hands the inner frame
/// on; the inner layer writes; the outer one seals in place and [commits](Self::commit). A frame
/// that is dropped without `commit` takes its octets back, so `?` is safe anywhere.
///
/// ```
/// use stonechat_sansio::{Frame, Overhead};
///
/// let mut buffer = Vec::new();
/// let mut packet = Frame::new(&mut buffer, 1200);
/// let mut record = packet.reserve(Overhead::new(2, 1)).unwrap();
/// record.put_slice(b"hello").unwrap();
/// let (head, body, tail) = record.seal(1);
/// head.copy_from_slice(&(body.len() as u16).to_be_bytes());
/// tail[0] = body.iter().fold(0, |sum, octet| sum ^ octet);
/// record.commit();
/// packet.commit();
/// assert_eq!(buffer, [0, 5, b'h', b'e', b'l', b'l', b'o', b'h' ^ b'e' ^ b'o']);
/// ```
#[derive(Debug)]
pub struct Frame<'a> {
    buffer: &'a mut Vec<u8>,
    /// Where the buffer is cut if the frame is dropped.
    start: usize,
    /// Where this layer's inner octets begin: `start` and the reserved head.
    body: usize,
    /// The buffer may not grow beyond this while the body is written.
    limit: usize,
    tail: usize,
    committed: bool,
}

impl<'a> Frame<'a> {
    /// A frame of at most `budget` octets behind what `buffer` already holds.
    #[inline]
    #[must_use]
    pub fn new(buffer: &'a mut Vec<u8>, budget: usize) -> Self {
        let start = buffer.len();
        Self {
            buffer,
            start,
            body: start,
            limit: start + budget,
            tail: 0,
            committed: false,
        }
    }

    /// Octets that can still be written.
    #[inline]
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.limit.saturating_sub(self.buffer.len())
    }

    /// What was written into this frame so far, without the reserved head.
    #[inline]
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.buffer.get(self.body..).unwrap_or_default()
    }

    /// The same, to be changed in place.
    #[inline]
    #[must_use]
    pub fn body_mut(&mut self) -> &mut [u8] {
        self.buffer.get_mut(self.body..).unwrap_or_default()
    }

    /// Octets written into this frame so far.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.buffer.len() - self.body
    }

    /// Whether nothing was written yet.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends `octets`.
    ///
    /// # Errors
    ///
    /// [`Full`] if they do not fit; nothing was written.
    #[inline]
    pub fn put_slice(&mut self, octets: &[u8]) -> Result<(), Full> {
        if octets.len() > self.remaining() {
            return Err(Full);
        }
        self.buffer.extend_from_slice(octets);
        Ok(())
    }

    /// Appends `len` zero octets and lets `write` fill them: the way to use a codec that writes
    /// into a slice.
    ///
    /// # Errors
    ///
    /// [`Full`] if they do not fit; nothing was written and `write` was not called.
    #[inline]
    pub fn put<R>(&mut self, len: usize, write: impl FnOnce(&mut [u8]) -> R) -> Result<R, Full> {
        if len > self.remaining() {
            return Err(Full);
        }
        let at = self.buffer.len();
        self.buffer.resize(at + len, 0);
        Ok(write(self.buffer.get_mut(at..).unwrap_or_default()))
    }

    /// Cuts the body to its first `len` octets, if it is longer.
    #[inline]
    pub fn truncate(&mut self, len: usize) {
        self.buffer.truncate(self.body + len);
    }

    /// Narrows the budget: at most `budget` octets can be written from now on.
    #[inline]
    pub fn narrow(&mut self, budget: usize) {
        self.limit = self.limit.min(self.buffer.len() + budget);
    }

    /// Opens an inner frame with room for `overhead` around it, or `None` if not even that fits.
    #[inline]
    pub fn reserve(&mut self, overhead: Overhead) -> Option<Frame<'_>> {
        if overhead.total() > self.remaining() {
            return None;
        }
        let start = self.buffer.len();
        let body = start + overhead.head;
        self.buffer.resize(body, 0);
        Some(Frame {
            body,
            start,
            limit: self.limit - overhead.tail,
            tail: overhead.tail,
            buffer: self.buffer,
            committed: false,
        })
    }

    /// Splits the frame into reserved head, body and `tail_len` octets of the reserved tail.
    ///
    /// Called once, after the body is complete. `tail_len` is cut to what was reserved, so it
    /// cannot run out of room.
    #[inline]
    pub fn seal(&mut self, tail_len: usize) -> (&mut [u8], &mut [u8], &mut [u8]) {
        let tail_len = tail_len.min(self.tail);
        self.tail -= tail_len;
        let end = self.buffer.len();
        self.buffer.resize(end + tail_len, 0);
        self.limit = self.buffer.len();
        let packet = self.buffer.get_mut(self.start..).unwrap_or_default();
        let (packet, tail) = packet.split_at_mut(end - self.start);
        let (head, body) = packet.split_at_mut(self.body - self.start);
        (head, body, tail)
    }

    /// Keeps what was written.
    #[inline]
    pub fn commit(mut self) {
        self.committed = true;
    }
}

impl Drop for Frame<'_> {
    #[inline]
    fn drop(&mut self) {
        if !self.committed {
            self.buffer.truncate(self.start);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_without_commit_takes_its_octets_back() {
        let mut buffer = b"kept".to_vec();
        {
            let mut outer = Frame::new(&mut buffer, 100);
            outer.put_slice(b"gone").unwrap();
            let mut inner = outer.reserve(Overhead::new(4, 4)).unwrap();
            inner.put_slice(b"gone too").unwrap();
            inner.commit();
        }
        assert_eq!(buffer, b"kept");
    }

    #[test]
    fn an_inner_frame_without_commit_leaves_the_outer_one_as_it_was() {
        let mut buffer = Vec::new();
        let mut outer = Frame::new(&mut buffer, 100);
        outer.put_slice(b"out").unwrap();
        outer
            .reserve(Overhead::new(4, 4))
            .unwrap()
            .put_slice(b"in")
            .unwrap();
        assert_eq!(outer.body(), b"out");
        outer.commit();
        assert_eq!(buffer, b"out");
    }

    #[test]
    fn the_budget_shrinks_by_each_reservation_and_sealing_always_fits() {
        let mut buffer = Vec::new();
        let mut outer = Frame::new(&mut buffer, 20);
        let mut inner = outer.reserve(Overhead::new(5, 6)).unwrap();
        assert_eq!(inner.remaining(), 9);
        assert_eq!(inner.put_slice(&[7; 10]), Err(Full));
        inner.put_slice(&[7; 9]).unwrap();
        assert!(inner.reserve(Overhead::new(1, 0)).is_none());
        let (head, body, tail) = inner.seal(6);
        assert_eq!((head.len(), body.len(), tail.len()), (5, 9, 6));
        inner.commit();
        assert_eq!((outer.remaining(), outer.len()), (0, 20));
        outer.commit();
        assert_eq!(buffer.len(), 20);
    }

    #[test]
    fn put_does_not_call_the_writer_when_full() {
        let mut buffer = Vec::new();
        let mut frame = Frame::new(&mut buffer, 3);
        let mut called = false;
        assert_eq!(frame.put(4, |_| called = true), Err(Full));
        assert!(!called);
        assert_eq!(frame.put(3, |slice| slice.fill(9)), Ok(()));
        assert_eq!(frame.body(), [9, 9, 9]);
    }
}
