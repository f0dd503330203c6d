use stonechat_srtp::{Config, UnprotectError};

use crate::session::{PROFILES, Session, rtcp, rtp};

#[test]
fn every_packet_passes_once() {
    for profile in PROFILES {
        let mut session = Session::new(profile);
        for sequence in [65_530_u16, 65_535, 0, 7, 3, 65_534] {
            let wire = session.protect_rtp(&rtp(1, sequence, b"payload")).unwrap();
            assert!(session.unprotect_rtp(&wire).is_ok(), "{sequence}");
            assert_eq!(session.unprotect_rtp(&wire), Err(UnprotectError::Replayed));
            let wire = session.protect_rtcp(&rtcp(1)).unwrap();
            assert!(session.unprotect_rtcp(&wire).is_ok());
            assert_eq!(session.unprotect_rtcp(&wire), Err(UnprotectError::Replayed));
        }
        assert_eq!(session.inbound.stats().replayed, 12);
    }
}

#[test]
fn packets_are_late_only_within_the_window() {
    for window in [64_u16, 1024] {
        let config = Config {
            replay_window: window,
            ..Config::default()
        };
        for profile in PROFILES {
            let mut session = Session::with(profile, &config);
            // Indices 0 to window, the newest first: 0 is just too old, 1 is not.
            let wires: Vec<_> = (0..=window)
                .map(|sequence| session.protect_rtp(&rtp(1, sequence, b"x")).unwrap())
                .collect();
            assert!(session.unprotect_rtp(&wires[usize::from(window)]).is_ok());
            assert_eq!(
                session.unprotect_rtp(&wires[0]),
                Err(UnprotectError::TooOld)
            );
            for wire in &wires[1..usize::from(window)] {
                assert!(session.unprotect_rtp(wire).is_ok());
            }
            for wire in &wires[1..] {
                assert_eq!(session.unprotect_rtp(wire), Err(UnprotectError::Replayed));
            }
            let wires: Vec<_> = (0..=window)
                .map(|_| session.protect_rtcp(&rtcp(1)).unwrap())
                .collect();
            assert!(session.unprotect_rtcp(&wires[usize::from(window)]).is_ok());
            assert_eq!(
                session.unprotect_rtcp(&wires[0]),
                Err(UnprotectError::TooOld)
            );
            assert!(session.unprotect_rtcp(&wires[1]).is_ok());
            assert_eq!(
                session.unprotect_rtcp(&wires[1]),
                Err(UnprotectError::Replayed)
            );
        }
    }
}

#[test]
fn a_packet_does_not_replay_under_another_ssrc_or_new_keys() {
    for profile in PROFILES {
        let mut session = Session::new(profile);
        let wire = session.protect_rtp(&rtp(1, 1, b"payload")).unwrap();
        assert!(session.unprotect_rtp(&wire).is_ok());
        let mut moved = wire.clone();
        moved[11] = 2;
        assert_eq!(
            session.unprotect_rtp(&moved),
            Err(UnprotectError::Unauthenticated)
        );
        let control = session.protect_rtcp(&rtcp(1)).unwrap();
        assert!(session.unprotect_rtcp(&control).is_ok());
        let mut moved = control.clone();
        moved[7] = 2;
        assert_eq!(
            session.unprotect_rtcp(&moved),
            Err(UnprotectError::Unauthenticated)
        );

        // After new keys are agreed the old packets are nothing.
        let (key, salt) = crate::session::keys(profile, 9);
        let provider = stonechat_crypto::rust::provider();
        session.inbound =
            stonechat_srtp::Inbound::new(&provider, profile, &key, &salt, Config::default())
                .unwrap();
        assert_eq!(
            session.unprotect_rtp(&wire),
            Err(UnprotectError::Unauthenticated)
        );
        assert_eq!(
            session.unprotect_rtcp(&control),
            Err(UnprotectError::Unauthenticated)
        );
        assert_eq!(session.inbound.stats().streams, 0);
    }
}
