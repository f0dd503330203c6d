/// Why keying material was not exported.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The handshake is not done, or the session has ended.
    #[error("the session is not connected")]
    NotConnected,
    /// The label belongs to the protocol itself.
    #[error("the label is reserved")]
    ReservedLabel,
    /// The context is longer than 65,535 octets.
    #[error("the context is too long")]
    ContextTooLong,
}
