//! `RTCRtpReceiver` (webrtc-pc, section 5.3).

mod tones;
mod transform;

use std::sync::Arc;

use stonechat_peerconnection::{Call, ReceiverId, TransceiverId};

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

    /// Asks the peer's encoder for a key frame.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` after the end of the peer connection.
    pub fn request_key_frame(&self) -> Result<(), RtcError> {
        self.shared.call(Call::RequestKeyFrame(self.id)).map(|_| ())
    }
}
