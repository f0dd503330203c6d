//! `RTCRtpTransceiver` (webrtc-pc, section 5.4).

use std::sync::Arc;

use stonechat_peerconnection::session::TransceiverView;
use stonechat_peerconnection::{Call, CodecCapability, Direction, Kind, TransceiverId};

use crate::error::RtcError;
use crate::rtc_rtp_receiver::RtcRtpReceiver;
use crate::rtc_rtp_sender::RtcRtpSender;
use crate::shared::Shared;

/// A sender and a receiver that share a media section.
#[derive(Clone, Debug)]
pub struct RtcRtpTransceiver {
    shared: Arc<Shared>,
    id: TransceiverId,
    kind: Kind,
    sender: RtcRtpSender,
    receiver: RtcRtpReceiver,
}

impl RtcRtpTransceiver {
    pub(crate) fn new(shared: &Arc<Shared>, id: TransceiverId) -> Self {
        let kind = shared
            .session()
            .transceiver(id)
            .map_or(Kind::Audio, |view| view.kind);
        Self {
            sender: RtcRtpSender::new(shared, id.sender()),
            receiver: RtcRtpReceiver::new(shared, id.receiver()),
            shared: Arc::clone(shared),
            id,
            kind,
        }
    }

    /// Audio or video.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// `mid`, once a description was set.
    #[must_use]
    pub fn mid(&self) -> Option<String> {
        self.view()?.mid
    }

    /// `sender`.
    #[must_use]
    pub fn sender(&self) -> &RtcRtpSender {
        &self.sender
    }

    /// `receiver`.
    #[must_use]
    pub fn receiver(&self) -> &RtcRtpReceiver {
        &self.receiver
    }

    /// `direction`: what is wanted.
    #[must_use]
    pub fn direction(&self) -> Direction {
        self.view()
            .map_or(Direction::Stopped, |view| view.direction)
    }

    /// `currentDirection`: what was negotiated.
    #[must_use]
    pub fn current_direction(&self) -> Option<Direction> {
        self.view()?.current_direction
    }

    /// Sets `direction`; the next exchange negotiates it.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` if the transceiver is stopped, `TypeError` for
    /// [`Direction::Stopped`].
    pub fn set_direction(&self, direction: Direction) -> Result<(), RtcError> {
        self.shared
            .call(Call::SetDirection(self.id, direction))
            .map(|_| ())
    }

    /// `stop()`: the next exchange gives its place up.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` after the end of the peer connection.
    pub fn stop(&self) -> Result<(), RtcError> {
        self.shared.call(Call::StopTransceiver(self.id)).map(|_| ())
    }

    /// `setCodecPreferences()`: which codecs, in which order; empty restores the default.
    ///
    /// # Errors
    ///
    /// `InvalidModificationError` if one is not among the capabilities.
    pub fn set_codec_preferences(&self, codecs: Vec<CodecCapability>) -> Result<(), RtcError> {
        self.shared
            .call(Call::SetCodecPreferences(self.id, codecs))
            .map(|_| ())
    }

    /// Whether `stop()` was called or its section was rejected.
    #[must_use]
    pub fn stopped(&self) -> bool {
        self.view().is_none_or(|view| view.stopped)
    }

    fn view(&self) -> Option<TransceiverView> {
        self.shared.session().transceiver(self.id)
    }
}
