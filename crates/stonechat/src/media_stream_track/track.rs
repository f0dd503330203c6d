//! The internal slots of a track, how its source changes them, and how media passes through.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use stonechat_media::MediaFrame;
use stonechat_peerconnection::Kind;
use stonechat_peerconnection::session::TransceiverView;
use stonechat_peerconnection::stats::DecodeReport;

use super::MediaStreamTrackState;
use super::audio_data::AudioData;
use super::codecs::MediaCodecs;
use super::encoded::Sink;
use super::event::TrackEvent;
use super::queue::MediaQueue;
use super::raw::Decoders;
use super::source::{Origin, Source};
use super::source_stats::SourceCounter;
use super::video_frame::VideoFrame;
use crate::events::EventSource;
use crate::{MediaTrackConstraints, MediaTrackSettings};

/// What all handles of a track share; it keeps no peer connection alive.
#[derive(Debug)]
pub(crate) struct TrackCore {
    id: String,
    source: Arc<Source>,
    slots: Mutex<Slots>,
    flow: Mutex<Flow>,
    pub(super) frames: MediaQueue<MediaFrame>,
    pub(super) audio: MediaQueue<AudioData>,
    pub(super) video: MediaQueue<VideoFrame>,
    pub(super) decoders: Decoders,
}

/// The internal slots.
#[derive(Debug)]
pub(super) struct Slots {
    pub(super) ready_state: MediaStreamTrackState,
    pub(super) enabled: bool,
    pub(super) muted: bool,
    pub(super) isolated: bool,
    /// The only peer that may have the media.
    pub(super) peer_identity: Option<String>,
    pub(super) constraints: MediaTrackConstraints,
    pub(super) settings: MediaTrackSettings,
    pub(super) events: EventSource<TrackEvent>,
}

