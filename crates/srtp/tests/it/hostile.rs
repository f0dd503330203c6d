use proptest::prelude::*;
use stonechat_rtp::Ssrc;
use stonechat_srtp::{Config, Profile, UnprotectError};

use crate::session::{PROFILES, Session, long_rtp, rtcp, rtp};

#[test]
fn no_prefix_of_a_packet_opens() {
    for profile in PROFILES {
        let mut session = Session::new(profile);
        for wire in [
            session.protect_rtp(&rtp(1, 1, b"payload")).unwrap(),
            session.protect_rtp(&long_rtp(1, 2)).unwrap(),
        ] {
            for len in 0..wire.len() {
                assert!(
                    session.unprotect_rtp(&wire[..len]).is_err(),
                    "{profile:?} {len}"
                );
            }
            assert!(session.unprotect_rtp(&wire).is_ok());
        }
        let wire = session.protect_rtcp(&rtcp(1)).unwrap();
        for len in 0..wire.len() {
            assert!(
                session.unprotect_rtcp(&wire[..len]).is_err(),
                "{profile:?} {len}"
            );
        }
        assert!(session.unprotect_rtcp(&wire).is_ok());
        let stats = session.inbound.stats();
        assert!(stats.too_short > 0 && stats.malformed > 0 && stats.unauthenticated > 0);
    }
}

#[test]
fn no_changed_bit_passes() {
    for profile in PROFILES {
        let mut session = Session::new(profile);
        let wire = session.protect_rtp(&long_rtp(1, 1)).unwrap();
        let control = session.protect_rtcp(&rtcp(1)).unwrap();
        for at in 0..wire.len() {
            for bit in 0..8 {
                let mut changed = wire.clone();
                changed[at] ^= 1 << bit;
                assert!(
                    session.unprotect_rtp(&changed).is_err(),
                    "{profile:?} {at} {bit}"
                );
            }
        }
        for at in 0..control.len() {
            for bit in 0..8 {
                let mut changed = control.clone();
                changed[at] ^= 1 << bit;
                assert!(
                    session.unprotect_rtcp(&changed).is_err(),
                    "{profile:?} {at} {bit}"
                );
            }
        }
        let stats = session.inbound.stats();
        assert_eq!(
            (stats.rtp_packets, stats.rtcp_packets, stats.streams),
            (0, 0, 0)
        );
        assert!(session.unprotect_rtp(&wire).is_ok());
        assert!(session.unprotect_rtcp(&control).is_ok());
    }
}

#[test]
fn an_extension_of_every_length_stays_within_the_packet() {
    for profile in PROFILES {
        let mut session = Session::new(profile);
        for words in 0..=u16::MAX {
            let mut packet = long_rtp(1, words);
            packet[74..76].copy_from_slice(&words.to_be_bytes());
            assert!(session.inbound.unprotect_rtp(&mut packet).is_err());
        }
    }
}

#[test]
fn a_million_forged_sources_leave_no_state() {
    let mut session = Session::new(Profile::AeadAes128Gcm);
    let mut wire = session.protect_rtp(&rtp(1, 1, b"")).unwrap();
    let last = wire.len() - 1;
    wire[last] ^= 1;
    let mut control = session.protect_rtcp(&rtcp(1)).unwrap();
    let last = control.len() - 5;
    control[last] ^= 1;
    let mut packet = wire.clone();
    for ssrc in 0..1_000_000_u32 {
        packet.copy_from_slice(&wire);
        packet[8..12].copy_from_slice(&ssrc.to_be_bytes());
        assert_eq!(
            session.inbound.unprotect_rtp(&mut packet),
            Err(UnprotectError::Unauthenticated)
        );
    }
    for ssrc in 0..10_000_u32 {
        let mut packet = control.clone();
        packet[4..8].copy_from_slice(&ssrc.to_be_bytes());
        assert_eq!(
            session.inbound.unprotect_rtcp(&mut packet),
            Err(UnprotectError::Unauthenticated)
        );
    }
    assert_eq!(session.inbound.stats().streams, 0);
    assert_eq!(session.inbound.stats().unauthenticated, 1_010_000);
}

#[test]
fn authentic_sources_stop_at_the_limit() {
    let plenty = Config {
        max_streams: 3000,
        ..Config::default()
    };
    for profile in PROFILES {
        let mut sender = Session::with(profile, &plenty);
        let mut receiver = Session::new(profile);
        for ssrc in 0..2000 {
            let wire = sender.protect_rtp(&rtp(ssrc, 0, b"x")).unwrap();
            let control = sender.protect_rtcp(&rtcp(ssrc)).unwrap();
            let expected = if ssrc < 1024 {
                None
            } else {
                Some(UnprotectError::TooManyStreams)
            };
            assert_eq!(receiver.unprotect_rtp(&wire).err(), expected);
            assert_eq!(receiver.unprotect_rtcp(&control).err(), expected);
        }
        assert_eq!(receiver.inbound.stats().streams, 2048);
        assert_eq!(receiver.inbound.stats().too_many_streams, 2 * (2000 - 1024));
        let wire = sender.protect_rtp(&rtp(0, 1, b"x")).unwrap();
        assert!(
            receiver.unprotect_rtp(&wire).is_ok(),
            "the known ones go on"
        );
        assert!(receiver.inbound.set_rollover(Ssrc(5000), 1).is_err());
    }
}

proptest! {
    #[test]
    fn any_octets_are_dropped(octets: Vec<u8>, first in 0x80_u8..0xc0, which in 0_usize..4) {
        let mut session = Session::new(PROFILES[which]);
        let mut octets = octets;
        if let Some(octet) = octets.first_mut() {
            *octet = first;
        }
        prop_assert!(session.unprotect_rtp(&octets).is_err());
        prop_assert!(session.unprotect_rtcp(&octets).is_err());
        prop_assert_eq!(session.inbound.stats().streams, 0);
    }
}
