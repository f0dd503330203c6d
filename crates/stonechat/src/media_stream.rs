//! `MediaStream` (mediacapture-streams, section 4.2).

mod remote_streams;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) use self::remote_streams::RemoteStreams;
use crate::events::{EventSource, Events};
use crate::media_stream_track::MediaStreamTrack;
use crate::{MediaKind, MediaStreamTrackState};

/// Events of one stream that wait for its first listener; then the oldest goes.
const WAITING_EVENTS: usize = 64;

/// A group of tracks that belong together.
///
/// Cheap to clone; all clones are the same stream and compare equal. The W3C `clone()`, which
/// makes another stream of cloned tracks, is [`clone_stream`](Self::clone_stream).
#[derive(Clone, Debug)]
pub struct MediaStream {
    core: Arc<StreamCore>,
}

/// What all handles of a stream share.
#[derive(Debug)]
pub(crate) struct StreamCore {
    id: String,
    state: Mutex<StreamState>,
}

#[derive(Debug)]
struct StreamState {
    tracks: Vec<MediaStreamTrack>,
    events: EventSource<StreamEvent>,
}

/// An event of a [`MediaStream`].
///
/// Both fire only when something else than the application changed the stream: a description of
/// the peer that a peer connection applied.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum StreamEvent {
    /// `addtrack`: a track was added.
    AddTrack(MediaStreamTrackEvent),
    /// `removetrack`: a track was removed.
    RemoveTrack(MediaStreamTrackEvent),
}

/// `MediaStreamTrackEvent`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MediaStreamTrackEvent {
    /// `track`: what was added or removed.
    pub track: MediaStreamTrack,
}

/// What a [`MediaStreamTrackEvent`] is made of.
#[derive(Clone, Debug)]
pub struct MediaStreamTrackEventInit {
    /// `track`.
    pub track: MediaStreamTrack,
}

impl MediaStreamTrackEvent {
    /// The constructor.
    #[must_use]
    pub fn new(init: MediaStreamTrackEventInit) -> Self {
        Self { track: init.track }
    }
}

impl Default for MediaStream {
    fn default() -> Self {
        Self::new()
    }
}

impl MediaStream {
    /// `new MediaStream()`: no tracks, a random id.
    #[must_use]
    pub fn new() -> Self {
        Self::with_id(crate::random::id())
    }

    /// `new MediaStream(stream)`: the tracks of another stream, a random id.
    #[must_use]
    pub fn from_stream(stream: &Self) -> Self {
        Self::from_tracks(stream.get_tracks())
    }

    /// `new MediaStream(tracks)`: these tracks, each once, and a random id.
    #[must_use]
    pub fn from_tracks(tracks: impl IntoIterator<Item = MediaStreamTrack>) -> Self {
        let stream = Self::new();
        for track in tracks {
            stream.add_track(&track);
        }
        stream
    }

    /// Without tracks, by an id that somebody else chose.
    pub(crate) fn with_id(id: String) -> Self {
        let state = StreamState {
            tracks: Vec::new(),
            events: EventSource::keeping(WAITING_EVENTS),
        };
        Self {
            core: Arc::new(StreamCore {
                id,
                state: Mutex::new(state),
            }),
        }
    }

    /// `id`: a random one, or that of the peer for a stream that it sends.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.core.id
    }

    /// `active`: whether a track of it has not ended.
    #[must_use]
    pub fn active(&self) -> bool {
        self.state().tracks.iter().any(is_live)
    }

    /// `getAudioTracks()`.
    #[must_use]
    pub fn get_audio_tracks(&self) -> Vec<MediaStreamTrack> {
        self.of_kind(MediaKind::Audio)
    }

    /// `getVideoTracks()`.
    #[must_use]
    pub fn get_video_tracks(&self) -> Vec<MediaStreamTrack> {
        self.of_kind(MediaKind::Video)
    }

    /// `getTracks()`, in the order in which they were added.
    #[must_use]
    pub fn get_tracks(&self) -> Vec<MediaStreamTrack> {
        self.state().tracks.clone()
    }

    /// `getTrackById()`.
    #[must_use]
    pub fn get_track_by_id(&self, id: &str) -> Option<MediaStreamTrack> {
        let state = self.state();
        state.tracks.iter().find(|track| track.id() == id).cloned()
    }

    /// `addTrack()`; one that is there already stays. No event fires.
    pub fn add_track(&self, track: &MediaStreamTrack) {
        self.insert(track);
    }

    /// `removeTrack()`; one that is not there is no error. No event fires.
    pub fn remove_track(&self, track: &MediaStreamTrack) {
        self.take(track);
    }

    /// `clone()`: another stream, of a clone of each track.
    #[must_use]
    pub fn clone_stream(&self) -> Self {
        Self::from_tracks(self.get_tracks().iter().map(MediaStreamTrack::clone_track))
    }

    /// The events of the stream from now on; the first who asks also gets the last ones of before.
    #[must_use]
    pub fn events(&self) -> Events<StreamEvent> {
        self.state().events.subscribe()
    }

    /// "Add a track" by the user agent: with its event.
    pub(crate) fn add_by_peer(&self, track: &MediaStreamTrack) {
        if self.insert(track) {
            let track = track.clone();
            let event = StreamEvent::AddTrack(MediaStreamTrackEvent { track });
            self.state().events.fire(event);
        }
    }

    /// "Remove a track" by the user agent: with its event.
    pub(crate) fn remove_by_peer(&self, track: &MediaStreamTrack) {
        if self.take(track) {
            let track = track.clone();
            let event = StreamEvent::RemoveTrack(MediaStreamTrackEvent { track });
            self.state().events.fire(event);
        }
    }

    fn insert(&self, track: &MediaStreamTrack) -> bool {
        let mut state = self.state();
        let new = !state.tracks.contains(track);
        if new {
            state.tracks.push(track.clone());
        }
        new
    }

    fn take(&self, track: &MediaStreamTrack) -> bool {
        let mut state = self.state();
        let before = state.tracks.len();
        state.tracks.retain(|other| other != track);
        state.tracks.len() != before
    }

    fn of_kind(&self, kind: MediaKind) -> Vec<MediaStreamTrack> {
        let mut tracks = self.get_tracks();
        tracks.retain(|track| track.kind() == kind);
        tracks
    }

    fn state(&self) -> MutexGuard<'_, StreamState> {
        self.core
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl PartialEq for MediaStream {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.core, &other.core)
    }
}

impl Eq for MediaStream {}

fn is_live(track: &MediaStreamTrack) -> bool {
    track.ready_state() == MediaStreamTrackState::Live
}
