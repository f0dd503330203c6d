/// Counters of one channel, in the terms of the W3C's `RTCDataChannelStats`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct ChannelStats {
    /// Messages taken by `send`.
    pub messages_sent: u64,
    /// Their octets.
    pub bytes_sent: u64,
    /// Messages given by `recv`.
    pub messages_received: u64,
    /// Their octets.
    pub bytes_received: u64,
}

/// Counters of all channels.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Stats {
    /// Channels opened, by either side.
    pub opened: u64,
    /// Channels closed.
    pub closed: u64,
    /// OPEN refused: malformed or of unknown type.
    pub refused_malformed: u64,
    /// OPEN refused: the id has our parity, or the id 65,535.
    pub refused_parity: u64,
    /// OPEN refused: too many channels.
    pub refused_limit: u64,
    /// OPEN on a channel in use.
    pub double_open: u64,
    /// ACK that nothing waited for, and malformed messages on a channel in use.
    pub dropped_control: u64,
    /// Messages dropped for want of a channel.
    pub dropped_no_channel: u64,
    /// Messages dropped because the channel is closing.
    pub dropped_closing: u64,
    /// Messages of kinds that are not supported.
    pub dropped_unsupported: u64,
}
