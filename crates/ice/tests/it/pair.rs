use std::time::Duration;

use stonechat_ice::{CandidateKind, Config, Event, HostAddresses, PairState, State};
use stonechat_testkit::{Link, Loss, seeds};

use crate::setup::{Call, SIDES, controlled, controlling, interfaces, ip, open_call, open_network};

const LIMIT: Duration = Duration::from_secs(40);

#[test]
fn two_hosts_connect_in_a_round_trip_and_select_at_once() {
    let mut call = open_call(1, &Link::delay(Duration::from_millis(10)));
    let start = call.now();
    call.begin();
    call.connect(LIMIT);
    let took = call.now() - start;
    // One round trip of 40 ms validates, the next nominates.
    assert!(took <= Duration::from_millis(150), "took {took:?}");
    call.run_for(Duration::from_millis(500));
    for side in SIDES {
        assert_eq!(call.state(side), State::Completed);
        let pair = call.agent(side).selected_pair().unwrap();
        assert!(pair.nominated);
        assert_eq!(pair.state, PairState::Succeeded);
        assert_eq!(
            pair.current_round_trip_time,
            Some(Duration::from_millis(40))
        );
        assert_eq!(pair.local.kind, CandidateKind::Host);
        assert_eq!(pair.remote.kind, CandidateKind::Host);
    }
    assert!(call.exchange_data(LIMIT));
}

#[test]
fn pairs_connect_under_loss_reordering_and_duplication() {
    seeds(60, |seed| {
        let loss = f64::from(u32::try_from(seed % 5).unwrap()) * 0.025;
        let link = Link {
            loss: Loss::Random(loss),
            reorder: 0.1,
            duplicate: 0.1,
            ..Link::delay(Duration::from_millis(20))
        };
        let mut call = open_call(seed, &link);
        call.begin();
        call.connect(LIMIT);
        let a = call.agent(0).selected_pair().unwrap();
        let b = call.agent(1).selected_pair().unwrap();
        assert_eq!(a.path.remote().ip(), b.path.local());
        assert_eq!(b.path.remote().ip(), a.path.local());
        assert!(call.exchange_data(LIMIT));
    });
}

#[test]
fn several_addresses_of_both_families_select_the_best_pair() {
    seeds(20, |seed| {
        let (mut network, hosts) = open_network(seed, &Link::delay(Duration::from_millis(5)));
        let realm = stonechat_testkit::Realm::Public;
        for (host, last) in hosts.into_iter().zip(1_u8..) {
            network.add_address(host, realm, [203, 0, 113, last].into());
            network.add_address(host, realm, ip(&format!("2001:db8::{last}")));
        }
        let mut call = Call::new(seed, network, hosts, [controlling(), controlled()]);
        call.begin();
        call.connect(LIMIT);
        for side in SIDES {
            let selected = call.agent(side).selected_pair().unwrap();
            assert!(selected.path.local().is_ipv6());
            let best = call.agent(side).pairs().next().unwrap();
            assert_eq!(selected.id, best.id);
            for pair in call.agent(side).pairs() {
                assert_eq!(pair.path.local().is_ipv4(), pair.path.remote().is_ipv4());
            }
        }
    });
}

#[test]
fn data_is_counted_and_given_with_its_path() {
    let mut call = open_call(3, &Link::delay(Duration::from_millis(10)));
    call.begin();
    call.connect(LIMIT);
    for _ in 0..10 {
        call.peer(0).to_send.push_back(vec![0x90; 100]);
    }
    call.run_for(Duration::from_millis(200));
    let sent = call.agent(0).selected_pair().unwrap();
    assert_eq!((sent.packets_sent, sent.bytes_sent), (10, 1000));
    let received = call.agent(1).selected_pair().unwrap();
    assert_eq!(
        (received.packets_received, received.bytes_received),
        (10, 1000)
    );
    assert!(
        call.peer(1)
            .received
            .iter()
            .all(|(_, path, _)| *path == received.path)
    );
}

#[test]
fn data_flows_on_a_valid_pair_before_one_is_selected() {
    let (network, hosts) = open_network(4, &Link::delay(Duration::from_millis(10)));
    let patient = Config {
        nomination_wait: Duration::from_secs(3),
        ..controlling()
    };
    let mut call = Call::new(4, network, hosts, [patient, controlled()]);
    // The controlled side's candidate is never signalled: peer-reflexive, so nomination waits.
    call.trickles = false;
    call.begin();
    call.run_for(Duration::from_millis(1));
    let candidate = call.told[0][0].clone();
    call.give_candidate(1, &candidate);
    call.run_for(Duration::from_secs(1));
    for side in SIDES {
        assert_eq!(call.state(side), State::Connected);
        assert!(call.agent(side).selected_pair().is_none());
    }
    assert!(call.exchange_data(Duration::from_secs(1)));
    call.connect(LIMIT);
}

#[test]
fn hidden_addresses_connect_and_appear_nowhere() {
    let (network, hosts) = open_network(5, &Link::delay(Duration::from_millis(10)));
    let configs = [controlling(), controlled()].map(|config| Config {
        host_addresses: HostAddresses::Hidden,
        ..config
    });
    let mut call = Call::new(5, network, hosts, configs);
    call.begin();
    call.connect(LIMIT);
    assert!(call.exchange_data(LIMIT));
    let addresses = ["198.51.100.10", "198.51.100.20"];
    for side in SIDES {
        for candidate in &call.told[side] {
            let text = candidate.to_string();
            assert!(text.contains(".local"), "{text}");
            assert!(
                !addresses.iter().any(|address| text.contains(address)),
                "{text}"
            );
        }
        for pair in call.agent(side).pairs().collect::<Vec<_>>() {
            let text = format!("{} {}", pair.local, pair.remote);
            assert!(!text.contains(addresses[side]), "{text}");
        }
    }
}

