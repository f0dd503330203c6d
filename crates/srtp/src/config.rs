/// Limits and choices of a context.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Config {
    /// Packets behind the newest that may still come, 64 to 32,768; rounded up to a multiple of
    /// 64. Default: 1,024.
    pub replay_window: u16,
    /// Streams for which state is kept, for RTP and RTCP each. Default: 1,024.
    pub max_streams: usize,
    /// SRTP packets under one key, at most 2⁴⁸ (RFC 3711, section 9.2). Default: 2⁴⁸.
    pub rtp_lifetime: u64,
    /// SRTCP packets under one key, at most 2³¹ (RFC 3711, section 9.2). Default: 2³¹.
    pub rtcp_lifetime: u64,
    /// Whether SRTCP is encrypted. Default: required.
    pub rtcp_encryption: RtcpEncryption,
}

/// Whether SRTCP is encrypted (the E bit of RFC 3711, section 3.4); it always is authenticated.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum RtcpEncryption {
    /// Sent encrypted; received unencrypted is refused.
    Required,
    /// Sent unencrypted; received either way.
    Off,
}

impl Config {
    /// The largest lifetime of SRTP.
    const MAX_RTP_LIFETIME: u64 = 1 << 48;
    /// The largest lifetime of SRTCP.
    const MAX_RTCP_LIFETIME: u64 = 1 << 31;

    /// With every number in its range.
    pub(crate) fn clamped(mut self) -> Self {
        self.replay_window = self.replay_window.clamp(64, 32_768).next_multiple_of(64);
        self.rtp_lifetime = self.rtp_lifetime.min(Self::MAX_RTP_LIFETIME);
        self.rtcp_lifetime = self.rtcp_lifetime.min(Self::MAX_RTCP_LIFETIME);
        self
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            replay_window: 1024,
            max_streams: 1024,
            rtp_lifetime: Self::MAX_RTP_LIFETIME,
            rtcp_lifetime: Self::MAX_RTCP_LIFETIME,
            rtcp_encryption: RtcpEncryption::Required,
        }
    }
}
