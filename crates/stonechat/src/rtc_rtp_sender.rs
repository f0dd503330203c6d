//! `RTCRtpSender` (webrtc-pc, section 5.2).

mod dtmf;
mod transform;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use stonechat_peerconnection::{
    Answer, Call, Kind, MediaEngine, RtpCapabilities, RtpSendParameters, SenderId,
    SetParameterOptions, TransceiverId,
};
use tokio::sync::Notify;

use crate::encoding_hints::EncodingHintsWatch;
use crate::error::RtcError;
use crate::media_stream_track::MediaStreamTrack;
use crate::rtc_dtls_transport::RtcDtlsTransport;
use crate::shared::{Shared, State};

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
    /// The encodings that key frames were asked of, each once.
    key_frame_rids: Mutex<Vec<String>>,
    track: Mutex<Option<MediaStreamTrack>>,
}

impl SenderCore {
    /// Tells who encodes. One flag for each encoding, so that a peer that asks all the time fills
    /// no queue.
    pub(crate) fn ask_for_key_frame(&self, rid: Option<String>) {
        let mut rids = self.key_frame_rids();
        if let Some(rid) = rid.filter(|rid| !rids.contains(rid)) {
            rids.push(rid);
        }
        drop(rids);
        self.key_frame.notify_one();
    }

    pub(crate) fn track(&self) -> Option<MediaStreamTrack> {
        self.track
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn key_frame_rids(&self) -> MutexGuard<'_, Vec<String>> {
        self.key_frame_rids
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
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

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) fn id(&self) -> SenderId {
        self.id
    }

    /// `getCapabilities()`: the codecs and header extensions that can be sent by default; `None`
    /// for a kind that is neither `audio` nor `video`. What an [`Api`](crate::Api) with codecs of
    /// its own can send is what its [`MediaEngine`] says.
    #[must_use]
    pub fn get_capabilities(kind: &str) -> Option<RtpCapabilities> {
        let kind = [Kind::Audio, Kind::Video]
            .into_iter()
            .find(|known| known.as_str() == kind)?;
        Some(MediaEngine::default().send_capabilities(kind))
    }

    /// `getParameters()`: how the track is encoded and sent.
    ///
    /// They are the same, with the same `transaction_id`, until something changes.
    #[must_use]
    pub fn get_parameters(&self) -> RtpSendParameters {
        match self.shared.call(Call::GetParameters(self.id)) {
            Ok(Answer::Parameters(parameters)) => *parameters,
            // The transceiver is gone.
            _ => RtpSendParameters::default(),
        }
    }

    /// `setParameters()`: changes what [`get_parameters`](Self::get_parameters) gave, without
    /// negotiation.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` if the transceiver is stopped, or if the parameters changed since
    /// `get_parameters`; `InvalidModificationError` if something read-only was changed, or a codec
    /// or scalability mode cannot be used; `RangeError` for a scale below 1 or a frame rate
    /// below 0.
    pub async fn set_parameters(
        &self,
        parameters: RtpSendParameters,
        options: SetParameterOptions,
    ) -> Result<(), RtcError> {
        let call = Call::SetParameters(self.id, Box::new(parameters), options);
        self.shared.promise(call).await.map(|_| ())
    }

    /// What the encoder should do for each encoding, now and as it changes.
    #[must_use]
    pub fn encoding_hints(&self) -> EncodingHintsWatch {
        let mut state = self.shared.session();
        let State { session, hub } = &mut *state;
        EncodingHintsWatch {
            hints: hub.watch_hints(session, self.id),
        }
    }

    /// `track`.
    #[must_use]
    pub fn track(&self) -> Option<MediaStreamTrack> {
        self.core.track()
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
    /// stopped or the peer connection closed.
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
    /// `TypeError` if an id is no token, `InvalidStateError` after the end.
    pub fn set_streams(&self, streams: &[&str]) -> Result<(), RtcError> {
        let streams = streams.iter().map(|&stream| stream.to_owned()).collect();
        self.shared
            .call(Call::SetStreams(self.id, streams))
            .map(|_| ())
    }

    /// Waits until a key frame is asked for, by the peer's decoder, by a transform or by
    /// `setParameters`. A request that came while nobody waited is not lost.
    ///
    /// Names the encodings that are meant; empty without simulcast, or if all are.
    pub async fn key_frame_requested(&self) -> Vec<String> {
        self.core.key_frame.notified().await;
        let mut rids = self.core.key_frame_rids();
        std::mem::take(&mut *rids)
    }

    /// The track goes, if the session let it go.
    pub(crate) fn forget_removed_track(&self) {
        let view = self.shared.session().transceiver(TransceiverId(self.id.0));
        if view.is_some_and(|view| view.sender_track.is_none()) {
            self.set_track(None);
        }
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
