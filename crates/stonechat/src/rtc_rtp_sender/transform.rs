//! `transform` of an `RTCRtpSender` (webrtc-encoded-transform, section 3.3).

use std::sync::Arc;

use stonechat_media::SenderTransform;
use stonechat_peerconnection::Call;

use super::RtcRtpSender;
use crate::encoded_transform::{Owner, RtcRtpSenderTransform, already_used};
use crate::error::RtcError;

impl RtcRtpSender {
    /// `transform`: what encoded frames go through before they are put into packets.
    #[must_use]
    pub fn transform(&self) -> Option<RtcRtpSenderTransform> {
        self.shared.session().hub.transforms.sender(self.id)
    }

    /// Sets `transform`. What is set before the first frame is written gets the first frame. A
    /// transform that was set somewhere once cannot be set again.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` if the transform was used before.
    pub fn set_transform(&self, transform: Option<RtcRtpSenderTransform>) -> Result<(), RtcError> {
        if let Some(transform) = &transform {
            let owner = Owner::Sender(Arc::downgrade(&self.shared), self.id);
            if !transform.claim(owner) {
                return Err(already_used());
            }
        }
        let way = match &transform {
            None => SenderTransform::None,
            Some(transform) => transform.way(),
        };
        let before = self
            .shared
            .session()
            .hub
            .transforms
            .set_sender(self.id, transform);
        if let Some(RtcRtpSenderTransform::Script(before)) = before {
            before.core.end();
        }
        // After the end nothing is sent, transformed or not.
        let _ = self.shared.call(Call::SetSenderTransform(self.id, way));
        Ok(())
    }
}
