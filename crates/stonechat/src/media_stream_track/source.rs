//! What makes the media of a track, or of several that are clones of each other.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use stonechat_peerconnection::Kind;

use super::audio_data::AudioData;
use super::codecs::MediaCodecs;
use super::device::Device;
use super::track::TrackCore;
use super::video_frame::VideoFrame;

/// The source of one or more tracks. It does not keep them alive; they keep it.
#[derive(Debug)]
pub(crate) struct Source {
    kind: Kind,
    label: String,
    origin: Origin,
    tracks: Mutex<Vec<Weak<TrackCore>>>,
}

/// Who makes the media.
#[derive(Debug)]
pub(crate) enum Origin {
    /// The application, which writes encoded frames.
    Application,
    /// A receiver of a peer connection, with what decodes it.
    Receiver(Arc<MediaCodecs>),
    /// A device.
    Device(Box<Device>),
}

impl Source {
    pub(crate) fn new(kind: Kind, label: String, origin: Origin) -> Arc<Self> {
        Arc::new(Self {
            kind,
            label,
            origin,
            tracks: Mutex::new(Vec::new()),
        })
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn label(&self) -> &str {
        &self.label
    }

    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The device that it is.
    pub(crate) fn device(&self) -> Option<&Device> {
        match &self.origin {
            Origin::Device(device) => Some(device),
            Origin::Application | Origin::Receiver(_) => None,
        }
    }

    /// Whether it cannot give media when a track begins.
    pub(super) fn begins_muted(&self) -> bool {
        match &self.origin {
            Origin::Application => false,
            Origin::Receiver(_) => true,
            Origin::Device(device) => device.muted(),
        }
    }

    pub(super) fn add(&self, track: &Arc<TrackCore>) {
        self.lock().push(Arc::downgrade(track));
    }

    /// A track ended: the source stops unless others need it.
    pub(super) fn track_ended(&self, track: &TrackCore) {
        let last = {
            let mut tracks = self.lock();
            tracks.retain(|other| other.strong_count() > 0 && !std::ptr::eq(other.as_ptr(), track));
            tracks.is_empty()
        };
        if last && let Some(device) = self.device() {
            device.close();
        }
    }

    /// Its tracks that have not ended.
    pub(crate) fn tracks(&self) -> Vec<Arc<TrackCore>> {
        self.lock().iter().filter_map(Weak::upgrade).collect()
    }

    /// "Set a track's muted state", for all tracks.
    pub(crate) fn set_muted(&self, muted: bool) {
        if let Some(device) = self.device() {
            device.set_muted(muted);
        }
        for track in self.tracks() {
            track.mute(muted);
        }
    }

    /// Sets `isolated` of all tracks.
    pub(crate) fn set_isolated(&self, isolated: bool) {
        for track in self.tracks() {
            track.set_isolated(isolated);
        }
    }

    /// It gives nothing more: all tracks end, with the event.
    pub(crate) fn end(&self) {
        for track in self.tracks() {
            track.end_by_source();
        }
    }

    pub(crate) fn give_audio(&self, data: &AudioData) {
        for track in self.tracks() {
            track.take_audio(data);
        }
    }

    pub(crate) fn give_video(&self, frame: &VideoFrame) {
        for track in self.tracks() {
            track.take_video(frame);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Weak<TrackCore>>> {
        self.tracks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
