#![warn(clippy::indexing_slicing)]

use stonechat_crypto::Provider;
use stonechat_rtp::{HeaderView, Ssrc};

use crate::cipher::Cipher;
use crate::replay::Seen;
use crate::streams::{Place, Streams};
use crate::{
    Config, InboundStats, KeyError, Profile, RolloverError, RtcpEncryption, UnprotectError,
};

/// Checks and opens what one side receives.
///
/// # Limits
///
/// Memory is bounded by [`Config::max_streams`] and [`Config::replay_window`]: a stream takes
/// about 64 octets and a bit for each index of its window. Streams come to be by authenticated
/// packets only.
#[derive(Debug)]
pub struct Inbound {
    profile: Profile,
    config: Config,
    rtp: Cipher,
    rtcp: Cipher,
    rtp_streams: Streams,
    rtcp_streams: Streams,
    stats: InboundStats,
}

impl Inbound {
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
            stats: InboundStats::default(),
            config,
        })
    }

    /// Opens an SRTP packet in place; returns the length of the RTP packet at its start.
    ///
    /// # Errors
    ///
    /// [`UnprotectError`]: drop the packet. Nothing but a counter changed.
    ///
    /// # Spec
    ///
    /// RFC 3711, section 3.3; RFC 7714, section 8.
    pub fn unprotect_rtp(&mut self, packet: &mut [u8]) -> Result<usize, UnprotectError> {
        let result = self.try_unprotect_rtp(packet);
        match result {
            Ok(_) => self.stats.rtp_packets += 1,
            Err(error) => self.stats.drop(error),
        }
        result
    }

    fn try_unprotect_rtp(&mut self, packet: &mut [u8]) -> Result<usize, UnprotectError> {
        let header = HeaderView::parse(packet).map_err(|_| UnprotectError::Malformed)?;
        let (ssrc, sequence, header_len) = (header.ssrc(), header.sequence(), header.header_len());
        let len = packet
            .len()
            .checked_sub(self.profile.rtp_overhead())
            .filter(|len| *len >= header_len)
            .ok_or(UnprotectError::TooShort)?;
        if self.stats.rtp_packets >= self.config.rtp_lifetime {
            return Err(UnprotectError::KeyExpired);
        }
        let place = self.rtp_streams.find(ssrc);
        let index = match self.rtp_streams.get(place) {
            Some(stream) => stream.index(sequence).ok_or(UnprotectError::TooOld)?,
            None => u64::from(sequence.0),
        };
        check_fresh(&self.rtp_streams, place, index)?;
        let (body, tag) = packet
            .split_at_mut_checked(len)
            .ok_or(UnprotectError::TooShort)?;
        self.rtp
            .open_rtp(ssrc, index, body, header_len, tag)
            .map_err(|_| UnprotectError::Unauthenticated)?;
        self.rtp_streams.mark(ssrc, place, index);
        Ok(len)
    }

    /// Opens an SRTCP packet in place; returns the length of the RTCP packet at its start.
    ///
    /// # Errors
    ///
    /// [`UnprotectError`]: drop the packet. Nothing but a counter changed.
    ///
    /// # Spec
    ///
    /// RFC 3711, section 3.4; RFC 7714, section 9.
    pub fn unprotect_rtcp(&mut self, packet: &mut [u8]) -> Result<usize, UnprotectError> {
        let result = self.try_unprotect_rtcp(packet);
        match result {
            Ok(_) => self.stats.rtcp_packets += 1,
            Err(error) => self.stats.drop(error),
        }
        result
    }

    fn try_unprotect_rtcp(&mut self, packet: &mut [u8]) -> Result<usize, UnprotectError> {
        let &[0x80..=0xbf, _, _, _, a, b, c, d] =
            packet.first_chunk().ok_or(UnprotectError::Malformed)?
        else {
            return Err(UnprotectError::Malformed);
        };
        let ssrc = Ssrc::from_be_bytes([a, b, c, d]);
        let len = packet
            .len()
            .checked_sub(self.profile.rtcp_overhead())
            .filter(|len| *len >= 8)
            .ok_or(UnprotectError::TooShort)?;
        if self.stats.rtcp_packets >= self.config.rtcp_lifetime {
            return Err(UnprotectError::KeyExpired);
        }
        let (body, trailer) = packet
            .split_at_mut_checked(len)
            .ok_or(UnprotectError::TooShort)?;
        let (word, tag) = self
            .rtcp
            .split_trailer(trailer)
            .ok_or(UnprotectError::TooShort)?;
        if !word.is_encrypted() && self.config.rtcp_encryption == RtcpEncryption::Required {
            return Err(UnprotectError::Unencrypted);
        }
        let place = self.rtcp_streams.find(ssrc);
        let index = u64::from(word.index());
        check_fresh(&self.rtcp_streams, place, index)?;
        self.rtcp
            .open_rtcp(ssrc, word, body, tag)
            .map_err(|_| UnprotectError::Unauthenticated)?;
        self.rtcp_streams.mark(ssrc, place, index);
        Ok(len)
    }

    /// Tells the rollover counter of the next packet of `ssrc`, for who joins late or lost 32,768
    /// packets or more in a row. It only goes up.
    ///
    /// # Errors
    ///
    /// [`RolloverError`]; nothing was changed.
    ///
    /// # Spec
    ///
    /// RFC 3711, section 3.3.1.
    pub fn set_rollover(&mut self, ssrc: Ssrc, rollover: u32) -> Result<(), RolloverError> {
        self.rtp_streams.set_rollover(ssrc, rollover)
    }

    /// The rollover counter of `ssrc`, or `None` before its first authenticated packet.
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

    /// What it counted.
    #[must_use]
    pub const fn stats(&self) -> InboundStats {
        let mut stats = self.stats;
        stats.streams = self
            .rtp_streams
            .len()
            .saturating_add(self.rtcp_streams.len());
        stats
    }
}

/// Whether a packet may be new: to its stream, or as the first of a stream.
fn check_fresh(streams: &Streams, place: Place, index: u64) -> Result<(), UnprotectError> {
    match streams.get(place) {
        Some(stream) => match stream.window.look(index) {
            Seen::New => Ok(()),
            Seen::Used => Err(UnprotectError::Replayed),
            Seen::TooOld => Err(UnprotectError::TooOld),
        },
        None if streams.is_full() => Err(UnprotectError::TooManyStreams),
        None => Ok(()),
    }
}
