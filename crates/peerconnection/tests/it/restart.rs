//! ICE restarts while data flows.

use std::time::Duration;

use bytes::Bytes;
use stonechat_peerconnection::{
    Call, ChannelId, Event, IceGathererState, OfferOptions, SdpType, SessionDescription, Which,
};
use stonechat_testkit::seeds;

use crate::setup::{A, B, Duo, SIDES};

fn ufrag(duo: &Duo, side: usize) -> String {
    let sdp = duo
        .session(side)
        .description(Which::CurrentLocal)
        .unwrap()
        .sdp;
    let line = sdp
        .lines()
        .find(|line| line.starts_with("a=ice-ufrag:"))
        .unwrap();
    line.to_owned()
}

/// Sends a numbered message each way every few milliseconds.
fn talk(duo: &mut Duo, channels: [ChannelId; 2], numbers: std::ops::Range<u32>) {
    for number in numbers {
        for side in SIDES {
            duo.send(
                side,
                channels[side],
                Bytes::copy_from_slice(&number.to_be_bytes()),
            );
        }
        duo.run_for(Duration::from_millis(10));
    }
}

fn all_arrived(duo: &mut Duo, channels: [ChannelId; 2], count: u32) {
    for side in SIDES {
        duo.wait_received(side, channels[side], count as usize);
        let numbers: Vec<_> = duo
            .received(side, channels[side])
            .iter()
            .map(|data| u32::from_be_bytes(data[..].try_into().unwrap()))
            .collect();
        assert!(numbers.into_iter().eq(0..count), "each once and in order");
    }
}

#[test]
fn nothing_is_lost_while_either_side_restarts() {
    seeds(6, |seed| {
        let mut duo = Duo::new(seed);
        let channels = duo.connect_with_channel();
        for (round, side) in [A, B, A].into_iter().enumerate() {
            let base = 100 * round as u32;
            let before = SIDES.map(|side| ufrag(&duo, side));
            talk(&mut duo, channels, base..base + 20);
            duo.does(side, Call::RestartIce);
            let offer = duo.create_offer(side);
            duo.set_local(side, &offer);
            talk(&mut duo, channels, base + 20..base + 40);
            duo.set_remote(1 - side, &offer);
            // Candidates of the new generation come before the answer.
            talk(&mut duo, channels, base + 40..base + 60);
            let answer = duo.create_answer(1 - side);
            duo.set_local(1 - side, &answer);
            talk(&mut duo, channels, base + 60..base + 80);
            duo.set_remote(side, &answer);
            talk(&mut duo, channels, base + 80..base + 100);
            all_arrived(&mut duo, channels, base + 100);
            for side in SIDES {
                assert_ne!(
                    ufrag(&duo, side),
                    before[side],
                    "both sides have new credentials"
                );
            }
            duo.run_for(Duration::from_secs(40));
            assert!(duo.is_connected(), "consent on the new pair");
        }
    });
}

#[test]
fn a_restart_finds_the_way_when_the_address_changed() {
    let mut duo = Duo::new(1);
    let channels = duo.connect_with_channel();
    talk(&mut duo, channels, 0..5);
    let host = duo.hosts[A];
    duo.world
        .network
        .remove_address(host, "192.0.2.1".parse().unwrap());
    let new = "192.0.2.77".parse().unwrap();
    duo.world
        .network
        .add_address(host, stonechat_testkit::Realm::Public, new);
    let now = duo.now();
    let interface = stonechat_ice::Interface {
        name: String::from("eth1"),
        addresses: vec![new],
        loopback: false,
        cost: 0,
    };
    duo.pc(A).handle_interfaces(now, &[interface]);
    talk(&mut duo, channels, 5..10);
    duo.does(A, Call::RestartIce);
    duo.negotiate(A);
    talk(&mut duo, channels, 10..20);
    all_arrived(&mut duo, channels, 20);
}

