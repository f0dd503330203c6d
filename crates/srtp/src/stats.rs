use crate::{ProtectError, UnprotectError};

/// What an [`Outbound`](crate::Outbound) counted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct OutboundStats {
    /// RTP packets protected.
    pub rtp_packets: u64,
    /// RTCP packets protected.
    pub rtcp_packets: u64,
    /// Packets refused because their index was or may have been used.
    pub refused_index: u64,
    /// Packets refused because the keys are used up.
    pub refused_expired: u64,
    /// Packets refused for another reason.
    pub refused_other: u64,
    /// Streams with state, of RTP and RTCP.
    pub streams: usize,
}

impl OutboundStats {
    pub(crate) const fn refuse(&mut self, error: ProtectError) {
        match error {
            ProtectError::IndexUsed | ProtectError::IndexTooOld => self.refused_index += 1,
            ProtectError::KeyExpired => self.refused_expired += 1,
            ProtectError::Malformed
            | ProtectError::TrailerLength { .. }
            | ProtectError::TooManyStreams
            | ProtectError::Provider => self.refused_other += 1,
        }
    }
}

/// What an [`Inbound`](crate::Inbound) counted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct InboundStats {
    /// RTP packets opened.
    pub rtp_packets: u64,
    /// RTCP packets opened.
    pub rtcp_packets: u64,
    /// Packets dropped without a whole header.
    pub malformed: u64,
    /// Packets dropped without room for a tag.
    pub too_short: u64,
    /// Packets dropped that came before.
    pub replayed: u64,
    /// Packets dropped from behind the replay window.
    pub too_old: u64,
    /// Packets dropped with a wrong tag.
    pub unauthenticated: u64,
    /// SRTCP packets dropped because they were not encrypted.
    pub unencrypted: u64,
    /// Packets dropped because of the limit of streams.
    pub too_many_streams: u64,
    /// Packets dropped because the keys are used up.
    pub expired: u64,
    /// Streams with state, of RTP and RTCP.
    pub streams: usize,
}

impl InboundStats {
    pub(crate) const fn drop(&mut self, error: UnprotectError) {
        match error {
            UnprotectError::Malformed => self.malformed += 1,
            UnprotectError::TooShort => self.too_short += 1,
            UnprotectError::Replayed => self.replayed += 1,
            UnprotectError::TooOld => self.too_old += 1,
            UnprotectError::Unauthenticated => self.unauthenticated += 1,
            UnprotectError::Unencrypted => self.unencrypted += 1,
            UnprotectError::TooManyStreams => self.too_many_streams += 1,
            UnprotectError::KeyExpired => self.expired += 1,
        }
    }
}
