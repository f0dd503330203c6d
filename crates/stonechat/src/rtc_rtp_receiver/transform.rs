//! `transform` of an `RTCRtpReceiver` (webrtc-encoded-transform, section 3.3).

use std::sync::Arc;

use stonechat_media::ReceiverTransform;
use stonechat_peerconnection::Call;

use super::RtcRtpReceiver;
use crate::encoded_transform::{Owner, RtcRtpReceiverTransform, already_used};
use crate::error::RtcError;

impl RtcRtpReceiver {
    /// `transform`: what encoded frames go through before the track gives them.
    #[must_use]
    pub fn transform(&self) -> Option<RtcRtpReceiverTransform> {
        self.shared.session().hub.transforms.receiver(self.id)
    }

    /// Sets `transform`. What is set when the track event comes gets the first frame. A transform
    /// that was set somewhere once cannot be set again.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` if the transform was used before.
    pub fn set_transform(
        &self,
        transform: Option<RtcRtpReceiverTransform>,
    ) -> Result<(), RtcError> {
        if let Some(transform) = &transform {
            let kind = Some(self.track.kind());
            let owner = Owner::Receiver(Arc::downgrade(&self.shared), self.id, kind);
            if !transform.claim(owner) {
                return Err(already_used());
            }
        }
        let way = match &transform {
            None => ReceiverTransform::None,
            Some(transform) => transform.way(),
        };
        let before = self
            .shared
            .session()
            .hub
            .transforms
            .set_receiver(self.id, transform);
        if let Some(RtcRtpReceiverTransform::Script(before)) = before {
            before.core.end();
        }
        // After the end nothing is received, transformed or not.
        let _ = self.shared.call(Call::SetReceiverTransform(self.id, way));
        Ok(())
    }
}
