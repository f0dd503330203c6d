use crate::ChannelId;

/// What happened.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The association is established.
    Connected,
    /// The peer opened this channel; it is open.
    Announced(ChannelId),
    /// A channel of ours is open.
    Open(ChannelId),
    /// There is something to read.
    Readable(ChannelId),
    /// A send that was refused can be tried again.
    Writable(ChannelId),
    /// The buffered amount fell to the threshold or below.
    BufferedAmountLow(ChannelId),
    /// The peer closes the channel.
    Closing(ChannelId),
    /// The channel is closed and its id no longer known.
    Closed(ChannelId, CloseReason),
    /// The association has ended, and every channel before it.
    AssociationClosed(stonechat_sctp::CloseReason),
}

/// Why a channel is closed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CloseReason {
    /// We closed it.
    Local,
    /// The peer closed it, or refused it.
    Remote,
    /// A message was larger than we allow.
    MessageTooLarge,
    /// A message of a kind that we do not support came, or an OPEN on a channel in use.
    Protocol,
    /// The stream id is beyond what the association negotiated, or there was none left.
    NoStream,
    /// The peer restarted the association.
    Restarted,
    /// The association was shut down.
    AssociationShutdown,
    /// The association failed.
    AssociationFailed,
}
