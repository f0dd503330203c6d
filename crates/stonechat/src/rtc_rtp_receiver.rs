//! `RTCRtpReceiver` (webrtc-pc, section 5.3).

mod tones;
mod transform;

use std::sync::Arc;
use std::time::{Duration, Instant};

use stonechat_peerconnection::{
    Call, Kind, MediaEngine, ReceiverId, RtpCapabilities, RtpContributingSource,
    RtpReceiveParameters, RtpSynchronizationSource, TransceiverId,
};

use crate::error::RtcError;
use crate::media_stream_track::MediaStreamTrack;
use crate::rtc_dtls_transport::RtcDtlsTransport;
use crate::shared::{Shared, State};

pub(crate) use self::tones::Tones;

/// The receiving half of a transceiver.
#[derive(Clone, Debug)]
pub struct RtcRtpReceiver {
    shared: Arc<Shared>,
    track: MediaStreamTrack,
    id: ReceiverId,
}

impl RtcRtpReceiver {
    pub(crate) fn new(shared: &Arc<Shared>, id: ReceiverId) -> Self {
        let mut state = shared.session();
        let State { session, hub } = &mut *state;
        let track = MediaStreamTrack::from_core(hub.remote_track(session, id));
        drop(state);
        Self {
            shared: Arc::clone(shared),
            track,
            id,
        }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) fn id(&self) -> ReceiverId {
        self.id
    }

    /// `track`: what is received.
    #[must_use]
    pub fn track(&self) -> &MediaStreamTrack {
        &self.track
    }

    /// `transport`, once negotiated.
    #[must_use]
    pub fn transport(&self) -> Option<RtcDtlsTransport> {
        let id = self
            .shared
            .session()
            .transceiver(TransceiverId(self.id.0))?
            .transport?;
        Some(RtcDtlsTransport::new(&self.shared, id))
    }

    /// `getCapabilities()`: the codecs and header extensions that can be received by default;
    /// `None` for a kind that is neither `audio` nor `video`. What an [`Api`](crate::Api) with
    /// codecs of its own can receive is what its [`MediaEngine`] says.
    #[must_use]
    pub fn get_capabilities(kind: &str) -> Option<RtpCapabilities> {
        let kind = [Kind::Audio, Kind::Video]
            .into_iter()
            .find(|known| known.as_str() == kind)?;
        Some(MediaEngine::default().receive_capabilities(kind))
    }

    /// `getParameters()`: what may be received. `encodings` names those of simulcast.
    #[must_use]
    pub fn get_parameters(&self) -> RtpReceiveParameters {
        self.shared.session().receive_parameters(self.id)
    }

    /// `getContributingSources()`: who was mixed into the frames of the last ten seconds, the
    /// newest first.
    #[must_use]
    pub fn get_contributing_sources(&self) -> Vec<RtpContributingSource> {
        let now = Instant::now();
        self.shared.session().contributing_sources(now, self.id)
    }

    /// `getSynchronizationSources()`: the sources of the frames of the last ten seconds, the
    /// newest first.
    #[must_use]
    pub fn get_synchronization_sources(&self) -> Vec<RtpSynchronizationSource> {
        let now = Instant::now();
        self.shared.session().synchronization_sources(now, self.id)
    }

    /// `jitterBufferTarget`: for how long missing packets are waited for at least, if the
    /// application has a wish.
    #[must_use]
    pub fn jitter_buffer_target(&self) -> Option<Duration> {
        self.shared.session().jitter_buffer_target(self.id)
    }

    /// Sets `jitterBufferTarget`. Frames are handed out as soon as they are whole and in order: the
    /// target is how long a missing one is waited for, and never less than repair needs.
    ///
    /// # Errors
    ///
    /// `RangeError` above 4 seconds.
    pub fn set_jitter_buffer_target(&self, target: Option<Duration>) -> Result<(), RtcError> {
        self.shared
            .call(Call::SetJitterBufferTarget(self.id, target))
            .map(|_| ())
    }

    /// Asks the peer's encoder for a key frame.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` after the end of the peer connection.
    pub fn request_key_frame(&self) -> Result<(), RtcError> {
        self.shared.call(Call::RequestKeyFrame(self.id)).map(|_| ())
    }
}
