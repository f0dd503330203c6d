use std::time::Duration;

use stonechat_ice::{Candidate, Credentials, Event, State, Undone};
use stonechat_testkit::{Link, Loss, seeds};

use crate::setup::{Call, SIDES, open_call};

const LIMIT: Duration = Duration::from_secs(40);

/// The offer is made by `side`; the answer comes 300 ms later.
fn restart(call: &mut Call, side: usize) {
    let now = call.now();
    call.agent(side).restart(now);
    call.agent(side).gather(now);
    send_for(call, Duration::from_millis(300));
    let now = call.now();
    call.agent(1 - side).restart(now);
    call.give_credentials(1 - side);
    call.agent(1 - side).gather(now);
    send_for(call, Duration::from_millis(300));
    call.give_credentials(side);
}

/// Both send a packet each 20 ms.
fn send_for(call: &mut Call, time: Duration) {
    let end = call.now() + time;
    while call.now() < end {
        for side in SIDES {
            call.peer(side).to_send.push_back(vec![0x81; 30]);
        }
        call.run_for(Duration::from_millis(20));
    }
}

#[test]
fn data_goes_on_without_a_gap_while_ice_restarts() {
    seeds(30, |seed| {
        let loss = if seed % 3 == 0 { 0.05 } else { 0.0 };
        let link = Link {
            loss: Loss::Random(loss),
            ..Link::delay(Duration::from_millis(20))
        };
        let mut call = open_call(seed, &link);
        call.begin();
        call.connect(LIMIT);
        send_for(&mut call, Duration::from_millis(500));
        let before: Vec<_> = SIDES
            .map(|side| call.agent(side).local_credentials().clone())
            .into();
        let side = usize::try_from(seed % 2).unwrap();
        restart(&mut call, side);
        send_for(&mut call, Duration::from_secs(3));
        call.connect(LIMIT);
        for side in SIDES {
            assert_ne!(*call.agent(side).local_credentials(), before[side]);
            let arrivals: Vec<_> = call
                .peer(side)
                .received
                .iter()
                .map(|(at, ..)| *at)
                .collect();
            let gap = arrivals
                .windows(2)
                .map(|pair| pair[1] - pair[0])
                .max()
                .unwrap();
            let most = if loss > 0.0 { 200 } else { 45 };
            assert!(gap <= Duration::from_millis(most), "a gap of {gap:?}");
            assert!(call.agent(side).send_route().is_some());
        }
        // The generation before is given up.
        call.run_for(Duration::from_secs(40));
        for side in SIDES {
            assert_ne!(call.state(side), State::Failed);
        }
        assert!(call.exchange_data(LIMIT));
    });
}

#[test]
fn a_restart_heals_a_failed_session() {
    let mut call = open_call(1, &Link::delay(Duration::from_millis(10)));
    call.begin();
    call.connect(LIMIT);
    call.world.network.set_firewall(|_, _, _| false);
    call.run_for(Duration::from_secs(45));
    assert_eq!(SIDES.map(|side| call.state(side)), [State::Failed; 2]);
    call.world.network.set_firewall(|_, _, _| true);
    restart(&mut call, 0);
    call.connect(LIMIT);
    assert!(call.exchange_data(LIMIT));
}

#[test]
fn an_unanswered_restart_changes_nothing_for_data() {
    let mut call = open_call(2, &Link::delay(Duration::from_millis(10)));
    call.begin();
    call.connect(LIMIT);
    let now = call.now();
    call.agent(0).restart(now);
    call.agent(0).gather(now);
    send_for(&mut call, Duration::from_secs(70));
    assert!(matches!(call.state(0), State::Connected | State::Completed));
    assert!(call.exchange_data(Duration::from_secs(1)));
}

#[test]
fn answers_of_the_old_generation_do_not_keep_the_new_one() {
    let mut call = open_call(3, &Link::delay(Duration::from_millis(10)));
    call.begin();
    call.connect(LIMIT);
    let now = call.now();
    // Only one side restarts and is told credentials that nobody has.
    call.agent(0).restart(now);
    call.agent(0).gather(now);
    let nobody = Credentials::new("nobody", "nobodynobodynobodynobody").unwrap();
    call.agent(0).set_remote_credentials(now, nobody);
    call.run_for(Duration::from_secs(120));
    assert_eq!(call.state(0), State::Failed);
    assert_eq!(call.agent(0).send_route(), None);
}

/// `side` takes its restart back.
fn undo(call: &mut Call, side: usize, credentials: &Credentials) -> Undone {
    let now = call.now();
    call.agent(side).undo_restart(now, credentials)
}

/// What happened to both sides that the owner of a session would notice.
fn changes(call: &Call) -> Vec<&Event> {
    let seen = call.events.iter().flatten();
    seen.filter(|event| matches!(event, Event::State(_) | Event::SelectedPair { .. }))
        .collect()
}

