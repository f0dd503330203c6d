use std::collections::BTreeMap;

use proptest::prelude::*;
use stonechat_rtp::Ssrc;
use stonechat_srtp::{Config, Profile, ProtectError, RolloverError, UnprotectError};

use crate::session::{PROFILES, Session, rtcp, rtp};

#[test]
fn the_same_index_protects_no_second_packet() {
    for profile in PROFILES {
        let mut session = Session::new(profile);
        session.protect_rtp(&rtp(1, 5, b"one")).unwrap();
        let mut second = rtp(1, 5, b"two");
        let mut tag = vec![0; profile.rtp_overhead()];
        let result = session.outbound.protect_rtp(&mut second, &mut tag);
        assert_eq!(result, Err(ProtectError::IndexUsed));
        assert_eq!(
            (second, tag),
            (rtp(1, 5, b"two"), vec![0; profile.rtp_overhead()])
        );
        assert_eq!(session.outbound.stats().refused_index, 1);
    }
}

#[test]
fn going_to_another_ssrc_and_back_keeps_the_index() {
    for profile in PROFILES {
        let mut session = Session::new(profile);
        for sequence in [65_535, 0] {
            session.protect_rtp(&rtp(1, sequence, b"a")).unwrap();
        }
        session.protect_rtp(&rtp(2, 0, b"b")).unwrap();
        assert_eq!(session.outbound.rollover(Ssrc(1)), Some(1));
        assert_eq!(
            session.protect_rtp(&rtp(1, 0, b"c")),
            Err(ProtectError::IndexUsed)
        );
        assert_eq!(
            session.protect_rtp(&rtp(1, 65_535, b"c")),
            Err(ProtectError::IndexUsed)
        );
        session.protect_rtp(&rtp(1, 1, b"c")).unwrap();
    }
}

#[test]
fn late_packets_pass_once_and_too_late_ones_never() {
    let mut session = Session::new(Profile::AeadAes128Gcm);
    session.protect_rtp(&rtp(1, 2000, b"x")).unwrap();
    session.protect_rtp(&rtp(1, 977, b"x")).unwrap();
    assert_eq!(
        session.protect_rtp(&rtp(1, 977, b"x")),
        Err(ProtectError::IndexUsed)
    );
    assert_eq!(
        session.protect_rtp(&rtp(1, 976, b"x")),
        Err(ProtectError::IndexTooOld)
    );
    // Before the first cycle there is nothing.
    let mut session = Session::new(Profile::AeadAes128Gcm);
    session.protect_rtp(&rtp(1, 3, b"x")).unwrap();
    assert_eq!(
        session.protect_rtp(&rtp(1, 65_530, b"x")),
        Err(ProtectError::IndexTooOld)
    );
}

#[test]
fn lifetimes_are_hard() {
    for profile in PROFILES {
        let config = Config {
            rtp_lifetime: 3,
            rtcp_lifetime: 2,
            ..Config::default()
        };
        let mut session = Session::with(profile, &config);
        let mut receiver = Session::with(profile, &config);
        assert_eq!(session.outbound.remaining(), (3, 2));
        for sequence in 0..3 {
            let wire = session
                .protect_rtp(&rtp(u32::from(sequence), sequence, b"x"))
                .unwrap();
            receiver.unprotect_rtp(&wire).unwrap();
        }
        for _ in 0..2 {
            let wire = session.protect_rtcp(&rtcp(1)).unwrap();
            receiver.unprotect_rtcp(&wire).unwrap();
        }
        assert_eq!(session.outbound.remaining(), (0, 0));
        assert_eq!(
            session.protect_rtp(&rtp(9, 9, b"x")),
            Err(ProtectError::KeyExpired)
        );
        assert_eq!(
            session.protect_rtcp(&rtcp(9)),
            Err(ProtectError::KeyExpired)
        );
        assert_eq!(session.outbound.stats().refused_expired, 2);
        let mut fresh = Session::new(profile);
        let wire = fresh.protect_rtp(&rtp(9, 9, b"x")).unwrap();
        assert_eq!(
            receiver.unprotect_rtp(&wire),
            Err(UnprotectError::KeyExpired)
        );
        let wire = fresh.protect_rtcp(&rtcp(9)).unwrap();
        assert_eq!(
            receiver.unprotect_rtcp(&wire),
            Err(UnprotectError::KeyExpired)
        );
    }
}