#[test]
fn a_lite_peer_is_only_answered_and_still_connects() {
    // A lite agent makes no checks of its own: one that knows no candidates and that has not
    // learned ours does the same until it is asked.
    let (network, hosts) = open_network(6, &Link::delay(Duration::from_millis(10)));
    let mut call = Call::new(6, network, hosts, [controlled(), controlled()]);
    let now = call.now();
    call.agent(0).set_remote_lite(now, true);
    call.begin();
    call.connect(LIMIT);
    assert_eq!(call.agent(0).role(), stonechat_ice::Role::Controlling);
}

#[test]
fn loopback_is_used_when_there_is_nothing_else_or_when_wanted() {
    for include_loopback in [false, true] {
        let (network, hosts) = open_network(7, &Link::default());
        let config = Config {
            include_loopback,
            ..controlling()
        };
        let mut call = Call::new(7, network, hosts, [config, controlled()]);
        let now = call.now();
        let [mut ethernet] = interfaces(vec![ip("198.51.100.10"), ip("fe80::1")]);
        ethernet.cost = 10;
        let mut loopback = ethernet.clone();
        loopback.loopback = true;
        loopback.addresses = vec![ip("127.0.0.1"), ip("::1")];
        call.agent(0)
            .handle_interfaces(now, &[loopback.clone(), ethernet]);
        call.agent(0).gather(now);
        let opened = opened(&mut call);
        assert_eq!(
            opened.len(),
            if include_loopback { 3 } else { 1 },
            "{opened:?}"
        );
        assert_eq!(opened[0], ip("198.51.100.10"));
        call.agent(0).handle_interfaces(now, &[loopback]);
        assert_eq!(
            self::opened(&mut call)
                .iter()
                .filter(|ip| ip.is_loopback())
                .count(),
            if include_loopback { 0 } else { 2 }
        );
    }
}

fn opened(call: &mut Call) -> Vec<std::net::IpAddr> {
    let mut opened = Vec::new();
    while let Some(request) = call.agent(0).poll_request() {
        if let stonechat_ice::Request::OpenUdp { bind, .. } = request {
            opened.push(bind);
        }
    }
    opened
}

#[test]
fn a_removed_interface_ends_its_pairs_and_a_new_one_is_gathered_from() {
    let (mut network, hosts) = open_network(8, &Link::delay(Duration::from_millis(5)));
    network.add_address(
        hosts[0],
        stonechat_testkit::Realm::Public,
        ip("203.0.113.1"),
    );
    let mut call = Call::new(8, network, hosts, [controlling(), controlled()]);
    call.begin();
    call.connect(LIMIT);
    call.run_for(Duration::from_secs(1));
    let used = call.agent(0).selected_pair().unwrap().path.local();
    let left = if used == ip("203.0.113.1") {
        ip("198.51.100.10")
    } else {
        ip("203.0.113.1")
    };
    call.world.network.remove_address(hosts[0], used);
    let now = call.now();
    call.agent(0)
        .handle_interfaces(now, &interfaces(vec![left, ip("203.0.113.77")]));
    call.world.network.add_address(
        hosts[0],
        stonechat_testkit::Realm::Public,
        ip("203.0.113.77"),
    );
    assert!(call.run_until(LIMIT, |call| {
        call.agent(0)
            .selected_pair()
            .is_some_and(|pair| pair.path.local() != used)
    }));
    let told: Vec<String> = call.told[0].iter().map(ToString::to_string).collect();
    assert!(
        told.iter().any(|text| text.contains("203.0.113.77")),
        "{told:?}"
    );
    assert!(call.agent(0).pairs().all(|pair| pair.path.local() != used));
    // The controlled side follows a round trip later.
    call.run_for(Duration::from_millis(100));
    assert!(call.exchange_data(LIMIT));
}

#[test]
fn nothing_to_connect_to_fails_after_the_patience_and_not_before() {
    let mut call = open_call(9, &Link::default());
    call.trickles = false;
    call.begin();
    let now = call.now();
    for side in SIDES {
        call.agent(side).end_of_remote_candidates(now);
    }
    call.run_for(Duration::from_millis(39_400));
    assert_eq!(SIDES.map(|side| call.state(side)), [State::Checking; 2]);
    call.run_for(Duration::from_millis(200));
    assert_eq!(SIDES.map(|side| call.state(side)), [State::Failed; 2]);
    assert!(call.events[0].contains(&Event::State(State::Failed)));
}

#[test]
fn before_the_first_remote_candidate_nothing_is_checked() {
    let mut call = open_call(10, &Link::default());
    call.trickles = false;
    call.begin();
    call.run_for(Duration::from_secs(2));
    assert_eq!(SIDES.map(|side| call.state(side)), [State::New; 2]);
    let theirs = call.told[1][0].clone();
    call.give_candidate(0, &theirs);
    call.run_for(Duration::from_millis(10));
    assert!(call.events[0].contains(&Event::State(State::Checking)));
}

#[test]
fn when_all_candidates_failed_and_more_may_come_it_is_disconnected() {
    let (network, hosts) = open_network(11, &Link::default());
    let patient = Config {
        max_requests: 3,
        ..controlling()
    };
    let mut call = Call::new(11, network, hosts, [patient, controlled()]);
    call.trickles = false;
    call.begin();
    let nobody = "1 1 udp 2130706431 192.0.2.250 9 typ host".parse().unwrap();
    call.give_candidate(0, &nobody);
    assert!(call.run_until(LIMIT, |call| call.state(0) == State::Disconnected));
    let theirs = call.told[1][0].clone();
    call.give_candidate(0, &theirs);
    assert!(call.run_until(LIMIT, |call| call.state(0) == State::Connected));
}
