//! `dtmf` of an `RTCRtpSender` (webrtc-pc, section 7.1).

use super::RtcRtpSender;
use crate::rtc_dtmf_sender::RtcDtmfSender;

impl RtcRtpSender {
    /// `dtmf`: sends tones; `None` for video.
    #[must_use]
    pub fn dtmf(&self) -> Option<RtcDtmfSender> {
        let has_dtmf = self.shared.session().has_dtmf(self.id);
        has_dtmf.then(|| RtcDtmfSender::new(&self.shared, self.id))
    }
}
