use stonechat_crypto::rust;
use stonechat_srtp::{
    Config, Inbound, KeyError, Outbound, Profile, ProtectError, RtcpEncryption, UnprotectError,
};

use crate::session::{PROFILES, Session, keys, long_rtp, rtcp, rtp};

#[test]
fn packets_pass_in_every_profile() {
    for profile in PROFILES {
        let mut session = Session::new(profile);
        for sequence in 0..300 {
            for packet in [
                rtp(5, sequence, b"payload"),
                rtp(6, sequence, b""),
                long_rtp(7, sequence),
            ] {
                let wire = session.protect_rtp(&packet).unwrap();
                let header_len = if packet[0] == 0x9f { 80 } else { 12 };
                assert_eq!(
                    wire[..header_len],
                    packet[..header_len],
                    "the header stays readable"
                );
                assert!(
                    packet.len() < 17 || wire[header_len..packet.len()] != packet[header_len..]
                );
                assert_eq!(session.unprotect_rtp(&wire), Ok(packet));
            }
            let wire = session.protect_rtcp(&rtcp(5)).unwrap();
            assert_eq!(wire[..8], rtcp(5)[..8]);
            assert_ne!(wire[8..16], rtcp(5)[8..]);
            assert_eq!(session.unprotect_rtcp(&wire), Ok(rtcp(5)));
        }
        let (sent, received) = (session.outbound.stats(), session.inbound.stats());
        assert_eq!(
            (sent.rtp_packets, sent.rtcp_packets, sent.streams),
            (900, 300, 4)
        );
        assert_eq!(
            (
                received.rtp_packets,
                received.rtcp_packets,
                received.streams
            ),
            (900, 300, 4)
        );
    }
}

/// The test packet of libsrtp and others: RFC 3711 B.3 keys, 16 octets of 0xab, sequence 0x1234.
#[test]
fn counter_mode_packets_are_those_of_other_implementations() {
    let (key, salt) = (
        "e1f97a0d3e018be0d64fa32c06de4139",
        "0ec675ad498afeebb6960b3aabe6",
    );
    let (key, salt) = (hex::decode(key).unwrap(), hex::decode(salt).unwrap());
    let profile = Profile::Aes128CmSha1_80;
    let mut outbound =
        Outbound::new(&rust::provider(), profile, &key, &salt, Config::default()).unwrap();
    let mut packet = hex::decode("800f1234decafbadcafebabe").unwrap();
    packet.extend_from_slice(&[0xab; 16]);
    let mut tag = [0; 10];
    outbound.protect_rtp(&mut packet, &mut tag).unwrap();
    let expected = "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402";
    assert_eq!(hex::encode(&packet), expected);
    assert_eq!(hex::encode(tag), "b78d6acc99ea179b8dbb");
}

#[test]
fn the_two_directions_do_not_share_keys() {
    for profile in PROFILES {
        let (key, salt) = keys(profile, 2);
        let config = Config::default();
        let mut other = Inbound::new(&rust::provider(), profile, &key, &salt, config).unwrap();
        let mut session = Session::new(profile);
        let mut wire = session.protect_rtp(&rtp(1, 1, b"secret")).unwrap();
        assert_eq!(
            other.unprotect_rtp(&mut wire),
            Err(UnprotectError::Unauthenticated)
        );
        let mut wire = session.protect_rtcp(&rtcp(1)).unwrap();
        assert_eq!(
            other.unprotect_rtcp(&mut wire),
            Err(UnprotectError::Unauthenticated)
        );
    }
}

#[test]
fn the_srtcp_index_begins_with_0_and_carries_the_e_bit() {
    for profile in PROFILES {
        let word_at = |wire: &[u8]| {
            let gcm = profile.salt_len() == 12;
            let at = if gcm { wire.len() - 4 } else { wire.len() - 14 };
            u32::from_be_bytes(wire[at..at + 4].try_into().unwrap())
        };
        let mut session = Session::new(profile);
        for index in 0..3 {
            let wire = session.protect_rtcp(&rtcp(1)).unwrap();
            assert_eq!(word_at(&wire), 1 << 31 | index);
        }
        let wire = session.protect_rtcp(&rtcp(2)).unwrap();
        assert_eq!(word_at(&wire), 1 << 31, "each sender has its own");

        let off = Config {
            rtcp_encryption: RtcpEncryption::Off,
            ..Config::default()
        };
        let mut plain = Session::with(profile, &off);
        let wire = plain.protect_rtcp(&rtcp(1)).unwrap();
        assert_eq!(word_at(&wire), 0);
        assert_eq!(wire[..16], rtcp(1));
        assert_eq!(
            session.unprotect_rtcp(&wire),
            Err(UnprotectError::Unencrypted)
        );
        assert_eq!(plain.unprotect_rtcp(&wire), Ok(rtcp(1)));
        let mut forged = wire;
        forged[9] ^= 1;
        forged[5] ^= 1;
        assert_eq!(
            plain.unprotect_rtcp(&forged),
            Err(UnprotectError::Unauthenticated)
        );
    }
}

#[test]
fn wrong_lengths_of_keys_and_trailers_are_refused() {
    let provider = rust::provider();
    for profile in PROFILES {
        let (key, salt) = keys(profile, 1);
        let new = |key: &[u8], salt: &[u8]| {
            Outbound::new(&provider, profile, key, salt, Config::default()).map(|_| ())
        };
        let (key_len, salt_len) = (profile.key_len(), profile.salt_len());
        assert_eq!(
            new(&key[1..], &salt),
            Err(KeyError::KeyLength {
                expected: key_len,
                actual: key_len - 1
            })
        );
        assert_eq!(
            new(&key, &salt[1..]),
            Err(KeyError::SaltLength {
                expected: salt_len,
                actual: salt_len - 1
            })
        );
        let mut session = Session::new(profile);
        let mut packet = rtp(1, 1, b"payload");
        let expected = profile.rtp_overhead();
        for actual in [0, expected - 1, expected + 1] {
            let result = session
                .outbound
                .protect_rtp(&mut packet, &mut vec![0; actual]);
            assert_eq!(
                result,
                Err(ProtectError::TrailerLength { expected, actual })
            );
        }
        assert_eq!(packet, rtp(1, 1, b"payload"), "nothing was changed");
        assert!(session.protect_rtp(&packet).is_ok(), "no index was used");
        assert_eq!(session.outbound.stats().refused_other, 3);
        assert_eq!(
            session.protect_rtp(&packet[..11]),
            Err(ProtectError::Malformed)
        );
        assert_eq!(
            session.protect_rtcp(&rtcp(1)[..7]),
            Err(ProtectError::Malformed)
        );
    }
}

#[test]
fn a_provider_without_the_algorithms_is_refused() {
    let empty = stonechat_crypto::Provider::builder("empty").build();
    for profile in PROFILES {
        let (key, salt) = keys(profile, 1);
        let result = Inbound::new(&empty, profile, &key, &salt, Config::default());
        assert_eq!(result.map(|_| ()), Err(KeyError::Unsupported));
    }
}

#[test]
fn profiles_have_their_registered_numbers() {
    for profile in PROFILES {
        assert_eq!(Profile::from_code(profile.code()), Some(profile));
    }
    assert_eq!(PROFILES.map(Profile::code), [7, 8, 1, 2]);
    assert_eq!(Profile::from_code(5), None);
}
