//! What makes the media of a track, or of several that are clones of each other.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use stonechat_peerconnection::Kind;

use super::track::TrackCore;

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
    /// A receiver of a peer connection.
    Receiver,
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

    /// Whether it cannot give media when a track begins.
    pub(crate) fn begins_muted(&self) -> bool {
        matches!(self.origin, Origin::Receiver)
    }

    pub(super) fn add(&self, track: &Arc<TrackCore>) {
        self.lock().push(Arc::downgrade(track));
    }

    /// A track ended: the source stops unless others need it.
    pub(super) fn track_ended(&self, track: &TrackCore) {
        self.lock()
            .retain(|other| other.strong_count() > 0 && !std::ptr::eq(other.as_ptr(), track));
    }

    /// Its tracks that have not ended.
    pub(super) fn tracks(&self) -> Vec<Arc<TrackCore>> {
        self.lock().iter().filter_map(Weak::upgrade).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Weak<TrackCore>>> {
        self.tracks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
