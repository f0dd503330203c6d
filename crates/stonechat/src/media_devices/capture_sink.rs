use std::sync::Weak;

use crate::media_stream_track::{AudioData, Source, VideoFrame};

/// Where an open device puts what it captures: into all tracks of it. From any thread; nothing
/// waits. It keeps nothing alive.
#[derive(Clone, Debug)]
pub struct CaptureSink {
    source: Weak<Source>,
}

impl CaptureSink {
    pub(crate) fn new(source: Weak<Source>) -> Self {
        Self { source }
    }

    /// Whether nobody wants anything any more.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.source.strong_count() == 0
    }

    /// A stretch of sound, at the rate and channels of the settings.
    pub fn send_audio(&self, data: &AudioData) {
        if let Some(source) = self.source.upgrade() {
            source.give_audio(data);
        }
    }

    /// A picture, of the size of the settings.
    pub fn send_video(&self, frame: &VideoFrame) {
        if let Some(source) = self.source.upgrade() {
            source.give_video(frame);
        }
    }

    /// The device cannot give anything for now, or can again: `mute` or `unmute` fires.
    pub fn set_muted(&self, muted: bool) {
        if let Some(source) = self.source.upgrade() {
            source.set_muted(muted);
        }
    }

    /// What is captured belongs to somebody else now, or no longer: nobody gets it meanwhile, and
    /// `isolationchange` fires.
    pub fn set_isolated(&self, isolated: bool) {
        if let Some(source) = self.source.upgrade() {
            source.set_isolated(isolated);
        }
    }

    /// The device is gone: `ended` fires.
    pub fn end(&self) {
        if let Some(source) = self.source.upgrade() {
            source.end();
        }
    }
}
