//! `RTCDataChannelEvent` (webrtc-pc, section 6.3).

use crate::rtc_data_channel::RtcDataChannel;

/// What `datachannel` carries: the peer opened a channel.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RtcDataChannelEvent {
    /// `channel`.
    pub channel: RtcDataChannel,
}

/// What an [`RtcDataChannelEvent`] is made of.
#[derive(Clone, Debug)]
pub struct RtcDataChannelEventInit {
    /// `channel`.
    pub channel: RtcDataChannel,
}

impl RtcDataChannelEvent {
    /// The constructor.
    #[must_use]
    pub fn new(init: RtcDataChannelEventInit) -> Self {
        Self {
            channel: init.channel,
        }
    }
}
