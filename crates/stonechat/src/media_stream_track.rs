//! `MediaStreamTrack` of encoded media: a local one gives frames to the senders that it was added
//! to, a remote one takes the frames of its receiver.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use stonechat_media::{MediaFrame, OutgoingFrame};
use stonechat_peerconnection::session::TransceiverView;
use stonechat_peerconnection::{Kind, SendMediaError, SenderId, TrackInfo};
use tokio::sync::{Notify, oneshot, watch};

use crate::driver::Command;
use crate::shared::Shared;

/// Frames that a remote track holds for a slow reader; then the oldest goes, and is counted.
const FRAMES: usize = 256;

/// A track of encoded audio or video.
///
/// Cheap to clone; all clones are the same track. A local track is made with [`new`](Self::new)
/// and written to; a remote one comes with a receiver and is read from.
#[derive(Clone, Debug)]
pub struct MediaStreamTrack {
    core: Arc<TrackCore>,
}

/// Why a frame was not sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteFrameError {
    /// The track is a remote one; only local tracks are written to.
    #[error("a remote track cannot be written to")]
    Remote,
    /// No sender sends the track now: it was not added, not negotiated, or not connected yet.
    #[error("no sender sends the track now")]
    Inactive,
    /// The frame does not fit its codec or the limits.
    #[error("the frame is malformed or too large for its codec")]
    Malformed,
}

impl MediaStreamTrack {
    /// A local track of `kind` with a random id.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self::with_id(kind, crate::random::id())
    }

    /// A local track of `kind` with an id of the application's: a token of at most 64 characters.
    #[must_use]
    pub fn with_id(kind: Kind, id: impl Into<String>) -> Self {
        let origin = Origin::Local(Mutex::new(Vec::new()));
        Self {
            core: Arc::new(TrackCore::new(kind, id.into(), origin)),
        }
    }

    pub(crate) fn from_core(core: Arc<TrackCore>) -> Self {
        Self { core }
    }

    /// `id`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.core.id
    }

    /// `kind`.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.core.kind
    }

    /// `muted`: whether no media arrives now. A local track is never muted.
    #[must_use]
    pub fn muted(&self) -> bool {
        *self.core.muted.borrow()
    }

    /// Whether the track has ended.
    #[must_use]
    pub fn ended(&self) -> bool {
        self.core.queue().ended
    }

    /// Sends an encoded frame by all senders that the track was added to.
    ///
    /// Waits while a sender is full, so that a file can be written as fast as it leaves; live
    /// sources give frames at their own pace.
    ///
    /// # Errors
    ///
    /// [`WriteFrameError`] if no sender took the frame.
    pub async fn write_frame(&self, frame: OutgoingFrame) -> Result<(), WriteFrameError> {
        let Origin::Local(sinks) = &self.core.origin else {
            return Err(WriteFrameError::Remote);
        };
        let sinks: Vec<_> = lock(sinks).iter().cloned().collect();
        let mut result = Err(WriteFrameError::Inactive);
        for (shared, sender) in sinks {
            let Some(shared) = shared.upgrade() else {
                continue;
            };
            match send(&shared, sender, frame.clone()).await {
                Ok(()) => result = Ok(()),
                Err(error) if result.is_err() => result = Err(error),
                Err(_) => {}
            }
        }
        result
    }

    /// The next encoded frame of a remote track, in decode order; `None` once the track has ended
    /// and all frames were taken. Also `None` for a local track.
    ///
    /// Nothing is lost if the future is dropped before it is ready. A reader that is too slow
    /// loses the oldest frames; [`frames_dropped`](Self::frames_dropped) counts them.
    pub async fn recv_frame(&self) -> Option<MediaFrame> {
        loop {
            let arrived = self.core.arrived.notified();
            tokio::pin!(arrived);
            arrived.as_mut().enable();
            {
                let mut queue = self.core.queue();
                if let Some(frame) = queue.frames.pop_front() {
                    return Some(frame);
                }
                if queue.ended || matches!(self.core.origin, Origin::Local(_)) {
                    return None;
                }
            }
            arrived.await;
        }
    }

    /// Frames that were dropped because nobody took them in time.
    #[must_use]
    pub fn frames_dropped(&self) -> u64 {
        self.core.queue().dropped
    }

    pub(crate) fn info(&self) -> TrackInfo {
        TrackInfo {
            id: self.core.id.clone(),
            kind: self.core.kind,
        }
    }

    /// From now on frames also go by this sender.
    pub(crate) fn attach(&self, shared: &Arc<Shared>, sender: SenderId) {
        if let Origin::Local(sinks) = &self.core.origin {
            self.detach(shared, sender);
            lock(sinks).push((Arc::downgrade(shared), sender));
        }
    }

    /// Frames do not go by this sender any more.
    pub(crate) fn detach(&self, shared: &Arc<Shared>, sender: SenderId) {
        if let Origin::Local(sinks) = &self.core.origin {
            lock(sinks).retain(|(of, other)| {
                of.strong_count() > 0
                    && !(*other == sender && Weak::ptr_eq(of, &Arc::downgrade(shared)))
            });
        }
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

/// What all handles of a track share; it keeps no peer connection alive.
#[derive(Debug)]
pub(crate) struct TrackCore {
    id: String,
    kind: Kind,
    origin: Origin,
    muted: watch::Sender<bool>,
    queue: Mutex<Queue>,
    arrived: Notify,
}

/// Where a sender is reached.
type Sink = (Weak<Shared>, SenderId);

#[derive(Debug)]
enum Origin {
    Local(Mutex<Vec<Sink>>),
    Remote,
}

#[derive(Debug, Default)]
struct Queue {
    frames: VecDeque<MediaFrame>,
    dropped: u64,
    ended: bool,
}

impl TrackCore {
    fn new(kind: Kind, id: String, origin: Origin) -> Self {
        Self {
            id,
            kind,
            muted: watch::Sender::new(matches!(origin, Origin::Remote)),
            origin,
            queue: Mutex::new(Queue::default()),
            arrived: Notify::new(),
        }
    }

    /// The track of a receiver.
    pub(crate) fn remote(transceiver: Option<&TransceiverView>) -> Self {
        let (kind, id) = transceiver.map_or((Kind::Audio, String::new()), |transceiver| {
            (transceiver.kind, transceiver.receiver_track.clone())
        });
        Self::new(kind, id, Origin::Remote)
    }

    pub(crate) fn push(&self, frame: MediaFrame) {
        let mut queue = self.queue();
        if queue.frames.len() == FRAMES {
            queue.frames.pop_front();
            queue.dropped += 1;
        }
        queue.frames.push_back(frame);
        drop(queue);
        self.arrived.notify_waiters();
    }

    pub(crate) fn set_muted(&self, muted: bool) {
        self.muted.send_replace(muted);
    }

    pub(crate) fn end(&self) {
        self.queue().ended = true;
        self.arrived.notify_waiters();
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        lock(&self.queue)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
