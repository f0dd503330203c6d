//! `MediaStreamTrack` (mediacapture-streams, section 4.3).

mod audio_data;
mod codecs;
mod device;
mod encode;
mod encoded;
mod event;
mod g711;
mod queue;
mod raw;
mod resampler;
mod source;
mod source_stats;
mod track;
mod video_frame;

use std::sync::Arc;

use stonechat_peerconnection::{Kind, TrackInfo};

pub use self::audio_data::AudioData;
pub(crate) use self::codecs::MediaCodecs;
pub use self::codecs::{AudioDecoder, AudioEncoder, EncodedFrame, VideoDecoder, VideoEncoder};
pub(crate) use self::device::{Device, open as open_device};
pub use self::encoded::WriteFrameError;
pub use self::event::TrackEvent;
use self::source::Origin;
pub(crate) use self::source::Source;
pub(crate) use self::track::TrackCore;
pub use self::video_frame::{FrameSizeError, VideoFrame, VideoPlane, VideoRotation};
use crate::events::Events;

stonechat_peerconnection::w3c_enums! {
    /// `MediaStreamTrackState`.
    MediaStreamTrackState {
        /// The source does its best to give media.
        #[default]
        Live = "live",
        /// No more media will come.
        Ended = "ended",
    }
}

/// A track of audio or video.
///
/// Cheap to clone; all clones are the same track and compare equal. The W3C `clone()`, which makes
/// another track of the same source, is [`clone_track`](Self::clone_track).
///
/// | its source is | made by | its media |
/// | --- | --- | --- |
/// | the application | [`new`](Self::new) | encoded frames, [written](Self::write_frame) to it |
/// | a receiver | [`RtcRtpReceiver::track`](crate::RtcRtpReceiver::track) | encoded frames, [read](Self::recv_frame) from it, or decoded with [`recv_audio`](Self::recv_audio) and [`recv_video`](Self::recv_video) |
/// | a device | [`MediaDevices`](crate::MediaDevices) | raw, [heard](Self::recv_audio) or [seen](Self::recv_video) |
///
/// Senders encode the raw media of a device with the first codec that was negotiated and that there
/// is an encoder for: PCMU and PCMA are there, [`Api`](crate::Api) takes others.
///
/// A live track gives media while it is neither muted, which is up to its source, nor disabled,
/// which is up to the application. A disabled track of a device gives silence or black pictures.
/// Encoded frames cannot be made black or silent without a codec: they are withheld instead, which a
/// decoder at the other end sees as a pause.
///
/// Dropping the last handle of a track is as good as [`stop`](Self::stop); senders and streams have
/// handles of their own.
#[derive(Clone, Debug)]
pub struct MediaStreamTrack {
    core: Arc<TrackCore>,
}

impl MediaStreamTrack {
    /// A local track of `kind` with a random id, whose encoded frames the application writes.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self::with_id(kind, crate::random::id())
    }

    /// A local track of `kind` with an id of the application's: a token of at most 64 characters.
    #[must_use]
    pub fn with_id(kind: Kind, id: impl Into<String>) -> Self {
        let source = Source::new(kind, String::new(), Origin::Application);
        Self {
            core: TrackCore::new(&source, id.into()),
        }
    }

    pub(crate) fn from_core(core: Arc<TrackCore>) -> Self {
        Self { core }
    }

    /// `kind`.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.core.source().kind()
    }

    /// `id`.
    #[must_use]
    pub fn id(&self) -> &str {
        self.core.id()
    }

    /// `label`: a name of the source for people; empty if it has none.
    #[must_use]
    pub fn label(&self) -> &str {
        self.core.source().label()
    }

    /// `enabled`.
    #[must_use]
    pub fn enabled(&self) -> bool {
        self.core.slots().enabled
    }

    /// Sets `enabled`: a disabled track gives silence, black pictures or, where it is encoded,
    /// nothing.
    pub fn set_enabled(&self, enabled: bool) {
        self.core.slots().enabled = enabled;
    }

    /// `muted`: whether the source cannot give media now. The track of a receiver is muted until
    /// packets arrive.
    #[must_use]
    pub fn muted(&self) -> bool {
        self.core.slots().muted
    }

    /// `readyState`.
    #[must_use]
    pub fn ready_state(&self) -> MediaStreamTrackState {
        self.core.slots().ready_state
    }

    /// `isolated` (webrtc-identity, section 8): whether only an identified peer may have the media.
    /// The application then neither hears nor sees it.
    #[must_use]
    pub fn isolated(&self) -> bool {
        self.core.slots().isolated
    }

    /// `clone()`: another track of the same source, with an id and constraints of its own.
    ///
    /// It is live, or ended, as this one is, and enabled as this one is.
    #[must_use]
    pub fn clone_track(&self) -> Self {
        Self {
            core: self.core.clone_core(),
        }
    }

    /// `stop()`: the track ends without an event. The source stops once all its tracks have ended.
    pub fn stop(&self) {
        self.core.stop();
    }

    /// The events of the track from now on; the first who asks also gets the last ones of before.
    #[must_use]
    pub fn events(&self) -> Events<TrackEvent> {
        self.core.slots().events.subscribe()
    }

    pub(crate) fn info(&self) -> TrackInfo {
        TrackInfo {
            id: self.core.id().to_owned(),
            kind: self.kind(),
        }
    }

    /// From its beginning only the peer of this identity may have the media.
    pub(crate) fn isolate_for(&self, identity: &str) {
        let mut slots = self.core.slots();
        slots.isolated = true;
        slots.peer_identity = Some(identity.to_owned());
    }
}

impl PartialEq for MediaStreamTrack {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.core, &other.core)
    }
}

impl Eq for MediaStreamTrack {}
