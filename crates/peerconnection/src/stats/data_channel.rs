//! `RTCDataChannelStats`.

use super::Stats;
use super::dictionary::dictionary;
use crate::state::DataChannelState;

dictionary! {
    /// `RTCDataChannelStats`. Channels stay when they are closed, as many as
    /// [`Config::closed_channels`](crate::session::Config::closed_channels) says.
    DataChannelStats: Stats {
        /// `label`.
        label: Option<String>,
        /// `protocol`.
        protocol: Option<String>,
        /// `dataChannelIdentifier`: its stream, once known.
        data_channel_identifier: Option<u16>,
        /// `state`.
        state: DataChannelState,
        /// `messagesSent`.
        messages_sent: Option<u32>,
        /// `bytesSent`: octets of messages.
        bytes_sent: Option<u64>,
        /// `messagesReceived`.
        messages_received: Option<u32>,
        /// `bytesReceived`: octets of messages.
        bytes_received: Option<u64>,
    }
}