#[test]
fn the_sender_has_a_limit_of_streams_too() {
    let config = Config {
        max_streams: 2,
        ..Config::default()
    };
    let mut session = Session::with(Profile::AeadAes128Gcm, &config);
    for ssrc in 0..2 {
        session.protect_rtp(&rtp(ssrc, 0, b"x")).unwrap();
        session.protect_rtcp(&rtcp(ssrc)).unwrap();
    }
    assert_eq!(
        session.protect_rtp(&rtp(2, 0, b"x")),
        Err(ProtectError::TooManyStreams)
    );
    assert_eq!(
        session.protect_rtcp(&rtcp(2)),
        Err(ProtectError::TooManyStreams)
    );
    let too_many = Err(RolloverError::TooManyStreams);
    assert_eq!(session.outbound.set_rollover(Ssrc(2), 1), too_many);
    session.protect_rtp(&rtp(1, 1, b"x")).unwrap();
}

#[derive(Clone, Debug)]
enum Call {
    Protect { ssrc: u32, step: i32 },
    Control { ssrc: u32 },
    Rollover { ssrc: u32, rollover: u32 },
    Refused { ssrc: u32 },
}

fn calls() -> impl Strategy<Value = Call> {
    let ssrc = 0_u32..3;
    prop_oneof![
        8 => (ssrc.clone(), prop_oneof![-40_i32..40, -70_000_i32..70_000])
            .prop_map(|(ssrc, step)| Call::Protect { ssrc, step }),
        2 => ssrc.clone().prop_map(|ssrc| Call::Control { ssrc }),
        1 => (ssrc.clone(), 0_u32..6).prop_map(|(ssrc, rollover)| Call::Rollover { ssrc, rollover }),
        1 => ssrc.prop_map(|ssrc| Call::Refused { ssrc }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The payload is zeros, so what leaves is the key stream itself: it must never repeat.
    #[test]
    fn no_key_stream_is_used_twice(
        calls in prop::collection::vec(calls(), 1..120),
        gcm: bool,
    ) {
        let profile = if gcm { Profile::AeadAes128Gcm } else { Profile::Aes128CmSha1_80 };
        let config = Config { replay_window: 64, ..Config::default() };
        let mut session = Session::with(profile, &config);
        let mut at = [0_u16; 3];
        let mut used = BTreeMap::new();
        for call in calls {
            match call {
                Call::Protect { ssrc, step } => {
                    let slot = &mut at[usize::try_from(ssrc).unwrap()];
                    *slot = u16::try_from((i32::from(*slot) + step).rem_euclid(65_536)).unwrap();
                    if let Ok(wire) = session.protect_rtp(&rtp(ssrc, *slot, &[0; 16])) {
                        let stream = wire[12..28].to_vec();
                        prop_assert_eq!(used.insert(stream, (ssrc, *slot)), None);
                    }
                }
                Call::Control { ssrc } => {
                    let mut packet = rtcp(ssrc)[..8].to_vec();
                    packet.resize(24, 0);
                    let wire = session.protect_rtcp(&packet).unwrap();
                    prop_assert_eq!(used.insert(wire[8..24].to_vec(), (ssrc, 0)), None);
                }
                Call::Rollover { ssrc, rollover } => {
                    let _ = session.outbound.set_rollover(Ssrc(ssrc), rollover);
                }
                Call::Refused { ssrc } => {
                    let mut packet = rtp(ssrc, at[usize::try_from(ssrc).unwrap()], &[0; 16]);
                    prop_assert!(session.outbound.protect_rtp(&mut packet, &mut []).is_err());
                }
            }
        }
    }
}
