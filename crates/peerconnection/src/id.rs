//! Names of the objects that both machines of a peer connection speak about.

/// One component: an ICE agent with its DTLS session and SRTP contexts.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TransportId(pub u32);

/// A data channel of this peer connection, never used twice.
///
/// Channels that the application makes are numbered from 0 up; those that the peer announces have
/// [`ANNOUNCED`](Self::ANNOUNCED) set.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ChannelId(pub u32);

impl ChannelId {
    /// The bit that tells the peer's channels from our own.
    pub const ANNOUNCED: u32 = 0x8000_0000;

    /// Whether the peer announced it.
    #[must_use]
    pub const fn is_announced(self) -> bool {
        self.0 & Self::ANNOUNCED != 0
    }
}

/// The sending half of a transceiver.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SenderId(pub u32);

/// The receiving half of a transceiver.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ReceiverId(pub u32);

/// A transceiver; its sender and receiver carry the same number.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TransceiverId(pub u32);

impl TransceiverId {
    /// Its sending half.
    #[must_use]
    pub const fn sender(self) -> SenderId {
        SenderId(self.0)
    }

    /// Its receiving half.
    #[must_use]
    pub const fn receiver(self) -> ReceiverId {
        ReceiverId(self.0)
    }
}

/// Audio or video.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Kind {
    /// Sound.
    Audio,
    /// Pictures.
    Video,
}

impl Kind {
    /// The word of SDP and of the W3C API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
        }
    }
}
