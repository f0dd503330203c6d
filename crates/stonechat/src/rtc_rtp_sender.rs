//! `RTCRtpSender` (webrtc-pc, section 5.2).

mod dtmf;
mod transform;

use std::sync::{Arc, Mutex, PoisonError};

use stonechat_peerconnection::{Call, SenderId, TransceiverId};
use tokio::sync::Notify;

use crate::error::RtcError;
use crate::media_stream_track::MediaStreamTrack;
use crate::rtc_dtls_transport::RtcDtlsTransport;
use crate::shared::Shared;

/// The sending half of a transceiver.
#[derive(Clone, Debug)]
pub struct RtcRtpSender {
    shared: Arc<Shared>,
    core: Arc<SenderCore>,
    id: SenderId,
}

/// What all handles of a sender share.
#[derive(Debug, Default)]
pub(crate) struct SenderCore {
    pub(crate) writable: Notify,
    pub(crate) key_frame: Notify,
    track: Mutex<Option<MediaStreamTrack>>,
}

impl RtcRtpSender {
    pub(crate) fn new(shared: &Arc<Shared>, id: SenderId) -> Self {
        let core = shared.session().hub.sender(id);
        Self {
            shared: Arc::clone(shared),
            core,
            id,
        }
    }

    pub(crate) fn id(&self) -> SenderId {
        self.id
    }

    /// `track`.
    #[must_use]
    pub fn track(&self) -> Option<MediaStreamTrack> {
        self.core
            .track
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
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

    /// `replaceTrack()`: sends another track of the same kind, or none, without negotiation.
    ///
    /// # Errors
    ///
    /// `TypeError` if the track is of another kind, `InvalidStateError` if the transceiver is
    /// stopped.
    pub async fn replace_track(&self, track: Option<&MediaStreamTrack>) -> Result<(), RtcError> {
        let call = Call::ReplaceTrack(self.id, track.map(MediaStreamTrack::info));
        self.shared.promise(call).await?;
        self.set_track(track);
        Ok(())
    }

    /// `setStreams()`: the ids of the streams that the track belongs to.
    ///
    /// # Errors
    ///
    /// `TypeError` if an id is no token.
    pub fn set_streams(&self, streams: &[&str]) -> Result<(), RtcError> {
        let streams = streams.iter().map(|&stream| stream.to_owned()).collect();
        self.shared
            .call(Call::SetStreams(self.id, streams))
            .map(|_| ())
    }

    /// Waits until the peer's decoder asks for a key frame. A request that came while nobody
    /// waited is not lost.
    pub async fn key_frame_requested(&self) {
        self.core.key_frame.notified().await;
    }

    pub(crate) fn set_track(&self, track: Option<&MediaStreamTrack>) {
        let mut current = self
            .core
            .track
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = current.take() {
            before.detach(&self.shared, self.id);
        }
        if let Some(track) = track {
            track.attach(&self.shared, self.id);
            *current = Some(track.clone());
        }
    }
}
