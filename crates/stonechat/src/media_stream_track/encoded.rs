//! Encoded frames: written to local tracks, read from remote ones.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use stonechat_media::{MediaFrame, OutgoingFrame};
use stonechat_peerconnection::{SendMediaError, SenderId};
use tokio::sync::{Notify, oneshot};

use super::source::Origin;
use super::track::TrackCore;
use super::{MediaStreamTrack, MediaStreamTrackState};
use crate::driver::Command;
use crate::shared::Shared;

/// Frames that a remote track holds for a slow reader; then the oldest goes, and is counted.
const FRAMES: usize = 256;

/// Why a frame was not sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteFrameError {
    /// The media of the track comes from a receiver or a device; only tracks that the application
    /// made are written to.
    #[error("a track of a receiver or a device cannot be written to")]
    Remote,
    /// The track has ended.
    #[error("the track has ended")]
    Ended,
    /// No sender sends the track now: it was not added, not negotiated, or not connected yet.
    #[error("no sender sends the track now")]
    Inactive,
    /// The frame does not fit its codec or the limits.
    #[error("the frame is malformed or too large for its codec")]
    Malformed,
}

impl MediaStreamTrack {
    /// Sends an encoded frame by all senders that the track, or a clone of it, was added to.
    ///
    /// Waits while a sender is full, so that a file can be written as fast as it leaves; live
    /// sources give frames at their own pace. Tracks that are disabled send nothing, and that is no
    /// error.
    ///
    /// # Errors
    ///
    /// [`WriteFrameError`] if no sender took the frame.
    pub async fn write_frame(&self, frame: OutgoingFrame) -> Result<(), WriteFrameError> {
        let source = self.core.source();
        if !matches!(source.origin(), Origin::Application) {
            return Err(WriteFrameError::Remote);
        }
        if self.ready_state() == MediaStreamTrackState::Ended {
            return Err(WriteFrameError::Ended);
        }
        let mut result = Err(WriteFrameError::Inactive);
        for track in source.tracks() {
            if !track.flows() {
                result = Ok(());
                continue;
            }
            for (shared, sender) in track.sinks() {
                let Some(shared) = shared.upgrade() else {
                    continue;
                };
                match send(&shared, sender, frame.clone()).await {
                    Ok(()) => result = Ok(()),
                    Err(error) if result.is_err() => result = Err(error),
                    Err(_) => {}
                }
            }
        }
        result
    }

    /// The next encoded frame of a remote track, in decode order; `None` once the track has ended
    /// and all frames were taken. Also `None` for a local track.
    ///
    /// Nothing is lost if the future is dropped before it is ready. A reader that is too slow
    /// loses the oldest frames; [`frames_dropped`](Self::frames_dropped) counts them. While the
    /// track is disabled no frames come.
    pub async fn recv_frame(&self) -> Option<MediaFrame> {
        if !matches!(self.core.source().origin(), Origin::Receiver) {
            return None;
        }
        self.core.frames.recv().await
    }

    /// Frames that were dropped because nobody took them in time.
    #[must_use]
    pub fn frames_dropped(&self) -> u64 {
        self.core.frames.lock().dropped
    }

    /// From now on frames also go by this sender.
    pub(crate) fn attach(&self, shared: &Arc<Shared>, sender: SenderId) {
        self.detach(shared, sender);
        lock(&self.core.sinks).push((Arc::downgrade(shared), sender));
    }

    /// Frames do not go by this sender any more.
    pub(crate) fn detach(&self, shared: &Arc<Shared>, sender: SenderId) {
        lock(&self.core.sinks).retain(|(of, other)| {
            of.strong_count() > 0
                && !(*other == sender && Weak::ptr_eq(of, &Arc::downgrade(shared)))
        });
    }
}

impl TrackCore {
    fn sinks(&self) -> Vec<Sink> {
        lock(&self.sinks).clone()
    }
}

async fn send(
    shared: &Arc<Shared>,
    sender: SenderId,
    frame: OutgoingFrame,
) -> Result<(), WriteFrameError> {
    let core = {
        let mut state = shared.session();
        state.hub.sender(sender)
    };
    loop {
        let writable = core.writable.notified();
        tokio::pin!(writable);
        writable.as_mut().enable();
        let (done, result) = oneshot::channel();
        let command = Command::SendFrame {
            sender,
            frame: frame.clone(),
            done,
        };
        if shared.command(command).await.is_err() {
            return Err(WriteFrameError::Inactive);
        }
        match result.await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(SendMediaError::Blocked)) => writable.await,
            Ok(Err(SendMediaError::Malformed)) => return Err(WriteFrameError::Malformed),
            Ok(Err(_)) | Err(_) => return Err(WriteFrameError::Inactive),
        }
    }
}

/// Where a sender is reached.
pub(super) type Sink = (Weak<Shared>, SenderId);

/// The frames of a remote track that nobody took yet.
#[derive(Debug, Default)]
pub(super) struct FrameQueue {
    queue: Mutex<Queue>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    frames: VecDeque<MediaFrame>,
    dropped: u64,
    ended: bool,
}

impl FrameQueue {
    pub(super) fn push(&self, frame: MediaFrame) {
        {
            let mut queue = self.lock();
            if queue.ended {
                return;
            }
            if queue.frames.len() == FRAMES {
                queue.frames.pop_front();
                queue.dropped += 1;
            }
            queue.frames.push_back(frame);
        }
        self.arrived.notify_waiters();
    }

    /// Nothing follows.
    pub(super) fn end(&self) {
        self.lock().ended = true;
        self.arrived.notify_waiters();
    }

    /// Nobody wants what is still there.
    pub(super) fn clear(&self) {
        self.lock().frames.clear();
    }

    async fn recv(&self) -> Option<MediaFrame> {
        loop {
            let arrived = self.arrived.notified();
            tokio::pin!(arrived);
            arrived.as_mut().enable();
            {
                let mut queue = self.lock();
                if let Some(frame) = queue.frames.pop_front() {
                    return Some(frame);
                }
                if queue.ended {
                    return None;
                }
            }
            arrived.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        lock(&self.queue)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
