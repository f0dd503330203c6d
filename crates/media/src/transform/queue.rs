use std::collections::VecDeque;

use super::FrameTicket;

/// What a queue has to know of frames.
pub trait TransformFrame {
    /// Whether it is video: frames depend on those before.
    fn is_video(&self) -> bool;
    /// Whether decoding can start at it.
    fn is_key(&self) -> bool;
    /// Octets of it.
    fn octets(&self) -> usize;
}

/// What bounds a queue.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TransformLimits {
    /// Frames that wait.
    pub frames: usize,
    /// Octets of them.
    pub octets: usize,
}

impl Default for TransformLimits {
    fn default() -> Self {
        Self {
            frames: 128,
            octets: 16 << 20,
        }
    }
}

/// Counts of a transform.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct TransformStats {
    /// Frames that were put in.
    pub frames_in: u64,
    /// Frames that came back.
    pub frames_out: u64,
    /// Frames that nobody took in time.
    pub frames_dropped: u64,
    /// Frames that were refused when they came back.
    pub frames_rejected: u64,
}

/// What became of the frames of a queue when one was put in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Pushed {
    /// All wait.
    Stored,
    /// Older ones made room.
    Dropped,
    /// Video was dropped, and what follows is dropped up to the next key frame: ask for one.
    NeedsKeyFrame,
}

/// Frames that wait for a transform, and the order in which they come back.
///
/// When it is full the oldest audio goes; of video, everything before the next key frame.
#[derive(Clone, Debug)]
pub struct TransformQueue<F> {
    waiting: VecDeque<(FrameTicket, F)>,
    octets: usize,
    limits: TransformLimits,
    last_in: u64,
    last_taken: u64,
    last_out: u64,
    waits_for_key: bool,
    stats: TransformStats,
}

impl<F: TransformFrame> TransformQueue<F> {
    /// An empty queue.
    #[must_use]
    pub fn new(limits: TransformLimits) -> Self {
        Self {
            waiting: VecDeque::new(),
            octets: 0,
            limits,
            last_in: 0,
            last_taken: 0,
            last_out: 0,
            waits_for_key: false,
            stats: TransformStats::default(),
        }
    }

    /// Puts a frame at the end.
    pub fn push(&mut self, frame: F) -> Pushed {
        self.last_in += 1;
        self.push_with(FrameTicket(self.last_in), frame)
    }

    /// Puts a frame at the end that has a ticket of another queue.
    pub fn push_with(&mut self, ticket: FrameTicket, frame: F) -> Pushed {
        self.stats.frames_in += 1;
        if self.waits_for_key && frame.is_video() {
            if !frame.is_key() {
                self.stats.frames_dropped += 1;
                return Pushed::NeedsKeyFrame;
            }
            self.waits_for_key = false;
        }
        let video = frame.is_video();
        self.octets += frame.octets();
        self.waiting.push_back((ticket, frame));
        if !self.is_over() {
            return Pushed::Stored;
        }
        while self.is_over() {
            self.drop_oldest();
        }
        if !video {
            return Pushed::Dropped;
        }
        while self
            .waiting
            .front()
            .is_some_and(|(_, frame)| !frame.is_key())
        {
            self.drop_oldest();
        }
        if self.waiting.is_empty() {
            self.waits_for_key = true;
            return Pushed::NeedsKeyFrame;
        }
        Pushed::Dropped
    }

    fn is_over(&self) -> bool {
        self.waiting.len() > self.limits.frames
            || self.octets > self.limits.octets && !self.waiting.is_empty()
    }

    fn drop_oldest(&mut self) {
        if let Some((_, frame)) = self.waiting.pop_front() {
            self.octets = self.octets.saturating_sub(frame.octets());
            self.stats.frames_dropped += 1;
        }
    }

    /// Takes the oldest frame.
    pub fn poll(&mut self) -> Option<(FrameTicket, F)> {
        let (ticket, frame) = self.waiting.pop_front()?;
        self.octets = self.octets.saturating_sub(frame.octets());
        self.last_taken = self.last_taken.max(ticket.0);
        Some((ticket, frame))
    }

    /// Whether the frame may come back now: it was taken, and none behind it came back before it.
    /// If so, none before it can come back any more.
    pub fn accept(&mut self, ticket: FrameTicket) -> bool {
        if ticket.0 <= self.last_out || ticket.0 > self.last_taken {
            self.stats.frames_rejected += 1;
            return false;
        }
        self.last_out = ticket.0;
        self.stats.frames_out += 1;
        true
    }

    /// Whether no frame is missing between the one that came back last and `ticket`.
    #[must_use]
    pub const fn follows(&self, ticket: FrameTicket) -> bool {
        ticket.0 == self.last_out + 1
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Counts.
    #[must_use]
    pub const fn stats(&self) -> TransformStats {
        self.stats
    }
}
