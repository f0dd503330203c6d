//! `BinaryType`, and the priorities of data channels (webrtc-priority).

use crate::rtp_parameters::Priority;

crate::w3c_enums! {
    /// `BinaryType`: as what binary messages are shown.
    BinaryType {
        /// As a `Blob`.
        Blob = "blob",
        /// As an `ArrayBuffer`.
        #[default]
        Arraybuffer = "arraybuffer",
    }
}

impl Priority {
    /// The weight of a data channel (RFC 8831, section 6.4).
    #[must_use]
    pub const fn to_dcep(self) -> u16 {
        match self {
            Self::VeryLow => 128,
            Self::Low => 256,
            Self::Medium => 512,
            Self::High => 1024,
        }
    }

    /// The priority of a data channel that the peer opened with this weight.
    #[must_use]
    pub const fn from_dcep(weight: u16) -> Self {
        match weight {
            0..=128 => Self::VeryLow,
            129..=256 => Self::Low,
            257..=512 => Self::Medium,
            _ => Self::High,
        }
    }
}
