//! What `getStats()` is asked about.

use crate::id::{ReceiverId, SenderId};

/// The selector of `getStats()` (webrtc-pc, section 8.1).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum StatsSelector {
    /// The whole peer connection.
    #[default]
    All,
    /// The one sender or receiver of the track with this id.
    Track(String),
    /// A sender.
    Sender(SenderId),
    /// A receiver.
    Receiver(ReceiverId),
}
