//! `addTrack`, `addTransceiver` and what there is of both (webrtc-pc, section 5.1).

use std::sync::Arc;

use stonechat_peerconnection::{Answer, Call, Kind, TransceiverInit};

use super::{RtcPeerConnection, unexpected};
use crate::error::{RtcError, RtcErrorName};
use crate::media_stream_track::MediaStreamTrack;
use crate::rtc_rtp_receiver::RtcRtpReceiver;
use crate::rtc_rtp_sender::RtcRtpSender;
use crate::rtc_rtp_transceiver::RtcRtpTransceiver;

/// What a transceiver is made for: a track to send, or a kind.
#[derive(Clone, Copy, Debug)]
pub enum TrackOrKind<'a> {
    /// Sends this track.
    Track(&'a MediaStreamTrack),
    /// Has no track to send yet.
    Kind(Kind),
}

impl From<Kind> for TrackOrKind<'_> {
    fn from(kind: Kind) -> Self {
        Self::Kind(kind)
    }
}

impl<'a> From<&'a MediaStreamTrack> for TrackOrKind<'a> {
    fn from(track: &'a MediaStreamTrack) -> Self {
        Self::Track(track)
    }
}

impl RtcPeerConnection {
    /// `addTrack()`: sends a track in streams of these ids.
    ///
    /// # Errors
    ///
    /// `InvalidAccessError` if the track is being sent already, `InvalidStateError` after the end,
    /// `TypeError` for a stream id that is no token.
    pub fn add_track(
        &self,
        track: &MediaStreamTrack,
        streams: &[&str],
    ) -> Result<RtcRtpSender, RtcError> {
        let streams = streams.iter().map(|&stream| stream.to_owned()).collect();
        match self.shared().call(Call::AddTrack {
            track: track.info(),
            streams,
        })? {
            Answer::Sender(id) => {
                let sender = RtcRtpSender::new(self.shared(), id);
                sender.set_track(Some(track));
                Ok(sender)
            }
            _ => Err(unexpected()),
        }
    }

    /// `removeTrack()`: the sender stays and sends nothing.
    ///
    /// # Errors
    ///
    /// `InvalidAccessError` if the sender belongs to another peer connection, `InvalidStateError`
    /// after the end.
    pub fn remove_track(&self, sender: &RtcRtpSender) -> Result<(), RtcError> {
        if !Arc::ptr_eq(sender.shared(), self.shared()) && !self.shared().session().is_closed() {
            return Err(RtcError::new(
                RtcErrorName::InvalidAccessError,
                "the sender belongs to another peer connection",
            ));
        }
        self.shared().call(Call::RemoveTrack(sender.id()))?;
        sender.forget_removed_track();
        Ok(())
    }

    /// `addTransceiver()` with a track or of a kind.
    ///
    /// `init.send_encodings` names the encodings of simulcast.
    ///
    /// # Errors
    ///
    /// `TypeError` for names of encodings that are malformed, not unique or missing, and for a
    /// stream id that is no token; `RangeError` for a scale below 1 or a frame rate that is not
    /// above 0; `OperationError` for a codec or scalability mode that is not there;
    /// `InvalidStateError` after the end.
    #[expect(
        single_use_lifetimes,
        reason = "an argument's lifetime in `impl` needs a name"
    )]
    pub fn add_transceiver<'a>(
        &self,
        track_or_kind: impl Into<TrackOrKind<'a>>,
        init: TransceiverInit,
    ) -> Result<RtcRtpTransceiver, RtcError> {
        let (kind, track) = match track_or_kind.into() {
            TrackOrKind::Track(track) => (track.kind(), Some(track)),
            TrackOrKind::Kind(kind) => (kind, None),
        };
        let call = Call::AddTransceiver {
            kind,
            track: track.map(MediaStreamTrack::info),
            init,
        };
        match self.shared().call(call)? {
            Answer::Transceiver(id) => {
                let transceiver = RtcRtpTransceiver::new(self.shared(), id);
                transceiver.sender().set_track(track);
                Ok(transceiver)
            }
            _ => Err(unexpected()),
        }
    }

    /// `getTransceivers()`: in the order in which they were made.
    #[must_use]
    pub fn get_transceivers(&self) -> Vec<RtcRtpTransceiver> {
        self.collect(|_| true)
    }

    /// `getSenders()`: of all transceivers that are not stopped for good.
    #[must_use]
    pub fn get_senders(&self) -> Vec<RtcRtpSender> {
        let attached = self.collect(|is_attached| is_attached);
        attached
            .iter()
            .map(|transceiver| transceiver.sender().clone())
            .collect()
    }

    /// `getReceivers()`: of all transceivers that are not stopped for good.
    #[must_use]
    pub fn get_receivers(&self) -> Vec<RtcRtpReceiver> {
        let attached = self.collect(|is_attached| is_attached);
        attached
            .iter()
            .map(|transceiver| transceiver.receiver().clone())
            .collect()
    }

    fn collect(&self, fits: impl Fn(bool) -> bool) -> Vec<RtcRtpTransceiver> {
        let ids: Vec<_> = self
            .shared()
            .session()
            .transceivers()
            .into_iter()
            .filter(|view| fits(view.is_attached))
            .map(|view| view.id)
            .collect();
        ids.into_iter()
            .map(|id| RtcRtpTransceiver::new(self.shared(), id))
            .collect()
    }
}