#[test]
fn an_offer_option_restarts_as_well_and_an_answer_never_asks_twice() {
    let mut duo = Duo::new(2);
    let channels = duo.connect_with_channel();
    let before = SIDES.map(|side| ufrag(&duo, side));
    let offer = duo.create_offer_with(
        A,
        OfferOptions {
            ice_restart: true,
            ..OfferOptions::default()
        },
    );
    duo.set_local(A, &offer);
    duo.set_remote(B, &offer);
    duo.answer_from(B);
    for side in SIDES {
        assert_ne!(ufrag(&duo, side), before[side]);
    }
    let middle = ufrag(&duo, A);
    duo.negotiate(A);
    assert_eq!(ufrag(&duo, A), middle, "an ordinary offer restarts nothing");
    talk(&mut duo, channels, 0..10);
    all_arrived(&mut duo, channels, 10);
}

/// How `side` takes its restart back.
#[derive(Clone, Copy, Debug)]
enum By {
    /// It rolls its offer back.
    Rollback,
    /// The offer of the other side comes before an answer.
    Glare,
}

/// Whether something of the transports changed that an application would see.
fn is_change(event: &Event) -> bool {
    matches!(
        event,
        Event::IceTransportStateChange(..)
            | Event::IceConnectionStateChange(_)
            | Event::ConnectionStateChange(_)
            | Event::SelectedCandidatePairChange(_)
            | Event::DtlsTransportStateChange(..)
    )
}

#[test]
fn a_restart_that_is_taken_back_interrupts_nothing() {
    seeds(12, |seed| {
        let by = if seed % 2 == 0 {
            By::Rollback
        } else {
            By::Glare
        };
        let side = if seed / 2 % 2 == 0 { A } else { B };
        let mut duo = Duo::new(seed);
        let channels = duo.connect_with_channel();
        talk(&mut duo, channels, 0..100);
        let before = SIDES.map(|side| ufrag(&duo, side));
        let transport = duo.session(side).transports()[0];
        let view = duo.session(side).transport(transport).unwrap();
        duo.clear_events();
        duo.does(side, Call::RestartIce);
        let offer = duo.create_offer(side);
        duo.set_local(side, &offer);
        // The last time not even the new candidates are gathered.
        let gathered = if seed < 8 { 20 } else { 0 };
        talk(&mut duo, channels, 100..100 + gathered);
        match by {
            By::Rollback => {
                let rollback = SessionDescription {
                    kind: SdpType::Rollback,
                    sdp: String::new(),
                };
                duo.promised(side, Call::SetLocalDescription(Some(rollback)))
                    .unwrap();
            }
            By::Glare => {
                let theirs = duo.create_offer(1 - side);
                duo.set_local(1 - side, &theirs);
                duo.set_remote(side, &theirs);
                duo.answer_from(side);
            }
        }
        let base = 100 + gathered;
        // Each message takes one way of the network and no more.
        for number in base..base + 100 {
            talk(&mut duo, channels, number..number + 1);
            duo.run_for(Duration::from_millis(150));
            for side in SIDES {
                let count = duo.received(side, channels[side]).len();
                assert_eq!(count, number as usize + 1, "none is late");
            }
        }
        // Longer than consent lasts.
        duo.run_for(Duration::from_secs(60));
        all_arrived(&mut duo, channels, base + 100);
        assert_eq!(SIDES.map(|side| ufrag(&duo, side)), before);
        for side in SIDES {
            let changes = duo.events[side].iter().filter(|event| is_change(event));
            let changes: Vec<_> = changes.collect();
            assert!(changes.is_empty(), "{changes:?}");
        }
        let now = duo.session(side).transport(transport).unwrap();
        assert_eq!(now.gathering_state, IceGathererState::Complete);
        assert_eq!(now.local_candidates, view.local_candidates);
        assert_eq!(now.remote_candidates, view.remote_candidates);
        // The request for a restart is still open, and is met when it is answered.
        duo.negotiate(side);
        assert_ne!(ufrag(&duo, side), before[side]);
        talk(&mut duo, channels, base + 100..base + 110);
        all_arrived(&mut duo, channels, base + 110);
    });
}
