pub use stonechat_rtp::Full;

use crate::PacketType;

/// Why octets are no RTCP packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// Fewer than the 4 octets of a header.
    #[error("the packet ends inside its header")]
    TooShort,
    /// The version is not 2.
    #[error("the version is {0} instead of 2")]
    Version(u8),
    /// The length field says more octets than there are.
    #[error("the packet is longer than the datagram")]
    Length,
    /// The padding count is 0, no multiple of 4 or larger than the packet.
    #[error("the padding count {0} is impossible")]
    Padding(u8),
    /// A packet has padding that is not the last of its compound.
    #[error("a packet before the last has padding")]
    PaddingNotLast,
    /// What the packet type demands is not there.
    #[error("the content of a packet of type {0} is malformed")]
    Content(PacketType),
}
