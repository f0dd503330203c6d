//! What the payload of a stream is, and what can be read from it without decoding.

pub(crate) mod av1;
pub(crate) mod g711;
pub(crate) mod h264;
pub(crate) mod opus;
pub(crate) mod telephone_event;
pub(crate) mod vp8;

/// Sound or pictures.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum MediaKind {
    /// Sound: never paced, one packet is one frame.
    Audio,
    /// Pictures: paced, a frame is a run of packets that ends with the marker bit.
    Video,
}

/// How H.264 is put into packets (RFC 6184, section 6.2).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum PacketizationMode {
    /// Mode 0: each packet is one NAL unit.
    SingleNal,
    /// Mode 1: aggregation (STAP-A) and fragmentation (FU-A) are allowed.
    #[default]
    NonInterleaved,
}

/// The payload format of a stream.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Codec {
    /// Opus, always at a clock rate of 48,000 Hz (RFC 7587).
    Opus,
    /// G.711 mu-law at 8,000 Hz (RFC 3551, section 4.5.14).
    Pcmu,
    /// G.711 A-law at 8,000 Hz (RFC 3551, section 4.5.14).
    Pcma,
    /// VP8 (RFC 7741).
    Vp8,
    /// H.264 (RFC 6184); frames are access units in Annex-B form.
    H264(PacketizationMode),
    /// AV1 ("RTP Payload Format For AV1"); frames are temporal units in the low-overhead format.
    Av1,
    /// Telephone events between the packets of audio (RFC 4733).
    TelephoneEvent {
        /// Clock rate in Hz, at least 1.
        clock_rate: u32,
    },
    /// A format this crate does not look into: each packet payload is handed on as one frame.
    Other {
        /// Sound or pictures.
        kind: MediaKind,
        /// Clock rate in Hz, at least 1.
        clock_rate: u32,
    },
}

impl Codec {
    /// Sound or pictures.
    #[must_use]
    pub const fn kind(&self) -> MediaKind {
        match self {
            Self::Opus | Self::Pcmu | Self::Pcma | Self::TelephoneEvent { .. } => MediaKind::Audio,
            Self::Vp8 | Self::H264(_) | Self::Av1 => MediaKind::Video,
            Self::Other { kind, .. } => *kind,
        }
    }

    /// Ticks of the RTP timestamp in a second; never 0.
    #[must_use]
    pub const fn clock_rate(&self) -> u32 {
        match self {
            Self::Opus => 48_000,
            Self::Pcmu | Self::Pcma => 8_000,
            Self::Vp8 | Self::H264(_) | Self::Av1 => 90_000,
            Self::Other { clock_rate: 0, .. } | Self::TelephoneEvent { clock_rate: 0 } => 1,
            Self::Other { clock_rate, .. } | Self::TelephoneEvent { clock_rate } => *clock_rate,
        }
    }
}

impl Codec {
    /// Whether it is telephone events, which no frame is made of.
    pub(crate) const fn is_event(&self) -> bool {
        matches!(self, Self::TelephoneEvent { .. })
    }
}

/// Why a payload could not be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// The payload holds nothing.
    #[error("the payload is empty")]
    Empty,
    /// A field or a length reaches beyond the end.
    #[error("the payload ends within a field")]
    Truncated,
    /// A value that the format does not allow.
    #[error("the payload holds a value that its format forbids")]
    Invalid,
    /// A packet type that the negotiated mode does not allow, or that nobody uses.
    #[error("the payload is of a type that was not negotiated")]
    Unsupported,
    /// A fragment does not follow the one before it.
    #[error("fragments do not belong together")]
    Mismatched,
    /// The frame would be larger than the limit.
    #[error("the frame exceeds the limit")]
    TooLarge,
}
