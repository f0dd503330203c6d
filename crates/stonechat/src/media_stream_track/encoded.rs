//! Encoded frames: written to local tracks, read from remote ones.

use std::sync::{Arc, Weak};

use stonechat_media::{MediaFrame, OutgoingFrame};
use stonechat_peerconnection::{SendMediaError, SenderId};
use tokio::sync::oneshot;

use super::audio_data::AudioData;
use super::encode::RawInput;
use super::source::Origin;
use super::video_frame::VideoFrame;
use super::{MediaStreamTrack, MediaStreamTrackState};
use crate::driver::Command;
use crate::shared::Shared;

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
            let sinks = {
                let mut flow = track.flow();
                flow.counter.frame();
                flow.sinks.clone()
            };
            for sink in sinks {
                let Some(shared) = sink.shared.upgrade() else {
                    continue;
                };
                match send(&shared, sink.sender, frame.clone()).await {
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
        if !matches!(self.core.source().origin(), Origin::Receiver(_)) {
            return None;
        }
        self.core.frames.recv().await
    }

    /// Frames, stretches of sound and pictures that were dropped because nobody took them in time.
    #[must_use]
    pub fn frames_dropped(&self) -> u64 {
        self.core.frames.dropped() + self.core.audio.dropped() + self.core.video.dropped()
    }

    /// From now on frames also go by this sender.
    pub(crate) fn attach(&self, shared: &Arc<Shared>, sender: SenderId) {
        self.detach(shared, sender);
        let device = self.core.source().device().is_some();
        let raw = device.then(|| {
            let identity = self.core.slots().peer_identity.clone();
            RawInput::spawn(shared, sender, self.kind(), identity)
        });
        self.core.flow().sinks.push(Sink {
            shared: Arc::downgrade(shared),
            sender,
            raw,
        });
    }

    /// Frames do not go by this sender any more.
    pub(crate) fn detach(&self, shared: &Arc<Shared>, sender: SenderId) {
        self.core.flow().sinks.retain(|sink| {
            sink.shared.strong_count() > 0
                && !(sink.sender == sender && Weak::ptr_eq(&sink.shared, &Arc::downgrade(shared)))
        });
    }
}

pub(super) async fn send(
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

/// Where a sender is reached, and what encodes for it if the track is raw.
#[derive(Clone, Debug)]
pub(super) struct Sink {
    shared: Weak<Shared>,
    sender: SenderId,
    raw: Option<RawInput>,
}

impl Sink {
    pub(super) fn audio(&self, data: &AudioData) {
        if let Some(raw) = &self.raw {
            raw.audio(data);
        }
    }

    pub(super) fn video(&self, frame: &VideoFrame) {
        if let Some(raw) = &self.raw {
            raw.video(frame);
        }
    }
}