#[test]
fn a_restart_that_is_undone_interrupts_nothing() {
    seeds(20, |seed| {
        let mut call = open_call(seed, &Link::delay(Duration::from_millis(20)));
        call.begin();
        call.connect(LIMIT);
        call.run_until(LIMIT, |call| {
            SIDES.map(|side| call.state(side)) == [State::Completed; 2]
        });
        let side = usize::try_from(seed % 2).unwrap();
        let before = call.agent(side).local_credentials().clone();
        let pair = call.agent(side).selected_pair().unwrap();
        let told: Vec<_> = call.agent(side).local_candidates().cloned().collect();
        let theirs: Vec<_> = call.agent(side).remote_candidates().cloned().collect();
        call.events = Default::default();
        // Once, or over and over, the last time before anything was gathered.
        for _ in 0..1 + seed % 3 {
            let now = call.now();
            call.agent(side).restart(now);
            call.agent(side).gather(now);
            send_for(&mut call, Duration::from_millis(20 * (seed % 7)));
        }
        assert_ne!(*call.agent(side).local_credentials(), before);
        assert_eq!(undo(&mut call, side, &before), Undone::Yes);
        assert_eq!(*call.agent(side).local_credentials(), before);
        assert_eq!(undo(&mut call, side, &before), Undone::No, "once");
        // Longer than consent lasts.
        send_for(&mut call, Duration::from_secs(70));
        assert_eq!(changes(&call), Vec::<&Event>::new());
        let after = call.agent(side).selected_pair().unwrap();
        assert_eq!(
            (after.id, after.local, after.remote),
            (pair.id, pair.local, pair.remote)
        );
        assert!(call.agent(side).local_candidates().eq(&told));
        assert!(call.agent(side).remote_candidates().eq(&theirs));
        for side in SIDES {
            let arrivals = call.peer(side).received.windows(2);
            let gap = arrivals.map(|two| two[1].0 - two[0].0).max().unwrap();
            assert!(gap <= Duration::from_millis(45), "a gap of {gap:?}");
        }
        // A restart that is answered works as ever.
        restart(&mut call, side);
        call.connect(LIMIT);
        assert!(call.exchange_data(LIMIT));
        assert_eq!(undo(&mut call, side, &before), Undone::No);
    });
}

#[test]
fn checks_go_on_after_a_restart_that_is_undone() {
    seeds(20, |seed| {
        let mut call = open_call(seed, &Link::delay(Duration::from_millis(20)));
        let side = usize::try_from(seed % 2).unwrap();
        call.begin();
        // At any moment of the first checks.
        call.run_for(Duration::from_millis(3 * seed));
        let before = call.agent(side).local_credentials().clone();
        let now = call.now();
        call.agent(side).restart(now);
        call.agent(side).gather(now);
        call.run_for(Duration::from_millis(10 * seed));
        assert_eq!(undo(&mut call, side, &before), Undone::Yes);
        call.connect(Duration::from_secs(3));
        assert!(call.exchange_data(LIMIT));
        call.run_for(Duration::from_secs(70));
        let states = SIDES.map(|side| call.state(side));
        assert_eq!(states, [State::Completed; 2]);
    });
}

#[test]
fn a_restart_that_is_undone_does_not_bring_consent_back() {
    let mut call = open_call(1, &Link::delay(Duration::from_millis(10)));
    call.begin();
    call.connect(LIMIT);
    let before = call.agent(0).local_credentials().clone();
    let now = call.now();
    call.agent(0).restart(now);
    call.world.network.set_firewall(|_, _, _| false);
    call.run_for(Duration::from_secs(45));
    call.world.network.set_firewall(|_, _, _| true);
    assert_eq!(undo(&mut call, 0, &before), Undone::Yes);
    assert_eq!(call.state(0), State::Failed);
    assert_eq!(call.agent(0).send_route(), None);
    restart(&mut call, 0);
    call.connect(LIMIT);
}

#[test]
fn candidates_that_came_for_the_generation_before_are_taken_when_it_comes_back() {
    let mut call = open_call(1, &Link::delay(Duration::from_millis(10)));
    call.begin();
    call.connect(LIMIT);
    let before = call.agent(0).local_credentials().clone();
    let ufrag = call.agent(1).local_credentials().ufrag().to_owned();
    let now = call.now();
    call.agent(0).restart(now);
    let late = format!("1 1 udp 2130706431 192.0.2.99 4444 typ host ufrag {ufrag}");
    let late: Candidate = late.parse().unwrap();
    call.give_candidate(0, &late);
    assert_eq!(call.agent(0).remote_candidates().count(), 0);
    assert_eq!(undo(&mut call, 0, &before), Undone::Yes);
    assert!(
        call.agent(0)
            .remote_candidates()
            .any(|known| known.port == 4444)
    );
}
