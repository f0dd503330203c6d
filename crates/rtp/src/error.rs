/// Why octets are no RTP packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// Fewer octets than the fixed header and the contributing sources need.
    #[error("the packet ends inside its header")]
    TooShort,
    /// The version is not 2.
    #[error("the version is {0} instead of 2")]
    Version(u8),
    /// The header extension is longer than the packet.
    #[error("the packet ends inside its header extension")]
    ExtensionTooLong,
    /// The padding count is 0 or larger than what follows the header.
    #[error("the padding count {0} is zero or larger than the payload")]
    Padding(u8),
}

/// The output is too small; nothing that was written to it may be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{needed} octets are needed")]
pub struct Full {
    /// Octets that the whole encoding needs.
    pub needed: usize,
}
