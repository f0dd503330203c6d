use std::time::Duration;

use stonechat_ice::{Candidate, CandidateError, CandidateKind, State};
use stonechat_testkit::{Link, seeds};

use crate::setup::{SIDES, open_call};

const LIMIT: Duration = Duration::from_secs(40);

#[test]
fn candidates_may_come_before_the_description() {
    let mut call = open_call(1, &Link::delay(Duration::from_millis(10)));
    let now = call.now();
    for side in SIDES {
        call.agent(side).gather(now);
    }
    call.run_for(Duration::from_millis(100));
    assert_eq!(SIDES.map(|side| call.state(side)), [State::New; 2]);
    call.exchange_credentials();
    call.connect(LIMIT);
}

#[test]
fn checks_that_come_before_the_description_are_answered_and_remembered() {
    seeds(20, |seed| {
        let mut call = open_call(seed, &Link::delay(Duration::from_millis(10)));
        call.trickles = false;
        let now = call.now();
        for side in SIDES {
            call.agent(side).gather(now);
        }
        call.run_for(Duration::from_millis(1));
        // Only A knows B.
        call.give_credentials(0);
        let candidate = call.told[1][0].clone();
        call.give_candidate(0, &candidate);
        call.run_for(Duration::from_millis(900));
        assert_eq!(call.state(0), State::Connected);
        assert_eq!(call.state(1), State::New);
        assert!(call.agent(1).stats().requests_received > 0);
        // Its description alone, without candidates, is enough: the check was remembered.
        let late = call.now();
        call.give_credentials(1);
        call.connect(LIMIT);
        assert!(call.now() - late < Duration::from_millis(200));
        let pair = call.agent(1).selected_pair().unwrap();
        assert_eq!(pair.remote.kind, CandidateKind::PeerReflexive);
        // Told later, the candidate takes the place of the learned one.
        let candidate = call.told[0][0].clone();
        call.give_candidate(1, &candidate);
        let pair = call.agent(1).selected_pair().unwrap();
        assert_eq!(pair.remote.kind, CandidateKind::Host);
        assert_eq!(pair.remote.foundation, candidate.foundation);
        assert_eq!(call.agent(1).remote_candidates().count(), 1);
    });
}

#[test]
fn a_candidate_of_another_generation_waits_for_its_description() {
    let mut call = open_call(2, &Link::delay(Duration::from_millis(10)));
    call.begin();
    call.connect(LIMIT);
    let now = call.now();
    let mut candidate = call.told[1][0].clone();
    candidate.ufrag = Some("other".to_owned());
    candidate.port = 7;
    assert_eq!(call.agent(0).add_remote_candidate(now, candidate), Ok(()));
    assert_eq!(call.agent(0).remote_candidates().count(), 1);
}

#[test]
fn candidates_that_cannot_be_used_are_refused_and_harm_nothing() {
    let mut call = open_call(3, &Link::default());
    call.begin();
    let now = call.now();
    for (text, error) in [
        ("1 2 udp 1 192.0.2.1 5 typ host", CandidateError::Component),
        (
            "1 1 tcp 1 192.0.2.1 9 typ host tcptype active",
            CandidateError::Transport,
        ),
        ("1 1 udp 1 example.org 5 typ host", CandidateError::Name),
        ("1 1 udp 1 printer.local 5 typ host", CandidateError::Name),
        ("1 1 udp 1 192.0.2.1 0 typ host", CandidateError::Address),
        ("1 1 udp 1 0.0.0.0 5 typ host", CandidateError::Address),
        ("1 1 udp 1 0.1.2.3 5 typ host", CandidateError::Address),
        ("1 1 udp 1 224.0.0.1 5 typ host", CandidateError::Address),
        (
            "1 1 udp 1 255.255.255.255 5 typ host",
            CandidateError::Address,
        ),
        ("1 1 udp 1 ff02::1 5 typ host", CandidateError::Address),
        ("1 1 udp 1 :: 5 typ host", CandidateError::Address),
        (
            "1 1 udp 1 ::ffff:224.0.0.1 5 typ host",
            CandidateError::Address,
        ),
    ] {
        let candidate: Candidate = text.parse().unwrap();
        assert_eq!(
            call.agent(0).add_remote_candidate(now, candidate),
            Err(error),
            "{text}"
        );
    }
    call.run_for(Duration::from_millis(1));
    assert!(call.peer(0).resolved.is_empty());
    call.connect(LIMIT);
}
