/// Why a message was not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The association is shutting down or has ended.
    #[error("the association is shutting down or closed")]
    Closed,
    /// The stream is beyond what was negotiated.
    #[error("the stream is beyond the negotiated number")]
    InvalidStream,
    /// The stream is being reset.
    #[error("the stream is being reset")]
    Resetting,
    /// SCTP has no empty messages.
    #[error("the message is empty")]
    Empty,
    /// The message is larger than the configuration allows.
    #[error("the message is larger than {max} octets")]
    TooLarge {
        /// The limit.
        max: usize,
    },
    /// The send buffer is full; [`Event::Writable`](crate::Event::Writable) follows.
    #[error("the send buffer is full")]
    Blocked,
}

/// Why a stream was not reset.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ResetError {
    /// There is no established association.
    #[error("the association is not established")]
    NotConnected,
    /// The stream is beyond what was negotiated.
    #[error("the stream is beyond the negotiated number")]
    InvalidStream,
    /// The peer cannot reset streams.
    #[error("the peer does not support stream resets")]
    NotSupported,
    /// A reset of the stream is under way.
    #[error("the stream is already being reset")]
    InProgress,
}
