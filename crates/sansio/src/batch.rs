use std::num::NonZeroU16;

use crate::{Ecn, Frame, Path, Transmit};

/// A run of packets under construction in a caller's buffer.
///
/// The first packet sets the segment length; each later one gets exactly that budget. The run ends
/// with the first shorter packet, which belongs to it, or when the batch is full.
#[derive(Debug)]
pub struct Batch<'a> {
    buffer: &'a mut Vec<u8>,
    start: usize,
    max_segments: usize,
    max_bytes: usize,
    segments: usize,
    segment_len: usize,
    closed: bool,
}

impl<'a> Batch<'a> {
    /// A batch of at most `max_segments` packets and `max_bytes` octets behind what `buffer`
    /// already holds. Both are at least one packet: a first packet may always be as long as its
    /// own budget allows, up to `max_bytes`.
    #[inline]
    #[must_use]
    pub fn new(buffer: &'a mut Vec<u8>, max_segments: usize, max_bytes: usize) -> Self {
        Self {
            start: buffer.len(),
            buffer,
            max_segments: max_segments.max(1),
            max_bytes: max_bytes.min(usize::from(u16::MAX)),
            segments: 0,
            segment_len: 0,
            closed: false,
        }
    }

    /// Packets in the run so far.
    #[inline]
    #[must_use]
    pub fn segments(&self) -> usize {
        self.segments
    }

    /// Octets in the run so far.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.buffer.len() - self.start
    }

    /// Whether no packet was written yet.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.segments == 0
    }

    /// The budget of the next packet if its route allows `budget` octets; `None` when the run has
    /// ended.
    #[inline]
    #[must_use]
    pub fn next_budget(&self, budget: usize) -> Option<usize> {
        let room = self.max_bytes.saturating_sub(self.len());
        if self.segments == 0 {
            let budget = budget.min(room);
            return (budget > 0).then_some(budget);
        }
        let open = !self.closed
            && self.segments < self.max_segments
            && self.segment_len <= room
            && self.segment_len <= budget;
        open.then_some(self.segment_len)
    }

    /// Lets `fill` write one more packet of at most `budget` octets.
    ///
    /// `fill` gets a frame, writes into it and returns `Some`; the packet is then part of the run.
    /// Returns `None`, with the run as it was, when the run has ended, when `fill` returns `None`
    /// or when it writes nothing.
    #[inline]
    pub fn packet<R>(
        &mut self,
        budget: usize,
        fill: impl FnOnce(&mut Frame<'_>) -> Option<R>,
    ) -> Option<R> {
        let budget = self.next_budget(budget)?;
        let mut frame = Frame::new(self.buffer, budget);
        let result = fill(&mut frame)?;
        let len = frame.len();
        if len == 0 {
            return None;
        }
        frame.commit();
        if self.segments == 0 {
            self.segment_len = len;
        } else if len < self.segment_len {
            self.closed = true;
        }
        self.segments += 1;
        Some(result)
    }

    /// Ends the run: later calls of [`packet`](Self::packet) return `None`.
    #[inline]
    pub fn close(&mut self) {
        self.closed = true;
    }

    /// The run as the driver sends it, or `None` if it is empty.
    #[inline]
    #[must_use]
    pub fn transmit(&self, path: Path, ecn: Ecn) -> Option<Transmit> {
        if self.segments == 0 {
            return None;
        }
        let segment_len = if self.segments > 1 {
            u16::try_from(self.segment_len)
                .ok()
                .and_then(NonZeroU16::new)
        } else {
            None
        };
        Some(Transmit::new(path, ecn, self.len(), segment_len))
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use super::*;
    use crate::SocketId;

    fn path() -> Path {
        let ip = Ipv4Addr::LOCALHOST;
        Path::new(SocketId(0), ip.into(), SocketAddr::from((ip, 9)))
    }

    fn put(batch: &mut Batch<'_>, len: usize) -> Option<()> {
        batch.packet(1200, |frame| frame.put_slice(&vec![1; len]).ok())
    }

    #[test]
    fn a_shorter_packet_ends_the_run_and_belongs_to_it() {
        let mut buffer = Vec::new();
        let mut batch = Batch::new(&mut buffer, 10, 65_535);
        assert_eq!(put(&mut batch, 100), Some(()));
        assert_eq!(put(&mut batch, 101), None);
        assert_eq!(put(&mut batch, 100), Some(()));
        assert_eq!(put(&mut batch, 40), Some(()));
        assert_eq!(put(&mut batch, 40), None);
        let transmit = batch.transmit(path(), Ecn::NotEct).unwrap();
        assert_eq!(transmit.len(), 240);
        assert_eq!(transmit.segment_len().unwrap().get(), 100);
        let lens: Vec<_> = transmit.packets(&buffer).map(<[u8]>::len).collect();
        assert_eq!(lens, [100, 100, 40]);
    }

    #[test]
    fn a_batch_is_bounded_in_segments_and_octets() {
        let mut buffer = Vec::new();
        let mut batch = Batch::new(&mut buffer, 2, 65_535);
        assert!(put(&mut batch, 10).is_some() && put(&mut batch, 10).is_some());
        assert_eq!(put(&mut batch, 10), None);
        let mut buffer = Vec::new();
        let mut batch = Batch::new(&mut buffer, 100, 2_500);
        assert!(put(&mut batch, 1_200).is_some() && put(&mut batch, 1_200).is_some());
        assert_eq!(put(&mut batch, 10), None);
    }

    #[test]
    fn an_empty_packet_leaves_the_run_as_it_was() {
        let mut buffer = Vec::new();
        let mut batch = Batch::new(&mut buffer, 2, 65_535);
        assert_eq!(put(&mut batch, 0), None);
        assert_eq!(batch.transmit(path(), Ecn::NotEct), None);
        assert!(batch.is_empty());
    }
}
