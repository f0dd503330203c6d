use std::time::Duration;

use stonechat_ice::State;
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
    let nobody = stonechat_ice::Credentials::new("nobody", "nobodynobodynobodynobody").unwrap();
    call.agent(0).set_remote_credentials(now, nobody);
    call.run_for(Duration::from_secs(120));
    assert_eq!(call.state(0), State::Failed);
    assert_eq!(call.agent(0).send_route(), None);
}
