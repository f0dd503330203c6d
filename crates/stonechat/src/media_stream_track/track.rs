//! The internal slots of a track, and how its source changes them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use stonechat_media::MediaFrame;
use stonechat_peerconnection::Kind;
use stonechat_peerconnection::session::TransceiverView;

use super::MediaStreamTrackState;
use super::encoded::{FrameQueue, Sink};
use super::event::TrackEvent;
use super::source::{Origin, Source};
use crate::events::EventSource;

/// Events of one track that wait for its first listener; then the oldest goes. A peer may mute and
/// unmute as often as it likes.
const WAITING_EVENTS: usize = 64;

/// What all handles of a track share; it keeps no peer connection alive.
#[derive(Debug)]
pub(crate) struct TrackCore {
    id: String,
    source: Arc<Source>,
    slots: Mutex<Slots>,
    pub(super) sinks: Mutex<Vec<Sink>>,
    pub(super) frames: FrameQueue,
}

/// The internal slots.
#[derive(Debug)]
pub(super) struct Slots {
    pub(super) ready_state: MediaStreamTrackState,
    pub(super) enabled: bool,
    pub(super) muted: bool,
    pub(super) isolated: bool,
    pub(super) events: EventSource<TrackEvent>,
}

impl TrackCore {
    /// "Create a MediaStreamTrack" of a source.
    pub(crate) fn new(source: &Arc<Source>, id: String) -> Arc<Self> {
        let track = Arc::new(Self {
            id,
            slots: Mutex::new(Slots {
                ready_state: MediaStreamTrackState::Live,
                enabled: true,
                muted: source.begins_muted(),
                isolated: false,
                events: EventSource::keeping(WAITING_EVENTS),
            }),
            source: Arc::clone(source),
            sinks: Mutex::new(Vec::new()),
            frames: FrameQueue::default(),
        });
        source.add(&track);
        track
    }

    /// The track of a receiver.
    pub(crate) fn remote(transceiver: Option<&TransceiverView>) -> Arc<Self> {
        let (kind, id) = transceiver.map_or((Kind::Audio, String::new()), |transceiver| {
            (transceiver.kind, transceiver.receiver_track.clone())
        });
        Self::new(&Source::new(kind, String::new(), Origin::Receiver), id)
    }

    /// "Clone a track".
    pub(super) fn clone_core(&self) -> Arc<Self> {
        let clone = Self::new(&self.source, crate::random::id());
        let ended = {
            let from = self.slots();
            let mut to = clone.slots();
            to.ready_state = from.ready_state;
            to.enabled = from.enabled;
            to.muted = from.muted;
            to.isolated = from.isolated;
            from.ready_state == MediaStreamTrackState::Ended
        };
        if ended {
            self.source.track_ended(&clone);
            clone.frames.end();
            clone.slots().events.end();
        }
        clone
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn source(&self) -> &Arc<Source> {
        &self.source
    }

    pub(super) fn slots(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether media flows through it.
    pub(super) fn flows(&self) -> bool {
        let slots = self.slots();
        slots.ready_state == MediaStreamTrackState::Live && slots.enabled && !slots.muted
    }

    /// A frame of the source arrived, for all tracks of it.
    pub(crate) fn push(&self, frame: MediaFrame) {
        let mut tracks = self.source.tracks();
        let last = tracks.pop();
        for track in tracks {
            track.take_frame(frame.clone());
        }
        if let Some(track) = last {
            track.take_frame(frame);
        }
    }

    fn take_frame(&self, frame: MediaFrame) {
        // A frame may come just before the step that unmutes: only what the application disabled
        // is withheld.
        if self.slots().enabled {
            self.frames.push(frame);
        }
    }

    /// "Set a track's muted state", for all tracks of its source.
    pub(crate) fn set_muted(&self, muted: bool) {
        for track in self.source.tracks() {
            let mut slots = track.slots();
            if slots.muted != muted {
                slots.muted = muted;
                slots.events.fire(if muted {
                    TrackEvent::Mute
                } else {
                    TrackEvent::Unmute
                });
            }
        }
    }

    /// The source ended: all its tracks do, with the event.
    pub(crate) fn end(&self) {
        for track in self.source.tracks() {
            track.finish(Ending::BySource);
        }
    }

    pub(super) fn stop(&self) {
        self.finish(Ending::ByApplication);
        self.frames.clear();
    }

    fn finish(&self, ending: Ending) {
        {
            let mut slots = self.slots();
            if slots.ready_state == MediaStreamTrackState::Ended {
                return;
            }
            slots.ready_state = MediaStreamTrackState::Ended;
            if ending == Ending::BySource {
                slots.events.fire(TrackEvent::Ended);
            }
            slots.events.end();
        }
        self.frames.end();
        self.source.track_ended(self);
    }

    pub(super) fn set_isolated(&self, isolated: bool) {
        let mut slots = self.slots();
        if slots.isolated != isolated {
            slots.isolated = isolated;
            slots.events.fire(TrackEvent::IsolationChange);
        }
    }
}

/// Why a track ends; only one way has an event.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Ending {
    BySource,
    ByApplication,
}
