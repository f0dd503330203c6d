//! `RTCRtpTransceiver` (webrtc-pc, section 5.4).

use std::sync::Arc;

use stonechat_peerconnection::session::TransceiverView;
use stonechat_peerconnection::{
    Call, Direction, Kind, RtpCodec, RtpHeaderExtensionCapability, TransceiverId,
};

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

    /// `currentDirection`: what was negotiated; `stopped` once it is stopped for good.
    #[must_use]
    pub fn current_direction(&self) -> Option<Direction> {
        self.view()
            .map_or(Some(Direction::Stopped), |view| view.current_direction)
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
    /// Retransmissions are used if their codec is in the list.
    ///
    /// # Errors
    ///
    /// `InvalidModificationError` if one is not among the capabilities, or none of them carries
    /// media.
    pub fn set_codec_preferences(&self, codecs: Vec<RtpCodec>) -> Result<(), RtcError> {
        self.shared
            .call(Call::SetCodecPreferences(self.id, codecs))
            .map(|_| ())
    }

    /// `getHeaderExtensionsToNegotiate()` (webrtc-extensions): how the next exchange uses header
    /// extensions; `stopped` ones are left out.
    #[must_use]
    pub fn get_header_extensions_to_negotiate(&self) -> Vec<RtpHeaderExtensionCapability> {
        self.shared
            .session()
            .header_extensions_to_negotiate(self.id)
    }

    /// `setHeaderExtensionsToNegotiate()`: the list of
    /// [`get_header_extensions_to_negotiate`](Self::get_header_extensions_to_negotiate) with other
    /// directions.
    ///
    /// # Errors
    ///
    /// `InvalidModificationError` if it is another list, or an extension is turned off that cannot
    /// be done without.
    pub fn set_header_extensions_to_negotiate(
        &self,
        extensions: Vec<RtpHeaderExtensionCapability>,
    ) -> Result<(), RtcError> {
        self.shared
            .call(Call::SetHeaderExtensionsToNegotiate(self.id, extensions))
            .map(|_| ())
    }

    /// `getNegotiatedHeaderExtensions()`: what the last exchange agreed on.
    #[must_use]
    pub fn get_negotiated_header_extensions(&self) -> Vec<RtpHeaderExtensionCapability> {
        self.shared.session().negotiated_header_extensions(self.id)
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
