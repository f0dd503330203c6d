use std::collections::VecDeque;

use stonechat_rtp::Ssrc;
use stonechat_sansio::{Map, Seed};

use super::{ReceiverId, SenderId};

/// What happened. Flags and small facts, each at most once per object until it was polled.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A receiver has frames or packets to take.
    Readable(ReceiverId),
    /// A sender that refused a frame with `Blocked` has room.
    Writable(SenderId),
    /// The remote end asks for a key frame.
    KeyframeRequested(SenderId),
    /// A receiver listens to this source now, for the first time or instead of another.
    SourceChanged(ReceiverId, Ssrc),
    /// The sender of what a receiver listens to has ended the stream.
    Bye(ReceiverId),
    /// A telephone event of a receiver ended: see `recv_tone`.
    Tone(ReceiverId),
    /// Frames of a sender wait for a transform: see `poll_untransformed_sent`.
    UntransformedSent(SenderId),
    /// Frames of a receiver wait for a transform: see `poll_untransformed_received`.
    UntransformedReceived(ReceiverId),
    /// The remote end estimates that it can receive so many bits per second (REMB).
    BitrateEstimate(u64),
    /// Congestion feedback came: see `poll_packet_result`.
    PacketResults,
    /// Everything ended; nothing happens any more.
    Closed,
}

/// Events not yet polled.
#[derive(Debug)]
pub(super) struct Events {
    queue: VecDeque<Event>,
    /// What is queued, by kind and object.
    queued: Map<(u8, u64), ()>,
}

impl Events {
    pub(super) fn new(seed: &Seed) -> Self {
        Self {
            queue: VecDeque::new(),
            queued: Map::new(seed),
        }
    }

    /// Queues `event`, unless one of its kind about its object is queued.
    pub(super) fn push(&mut self, event: Event) {
        if self.queued.insert(key(event), ()).is_none() {
            self.queue.push_back(event);
        } else if matches!(event, Event::SourceChanged(..) | Event::BitrateEstimate(_))
            && let Some(old) = self.queue.iter_mut().find(|old| key(**old) == key(event))
        {
            // The newest fact is the one that counts.
            *old = event;
        }
    }

    pub(super) fn poll(&mut self) -> Option<Event> {
        let event = self.queue.pop_front()?;
        let _ = self.queued.swap_remove(&key(event));
        Some(event)
    }

    pub(super) fn clear(&mut self) {
        self.queue.clear();
        self.queued.clear();
    }
}

fn key(event: Event) -> (u8, u64) {
    match event {
        Event::Readable(id) => (0, id.0.to_u64()),
        Event::Writable(id) => (1, id.0.to_u64()),
        Event::KeyframeRequested(id) => (2, id.0.to_u64()),
        Event::SourceChanged(id, _) => (3, id.0.to_u64()),
        Event::Bye(id) => (4, id.0.to_u64()),
        Event::BitrateEstimate(_) => (5, 0),
        Event::PacketResults => (6, 0),
        Event::Closed => (7, 0),
        Event::Tone(id) => (8, id.0.to_u64()),
        Event::UntransformedSent(id) => (9, id.0.to_u64()),
        Event::UntransformedReceived(id) => (10, id.0.to_u64()),
    }
}
