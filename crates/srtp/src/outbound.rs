#![warn(clippy::indexing_slicing)]

use stonechat_crypto::Provider;
use stonechat_rtp::{HeaderView, Ssrc};

use crate::cipher::{Cipher, IndexWord};
use crate::replay::Seen;
use crate::streams::Streams;
use crate::{
    Config, KeyError, OutboundStats, Profile, ProtectError, RolloverError, RtcpEncryption,
};

/// Protects what one side sends.
///
/// # Limits
///
/// Memory is bounded by [`Config::max_streams`] and [`Config::replay_window`]: a stream takes
/// about 64 octets and a bit for each index of its window.
#[derive(Debug)]
pub struct Outbound {
    profile: Profile,
    config: Config,
    rtp: Cipher,
    rtcp: Cipher,
    rtp_streams: Streams,
    rtcp_streams: Streams,
    stats: OutboundStats,
}

impl Outbound {
    /// A context with the master key and salt of its direction.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if a length is wrong or the provider lacks an algorithm.
    ///
    /// # Spec
    ///
    /// RFC 3711, section 4.3; RFC 7714, section 11.
    pub fn new(
        provider: &Provider,
        profile: Profile,
        key: &[u8],
        salt: &[u8],
        config: Config,
    ) -> Result<Self, KeyError> {
        let (rtp, rtcp) = Cipher::pair(provider, profile, key, salt)?;
        let config = config.clamped();
        let streams = || Streams::new(config.max_streams, config.replay_window);
        Ok(Self {
            profile,
            rtp,
            rtcp,
            rtp_streams: streams(),
            rtcp_streams: streams(),
            stats: OutboundStats::default(),
            config,
        })
    }

    /// Protects an RTP packet: encrypts the payload of `packet` in place and writes `tag`, which
    /// has [`Profile::rtp_overhead`] octets and follows the packet on the wire.
    ///
    /// # Errors
    ///
    /// [`ProtectError`]: the packet must not be sent. On all but [`ProtectError::Provider`]
    /// nothing was changed.
    ///
    /// # Spec
    ///
    /// RFC 3711, section 3.3; RFC 7714, section 8.
    pub fn protect_rtp(&mut self, packet: &mut [u8], tag: &mut [u8]) -> Result<(), ProtectError> {
        let result = self.try_protect_rtp(packet, tag);
        match result {
            Ok(()) => self.stats.rtp_packets += 1,
            Err(error) => self.stats.refuse(error),
        }
        result
    }

    fn try_protect_rtp(&mut self, packet: &mut [u8], tag: &mut [u8]) -> Result<(), ProtectError> {
        check_trailer(tag, self.profile.rtp_overhead())?;
        let header = HeaderView::parse(packet).map_err(|_| ProtectError::Malformed)?;
        let (ssrc, sequence, header_len) = (header.ssrc(), header.sequence(), header.header_len());
        if self.stats.rtp_packets >= self.config.rtp_lifetime {
            return Err(ProtectError::KeyExpired);
        }
        let place = self.rtp_streams.find(ssrc);
        let index = match self.rtp_streams.get(place) {
            Some(stream) => {
                let index = stream.index(sequence).ok_or_else(|| {
                    // Outside of the index space: before its beginning or after its end.
                    match stream.rollover() {
                        Some(u32::MAX) => ProtectError::KeyExpired,
                        _ => ProtectError::IndexTooOld,
                    }
                })?;
                match stream.window.look(index) {
                    Seen::New => index,
                    Seen::Used => return Err(ProtectError::IndexUsed),
                    Seen::TooOld => return Err(ProtectError::IndexTooOld),
                }
            }
            None if self.rtp_streams.is_full() => return Err(ProtectError::TooManyStreams),
            None => u64::from(sequence.0),
        };
        // Used from here on, whatever the provider does.
        self.rtp_streams.mark(ssrc, place, index);
        self.rtp
            .seal_rtp(ssrc, index, packet, header_len, tag)
            .map_err(|_| ProtectError::Provider)
    }

