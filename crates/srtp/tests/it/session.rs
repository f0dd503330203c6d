//! A sender and a receiver with the same keys.

use stonechat_crypto::rust;
use stonechat_srtp::{Config, Inbound, Outbound, Profile, ProtectError, UnprotectError};

pub(crate) const PROFILES: [Profile; 4] = [
    Profile::AeadAes128Gcm,
    Profile::AeadAes256Gcm,
    Profile::Aes128CmSha1_80,
    Profile::Aes128CmSha1_32,
];

pub(crate) fn keys(profile: Profile, seed: u8) -> (Vec<u8>, Vec<u8>) {
    let octets = |len: usize, from: u8| {
        (0..len)
            .map(|n| from.wrapping_add(u8::try_from(n).unwrap()).wrapping_mul(37))
            .collect()
    };
    (
        octets(profile.key_len(), seed),
        octets(profile.salt_len(), seed.wrapping_add(100)),
    )
}

pub(crate) struct Session {
    pub(crate) profile: Profile,
    pub(crate) outbound: Outbound,
    pub(crate) inbound: Inbound,
}

impl Session {
    pub(crate) fn new(profile: Profile) -> Self {
        Self::with(profile, &Config::default())
    }

    pub(crate) fn with(profile: Profile, config: &Config) -> Self {
        let (key, salt) = keys(profile, 1);
        let provider = rust::provider();
        Self {
            profile,
            outbound: Outbound::new(&provider, profile, &key, &salt, config.clone()).unwrap(),
            inbound: Inbound::new(&provider, profile, &key, &salt, config.clone()).unwrap(),
        }
    }

    pub(crate) fn protect_rtp(&mut self, packet: &[u8]) -> Result<Vec<u8>, ProtectError> {
        let mut wire = packet.to_vec();
        wire.resize(packet.len() + self.profile.rtp_overhead(), 0);
        let (body, tag) = wire.split_at_mut(packet.len());
        self.outbound.protect_rtp(body, tag)?;
        Ok(wire)
    }

    pub(crate) fn protect_rtcp(&mut self, packet: &[u8]) -> Result<Vec<u8>, ProtectError> {
        let mut wire = packet.to_vec();
        wire.resize(packet.len() + self.profile.rtcp_overhead(), 0);
        let (body, trailer) = wire.split_at_mut(packet.len());
        self.outbound.protect_rtcp(body, trailer)?;
        Ok(wire)
    }

    pub(crate) fn unprotect_rtp(&mut self, wire: &[u8]) -> Result<Vec<u8>, UnprotectError> {
        let mut packet = wire.to_vec();
        let len = self.inbound.unprotect_rtp(&mut packet)?;
        packet.truncate(len);
        Ok(packet)
    }

    pub(crate) fn unprotect_rtcp(&mut self, wire: &[u8]) -> Result<Vec<u8>, UnprotectError> {
        let mut packet = wire.to_vec();
        let len = self.inbound.unprotect_rtcp(&mut packet)?;
        packet.truncate(len);
        Ok(packet)
    }
}

pub(crate) fn rtp(ssrc: u32, sequence: u16, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x80, 96];
    packet.extend_from_slice(&sequence.to_be_bytes());
    packet.extend_from_slice(&[0, 0, 0, 7]);
    packet.extend_from_slice(&ssrc.to_be_bytes());
    packet.extend_from_slice(payload);
    packet
}

/// Fifteen sources, a header extension and a payload.
pub(crate) fn long_rtp(ssrc: u32, sequence: u16) -> Vec<u8> {
    let mut packet = rtp(ssrc, sequence, &[]);
    packet[0] = 0x9f;
    packet.extend_from_slice(&[0x11; 60]);
    packet.extend_from_slice(&[0xbe, 0xde, 0, 1, 0x10, 5, 0, 0]);
    packet.extend_from_slice(b"the payload");
    packet
}

pub(crate) fn rtcp(ssrc: u32) -> Vec<u8> {
    let mut packet = vec![0x80, 201, 0, 1];
    packet.extend_from_slice(&ssrc.to_be_bytes());
    packet.extend_from_slice(&[0x81, 203, 0, 1, 0, 0, 0, 9]);
    packet
}
