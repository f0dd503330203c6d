use stonechat_rtp::Ssrc;
use stonechat_srtp::{ProtectError, RolloverError, UnprotectError};

use crate::session::{PROFILES, Session, rtp};

/// Protects one packet for each number of `range` with all of them in order; gives the wire of
/// those that `keep` says.
fn protect(
    session: &mut Session,
    range: impl Iterator<Item = u64>,
    keep: impl Fn(u64) -> bool,
) -> Vec<Vec<u8>> {
    let mut wires = Vec::new();
    for index in range {
        let sequence = u16::try_from(index & 0xffff).unwrap();
        let wire = session
            .protect_rtp(&rtp(1, sequence, &index.to_be_bytes()))
            .unwrap();
        if keep(index) {
            wires.push(wire);
        }
    }
    wires
}

#[test]
fn a_stream_that_begins_just_before_the_wrap_passes_in_any_order_behind_its_first() {
    for profile in PROFILES {
        let mut session = Session::new(profile);
        let wires = protect(&mut session, 65_530..65_550, |_| true);
        assert!(session.unprotect_rtp(&wires[0]).is_ok());
        // 65,535 comes after the wrap, 10 before 1.
        for at in [10, 5, 16, 7, 6, 19, 1, 2, 3, 4, 8, 9] {
            let number = 65_530 + u64::try_from(at).unwrap();
            let packet = session.unprotect_rtp(&wires[at]).unwrap();
            assert_eq!(packet[12..], number.to_be_bytes());
        }
        assert_eq!(session.inbound.rollover(Ssrc(1)), Some(1));
    }
}

#[test]
fn less_than_half_the_number_space_may_be_lost_around_the_wrap() {
    for profile in PROFILES {
        let mut session = Session::new(profile);
        let last = 50_000 + 32_767;
        let wires = protect(&mut session, 50_000..=last, |index| {
            index == 50_000 || index == last
        });
        for wire in wires {
            assert!(session.unprotect_rtp(&wire).is_ok());
        }
        assert_eq!(session.inbound.rollover(Ssrc(1)), Some(1));
    }
}

#[test]
fn after_more_loss_the_stream_recovers_once_the_counter_is_told() {
    let profile = PROFILES[0];
    // 40,000 packets around the wrap, and more than a whole cycle.
    for lost in [40_000_u64, 70_000] {
        let mut session = Session::new(profile);
        let first = 50_000;
        let from = first + lost;
        let keep = |index| index == first || index >= from;
        let wires = protect(&mut session, first..from + 3, keep);
        assert!(session.unprotect_rtp(&wires[0]).is_ok());
        let error = session.unprotect_rtp(&wires[1]).unwrap_err();
        assert!(matches!(
            error,
            UnprotectError::TooOld | UnprotectError::Unauthenticated
        ));
        assert_eq!(session.inbound.rollover(Ssrc(1)), Some(0), "nothing moved");

        let rollover = u32::try_from(from >> 16).unwrap();
        session.inbound.set_rollover(Ssrc(1), rollover).unwrap();
        assert!(session.unprotect_rtp(&wires[2]).is_ok());
        assert!(
            session.unprotect_rtp(&wires[1]).is_ok(),
            "late, in the window"
        );
        assert!(session.unprotect_rtp(&wires[3]).is_ok());
        assert_eq!(
            session.unprotect_rtp(&wires[3]),
            Err(UnprotectError::Replayed)
        );
        assert!(
            session.unprotect_rtp(&wires[0]).is_err(),
            "the old packet stays out"
        );
        assert_eq!(
            session.inbound.set_rollover(Ssrc(1), rollover),
            Err(RolloverError::Behind { current: rollover })
        );
    }
}

#[test]
fn who_joins_late_is_told_the_counter() {
    for profile in PROFILES {
        let mut session = Session::new(profile);
        let wires = protect(&mut session, 65_000..65_545, |index| index >= 65_540);
        assert_eq!(
            session.unprotect_rtp(&wires[0]),
            Err(UnprotectError::Unauthenticated)
        );
        assert_eq!(session.inbound.rollover(Ssrc(1)), None);
        session.inbound.set_rollover(Ssrc(1), 1).unwrap();
        for wire in &wires {
            assert!(session.unprotect_rtp(wire).is_ok());
        }
        assert_eq!(session.inbound.rollover(Ssrc(1)), Some(1));
    }
}

#[test]
fn packets_that_are_not_authentic_move_nothing() {
    for profile in PROFILES {
        let mut session = Session::new(profile);
        let wires = protect(&mut session, 100..110, |_| true);
        assert!(session.unprotect_rtp(&wires[0]).is_ok());
        for ahead in [1_u16, 1000, 32_767, 32_768, 40_000, 65_435] {
            let mut forged = wires[1].clone();
            forged[2..4].copy_from_slice(&(100_u16.wrapping_add(ahead)).to_be_bytes());
            // The second packet itself has the number one ahead.
            let at = forged.len() - 1;
            forged[at] ^= 1;
            assert!(session.unprotect_rtp(&forged).is_err());
            assert_eq!(session.inbound.rollover(Ssrc(1)), Some(0));
        }
        for wire in &wires[1..] {
            assert!(session.unprotect_rtp(wire).is_ok());
        }
    }
}

#[test]
fn the_last_index_is_the_end_of_a_stream() {
    for profile in PROFILES {
        let mut session = Session::new(profile);
        for told in [0, 7, u32::MAX] {
            session.outbound.set_rollover(Ssrc(1), told).unwrap();
            session.inbound.set_rollover(Ssrc(1), told).unwrap();
            for sequence in [65_000, 65_534, 65_535] {
                let wire = session.protect_rtp(&rtp(1, sequence, b"x")).unwrap();
                assert!(session.unprotect_rtp(&wire).is_ok());
            }
            assert_eq!(session.outbound.rollover(Ssrc(1)), Some(told));
        }
        assert_eq!(
            session.protect_rtp(&rtp(1, 0, b"x")),
            Err(ProtectError::KeyExpired)
        );
        assert_eq!(
            session.protect_rtp(&rtp(1, 65_535, b"x")),
            Err(ProtectError::IndexUsed)
        );
        let behind = Err(RolloverError::Behind { current: u32::MAX });
        assert_eq!(session.outbound.set_rollover(Ssrc(1), 5), behind);
        assert!(
            session.protect_rtp(&rtp(1, 65_533, b"x")).is_ok(),
            "late, never used"
        );
    }
}