    /// Protects an RTCP compound packet: encrypts all but the first 8 octets of `packet` in place
    /// and writes `trailer`, which has [`Profile::rtcp_overhead`] octets and follows the packet on
    /// the wire. The index is counted for each sender SSRC, the first of the packet.
    ///
    /// # Errors
    ///
    /// [`ProtectError`]: the packet must not be sent. On all but [`ProtectError::Provider`]
    /// nothing was changed.
    ///
    /// # Spec
    ///
    /// RFC 3711, section 3.4; RFC 7714, section 9.
    pub fn protect_rtcp(
        &mut self,
        packet: &mut [u8],
        trailer: &mut [u8],
    ) -> Result<(), ProtectError> {
        let result = self.try_protect_rtcp(packet, trailer);
        match result {
            Ok(()) => self.stats.rtcp_packets += 1,
            Err(error) => self.stats.refuse(error),
        }
        result
    }

    fn try_protect_rtcp(
        &mut self,
        packet: &mut [u8],
        trailer: &mut [u8],
    ) -> Result<(), ProtectError> {
        check_trailer(trailer, self.profile.rtcp_overhead())?;
        let &[0x80..=0xbf, _, _, _, a, b, c, d] =
            packet.first_chunk().ok_or(ProtectError::Malformed)?
        else {
            return Err(ProtectError::Malformed);
        };
        let ssrc = Ssrc::from_be_bytes([a, b, c, d]);
        if self.stats.rtcp_packets >= self.config.rtcp_lifetime {
            return Err(ProtectError::KeyExpired);
        }
        let place = self.rtcp_streams.find(ssrc);
        let highest = self
            .rtcp_streams
            .get(place)
            .and_then(|stream| stream.window.highest());
        if place.is_err() && self.rtcp_streams.is_full() {
            return Err(ProtectError::TooManyStreams);
        }
        let index = highest.map_or(0, |highest| highest.saturating_add(1));
        let index = u32::try_from(index)
            .ok()
            .filter(|index| *index < 1 << 31)
            .ok_or(ProtectError::KeyExpired)?;
        // Used from here on, whatever the provider does.
        self.rtcp_streams.mark(ssrc, place, u64::from(index));
        let word = IndexWord::new(
            index,
            self.config.rtcp_encryption == RtcpEncryption::Required,
        );
        self.rtcp
            .seal_rtcp(ssrc, word, packet, trailer)
            .map_err(|_| ProtectError::Provider)
    }

    /// Sets the rollover counter of the next packet of `ssrc`, to go on where another context with
    /// other keys stopped. It only goes up.
    ///
    /// # Errors
    ///
    /// [`RolloverError`]; nothing was changed.
    pub fn set_rollover(&mut self, ssrc: Ssrc, rollover: u32) -> Result<(), RolloverError> {
        self.rtp_streams.set_rollover(ssrc, rollover)
    }

    /// The rollover counter of `ssrc`, or `None` before its first packet.
    #[must_use]
    pub fn rollover(&self, ssrc: Ssrc) -> Option<u32> {
        self.rtp_streams
            .get(self.rtp_streams.find(ssrc))?
            .rollover()
    }

    /// The profile.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// SRTP and SRTCP packets that the keys are still good for.
    #[must_use]
    pub const fn remaining(&self) -> (u64, u64) {
        (
            self.config
                .rtp_lifetime
                .saturating_sub(self.stats.rtp_packets),
            self.config
                .rtcp_lifetime
                .saturating_sub(self.stats.rtcp_packets),
        )
    }

    /// What it counted.
    #[must_use]
    pub const fn stats(&self) -> OutboundStats {
        let mut stats = self.stats;
        stats.streams = self
            .rtp_streams
            .len()
            .saturating_add(self.rtcp_streams.len());
        stats
    }
}

const fn check_trailer(trailer: &[u8], expected: usize) -> Result<(), ProtectError> {
    if trailer.len() == expected {
        Ok(())
    } else {
        Err(ProtectError::TrailerLength {
            expected,
            actual: trailer.len(),
        })
    }
}
