//! Octets as an SRTP or SRTCP packet, and as a packet to be protected: what was protected opens to
//! what it was, once, and with any bit changed not at all.

use stonechat_crypto::rust;
use stonechat_srtp::{Config, Inbound, Outbound, Profile};

const PROFILES: [Profile; 4] = [
    Profile::AeadAes128Gcm,
    Profile::AeadAes256Gcm,
    Profile::Aes128CmSha1_80,
    Profile::Aes128CmSha1_32,
];

pub(crate) fn run(octets: &[u8]) {
    let Some((&choices, packet)) = octets.split_first() else {
        return;
    };
    let profile = PROFILES[usize::from(choices & 3)];
    let is_rtcp = choices & 4 != 0;
    let provider = rust::provider();
    let (key, salt) = (vec![1; profile.key_len()], vec![2; profile.salt_len()]);
    let mut inbound = Inbound::new(&provider, profile, &key, &salt, Config::default()).unwrap();
    let mut open = |packet: &mut [u8]| {
        if is_rtcp {
            inbound.unprotect_rtcp(packet)
        } else {
            inbound.unprotect_rtp(packet)
        }
    };
    assert!(open(&mut packet.to_vec()).is_err(), "nobody has the keys");

    let mut outbound = Outbound::new(&provider, profile, &key, &salt, Config::default()).unwrap();
    let overhead = if is_rtcp {
        profile.rtcp_overhead()
    } else {
        profile.rtp_overhead()
    };
    let mut wire = packet.to_vec();
    wire.resize(packet.len() + overhead, 0);
    let (body, tail) = wire.split_at_mut(packet.len());
    let protected = if is_rtcp {
        outbound.protect_rtcp(body, tail)
    } else {
        outbound.protect_rtp(body, tail)
    };
    if protected.is_err() {
        assert_eq!(
            wire[..packet.len()],
            *packet,
            "a refused packet is left alone"
        );
        return;
    }
    let bit = usize::from(choices >> 3).wrapping_mul(packet.len()) % (wire.len() * 8);
    let mut changed = wire.clone();
    changed[bit / 8] ^= 1 << (bit % 8);
    assert!(open(&mut changed).is_err(), "bit {bit} was changed");
    let mut opened = wire.clone();
    let len = open(&mut opened).unwrap();
    assert_eq!(opened[..len], *packet);
    assert!(open(&mut wire).is_err(), "a replay");
}
