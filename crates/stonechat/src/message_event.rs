//! `MessageEvent`, as data channels fire it.

use crate::rtc_data_channel::RtcDataChannelMessage;

/// What `message` carries.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct MessageEvent {
    /// `data`.
    pub data: RtcDataChannelMessage,
}