/// Where media goes, and what of it passed.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) sinks: Vec<Sink>,
    pub(super) counter: SourceCounter,
    /// When the next picture is due, for a track that is slower than its source.
    next_picture: Duration,
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
                peer_identity: None,
                constraints: MediaTrackConstraints::default(),
                settings: MediaTrackSettings::default(),
                events: EventSource::keeping(WAITING_EVENTS),
            }),
            flow: Mutex::new(Flow {
                sinks: Vec::new(),
                counter: SourceCounter::new(),
                next_picture: Duration::ZERO,
            }),
            source: Arc::clone(source),
            frames: MediaQueue::new(FRAMES),
            audio: MediaQueue::new(SOUNDS),
            video: MediaQueue::new(PICTURES),
            decoders: Decoders::default(),
        });
        source.add(&track);
        track
    }

    /// The track of a receiver.
    pub(crate) fn remote(
        transceiver: Option<&TransceiverView>,
        codecs: &Arc<MediaCodecs>,
    ) -> Arc<Self> {
        let (kind, id) = transceiver.map_or((Kind::Audio, String::new()), |transceiver| {
            (transceiver.kind, transceiver.receiver_track.clone())
        });
        let origin = Origin::Receiver(Arc::clone(codecs));
        let label = format!("remote {}", kind.as_str());
        Self::new(&Source::new(kind, label, origin), id)
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
            to.peer_identity.clone_from(&from.peer_identity);
            to.constraints = from.constraints.clone();
            to.settings = from.settings.clone();
            if from.ready_state == MediaStreamTrackState::Ended {
                to.events.end();
            }
            from.ready_state == MediaStreamTrackState::Ended
        };
        if ended {
            clone.end_queues();
            self.source.track_ended(&clone);
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

    pub(super) fn flow(&self) -> MutexGuard<'_, Flow> {
        self.flow.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether media flows through it.
    pub(super) fn flows(&self) -> bool {
        let slots = self.slots();
        slots.ready_state == MediaStreamTrackState::Live && slots.enabled && !slots.muted
    }

    /// A frame of the receiver arrived, for all tracks of it.
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

    /// What was decoded of it so far, if anything was.
    pub(crate) fn decode_report(&self) -> Option<DecodeReport> {
        self.decoders.report()
    }

    fn take_frame(&self, frame: MediaFrame) {
        // A frame may come just before the step that unmutes: only what the application disabled
        // is withheld.
        if self.slots().enabled {
            self.frames.push(frame);
        }
    }

    /// Sound of the device.
    pub(super) fn take_audio(&self, data: &AudioData) {
        let (muted, enabled, isolation) = {
            let slots = self.slots();
            (slots.muted, slots.enabled, slots.isolation())
        };
        if muted || isolation == Isolation::Everybody {
            return;
        }
        let data = if enabled {
            data.clone()
        } else {
            data.silenced()
        };
        {
            let mut flow = self.flow();
            flow.counter.audio(&data);
            for sink in &flow.sinks {
                sink.audio(&data);
            }
        }
        if isolation == Isolation::None {
            self.audio.push(data);
        }
    }

    /// A picture of the device.
    pub(super) fn take_video(&self, frame: &VideoFrame) {
        let (muted, enabled, isolation, size, rate) = {
            let slots = self.slots();
            let settings = &slots.settings;
            let size = (
                settings.width.unwrap_or(u32::MAX),
                settings.height.unwrap_or(u32::MAX),
            );
            let rate = settings.frame_rate;
            (slots.muted, slots.enabled, slots.isolation(), size, rate)
        };
        if muted
            || isolation == Isolation::Everybody
            || !self.flow().is_due(frame.timestamp(), rate)
        {
            return;
        }
        // Nothing is made larger than it is.
        let (width, height) = (size.0.min(frame.width()), size.1.min(frame.height()));
        let frame = if enabled {
            frame.crop_and_scale(width, height)
        } else {
            VideoFrame::black(width, height, frame.timestamp())
        };
        {
            let mut flow = self.flow();
            flow.counter.picture(&frame);
            for sink in &flow.sinks {
                sink.video(&frame);
            }
        }
        if isolation == Isolation::None {
            self.video.push(frame);
        }
    }

    /// "Set a track's muted state", for all tracks of its source.
    pub(crate) fn set_muted(&self, muted: bool) {
        self.source.set_muted(muted);
    }

    pub(super) fn mute(&self, muted: bool) {
        let mut slots = self.slots();
        if slots.muted != muted {
            slots.muted = muted;
            slots.events.fire(if muted {
                TrackEvent::Mute
            } else {
                TrackEvent::Unmute
            });
        }
    }

    /// The source ended: all its tracks do, with the event.
    pub(crate) fn end(&self) {
        self.source.end();
    }

    pub(super) fn end_by_source(&self) {
        self.finish(Ending::BySource);
    }

    pub(super) fn stop(&self) {
        self.finish(Ending::ByApplication);
        self.frames.clear();
        self.audio.clear();
        self.video.clear();
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
        self.end_queues();
        self.source.track_ended(self);
    }

    fn end_queues(&self) {
        self.frames.end();
        self.audio.end();
        self.video.end();
    }

    pub(super) fn set_isolated(&self, isolated: bool) {
        let mut slots = self.slots();
        // What is for one peer alone stays so.
        let isolated = isolated || slots.peer_identity.is_some();
        if slots.isolated != isolated {
            slots.isolated = isolated;
            slots.events.fire(TrackEvent::IsolationChange);
        }
    }
}

impl Flow {
    /// Whether a picture is wanted at this rate in pictures a second: others are left out.
    fn is_due(&mut self, timestamp: Duration, rate: Option<f64>) -> bool {
        let Some(rate) = rate else { return true };
        let Ok(interval) = Duration::try_from_secs_f64(1.0 / rate) else {
            return false;
        };
        // Clocks of devices are not exact.
        if timestamp + interval / 10 < self.next_picture {
            return false;
        }
        let next = self.next_picture + interval;
        self.next_picture = if next > timestamp {
            next
        } else {
            timestamp + interval
        };
        true
    }
}

impl Slots {
    fn isolation(&self) -> Isolation {
        match (self.isolated, &self.peer_identity) {
            (false, _) => Isolation::None,
            (true, Some(_)) => Isolation::Application,
            (true, None) => Isolation::Everybody,
        }
    }
}

/// Who may not have the media.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Isolation {
    None,
    Application,
    Everybody,
}

/// Why a track ends; only one way has an event.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Ending {
    BySource,
    ByApplication,
}

/// Events of one track that wait for its first listener; then the oldest goes. A peer may mute and
/// unmute as often as it likes.
const WAITING_EVENTS: usize = 64;
/// Encoded frames that a track holds for a slow reader.
const FRAMES: usize = 256;
/// Stretches of sound that a track holds for a slow reader.
const SOUNDS: usize = 100;
/// Pictures that a track holds for a slow reader.
const PICTURES: usize = 8;
