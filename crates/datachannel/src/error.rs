/// Why a channel was not opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There are as many channels as the configuration or the stream ids allow.
    #[error("there is no room for another channel")]
    TooMany,
    /// The negotiated id is in use.
    #[error("the stream id is in use")]
    IdInUse,
    /// The negotiated id is 65,535 or beyond the streams of the association.
    #[error("the stream id is out of range")]
    InvalidId,
    /// Label or protocol is longer than 65,535 octets.
    #[error("the label or protocol is longer than 65535 octets")]
    TextTooLong,
    /// The association has ended.
    #[error("the association has ended")]
    Closed,
}

/// Why a message was not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The channel is not open, or unknown. A channel that we opened can send once its OPEN is
    /// under way.
    #[error("the channel is not open")]
    NotOpen,
    /// The message is larger than both sides allow.
    #[error("the message is larger than {max} octets")]
    TooLarge {
        /// The limit.
        max: u64,
    },
    /// The send buffer is full; one [`Event::Writable`](crate::Event::Writable) follows.
    #[error("the send buffer is full")]
    Blocked,
}
