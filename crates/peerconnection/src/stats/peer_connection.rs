//! `RTCPeerConnectionStats`.

use super::Stats;
use super::dictionary::dictionary;

dictionary! {
    /// `RTCPeerConnectionStats`.
    PeerConnectionStats: Stats {
        /// `dataChannelsOpened`: channels that were ever open.
        data_channels_opened: Option<u32>,
        /// `dataChannelsClosed`: channels that were open and are not any more.
        data_channels_closed: Option<u32>,
    }
}
