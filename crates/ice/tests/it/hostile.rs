use std::net::SocketAddr;
use std::time::Duration;

use bytes::BytesMut;
use stonechat_ice::{Candidate, CandidateError, Credentials, DropReason, PairState, State};
use stonechat_sansio::{Batch, Datagram, Ecn, Path};
use stonechat_stun::{Attribute, Builder, Class, IntegrityKey, Method, TransactionId};
use stonechat_testkit::{Link, clock};

use crate::setup::{Call, SIDES, controlled, open_call, open_network};

const LIMIT: Duration = Duration::from_secs(40);

fn torture(layers: &[&str]) -> Vec<(String, Vec<u8>)> {
    let table: serde_json::Value =
        serde_json::from_str(include_str!("../data/torture.json")).unwrap();
    let entries = table["entries"].as_array().unwrap().iter();
    entries
        .filter(|entry| layers.contains(&entry["layer"].as_str().unwrap()))
        .map(|entry| {
            let hex = entry["hex"].as_str().unwrap();
            let octets = (0..hex.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
                .collect();
            (entry["name"].as_str().unwrap().to_owned(), octets)
        })
        .collect()
}

/// Hands octets to an agent as if they came from `from`, on the socket of its only base.
fn inject(call: &mut Call, side: usize, from: SocketAddr, octets: &[u8]) -> bool {
    let now = call.now();
    let address = ["198.51.100.10", "198.51.100.20"][side].parse().unwrap();
    let socket = call
        .peer(side)
        .requests
        .iter()
        .position(|_| true)
        .map(|_| side);
    let socket = stonechat_sansio::SocketId(u32::try_from(socket.unwrap()).unwrap() + 1);
    let datagram = Datagram::new(
        Path::new(socket, address, from),
        Ecn::NotEct,
        now,
        BytesMut::from(octets),
    );
    call.agent(side).handle_datagram(now, datagram).is_some()
}

fn stranger() -> SocketAddr {
    "203.0.113.66:6666".parse().unwrap()
}

/// A request of the peer of `side` from wherever, with valid integrity.
fn request(
    call: &mut Call,
    side: usize,
    number: u32,
    add: impl FnOnce(&mut Builder<'_>),
) -> Vec<u8> {
    let ours = call.agent(side).local_credentials().clone();
    let theirs = call.agent(1 - side).local_credentials().clone();
    let key = IntegrityKey::short_term(clock::env(0).crypto(), ours.pwd()).unwrap();
    let username = format!("{}:{}", ours.ufrag(), theirs.ufrag());
    let mut id = [0; 12];
    id[..4].copy_from_slice(&number.to_be_bytes());
    let mut request = Builder::new(
        Class::Request,
        Method::BINDING,
        TransactionId::from_bytes(id),
    )
    .attribute(Attribute::Username(&username));
    add(&mut request);
    let request = request.integrity(&key).fingerprint();
    let mut octets = vec![0; request.encoded_len()];
    request.encode(&mut octets).unwrap();
    octets
}

#[test]
fn nothing_of_a_stranger_is_answered_or_given_at_any_moment() {
    let inputs = torture(&["stun", "turn", "dtls"]);
    assert!(inputs.len() > 60);
    let mut call = open_call(1, &Link::delay(Duration::from_millis(10)));
    call.begin();
    let heard = std::rc::Rc::new(std::cell::Cell::new(0_u32));
    let count = std::rc::Rc::clone(&heard);
    call.world.network.set_firewall(move |_, to, _| {
        if to == stranger() {
            count.set(count.get() + 1);
        }
        true
    });
    call.world.flush();
    let start = call.now();
    let mut round = 0;
    while round < 12 {
        for (name, octets) in &inputs {
            for side in SIDES {
                assert!(!inject(&mut call, side, stranger(), octets), "{name}");
            }
        }
        round += 1;
        call.run_for(Duration::from_millis(20));
    }
    call.connect(LIMIT);
    assert!(call.now() - start <= Duration::from_millis(300));
    assert_eq!(heard.get(), 0);
    for side in SIDES {
        assert!(
            call.agent(side)
                .stats()
                .dropped(DropReason::UnauthenticatedPath)
                > 0
        );
        assert!(call.agent(side).stats().dropped(DropReason::Malformed) > 0);
        assert_eq!(call.agent(side).remote_candidates().count(), 1);
    }
    assert!(call.exchange_data(LIMIT));
}

#[test]
fn hostile_messages_from_the_address_of_the_peer_do_no_harm() {
    let inputs = torture(&["stun", "turn"]);
    let mut call = open_call(2, &Link::delay(Duration::from_millis(10)));
    call.begin();
    call.connect(LIMIT);
    for (_, octets) in &inputs {
        for side in SIDES {
            let from = call.agent(side).selected_pair().unwrap().path.remote();
            let stun = octets.first().is_some_and(|first| *first < 4);
            let given = inject(&mut call, side, from, octets);
            assert!(!(given && stun));
        }
    }
    call.run_for(Duration::from_secs(20));
    assert_eq!(SIDES.map(|side| call.state(side)), [State::Completed; 2]);
    assert!(call.exchange_data(LIMIT));
}

#[test]
fn use_candidate_behind_the_integrity_is_ignored() {
    let (network, hosts) = open_network(3, &Link::delay(Duration::from_millis(10)));
    let waiting = stonechat_ice::Config {
        nomination_wait: Duration::from_secs(60),
        ..crate::setup::controlling()
    };
    let mut call = Call::new(3, network, hosts, [waiting, controlled()]);
    call.trickles = false;
    call.begin();
    call.run_for(Duration::from_millis(1));
    let candidate = call.told[0][0].clone();
    call.give_candidate(1, &candidate);
    call.run_for(Duration::from_millis(500));
    assert_eq!(call.state(1), State::Connected);
    let from = call.agent(1).pairs().next().unwrap().path.remote();
    let mut octets = request(&mut call, 1, 7, |request| {
        request
            .push(Attribute::Priority(1))
            .push(Attribute::IceControlling(1));
    });
    // Without FINGERPRINT, and with USE-CANDIDATE in its place.
    octets.truncate(octets.len() - 8);
    octets.extend([0, 0x25, 0, 0]);
    let len = u16::try_from(octets.len() - 20).unwrap();
    octets[2..4].copy_from_slice(&len.to_be_bytes());
    assert!(!inject(&mut call, 1, from, &octets));
    call.run_for(Duration::from_millis(100));
    assert!(call.agent(1).selected_pair().is_none());
    // Before the integrity it counts.
    let octets = request(&mut call, 1, 8, |request| {
        request
            .push(Attribute::Priority(1))
            .push(Attribute::IceControlling(1));
        request.push(Attribute::UseCandidate);
    });
    assert!(!inject(&mut call, 1, from, &octets));
    call.run_for(Duration::from_millis(100));
    assert!(call.agent(1).selected_pair().is_some());
}

#[test]
fn every_prefix_and_changed_octet_of_a_check_is_not_answered() {
    let mut call = open_call(4, &Link::delay(Duration::from_millis(10)));
    call.begin();
    call.connect(LIMIT);
    let good = request(&mut call, 1, 1, |request| {
        request
            .push(Attribute::Priority(1))
            .push(Attribute::IceControlling(1));
    });
    call.run_for(Duration::from_millis(10));
    let before = call.agent(1).stats().requests_received;
    for end in 0..good.len() {
        assert!(!inject(&mut call, 1, stranger(), &good[..end]));
    }
    // Up to FINGERPRINT, which comes behind the integrity.
    for at in 0..good.len() - 8 {
        for bit in 0..8 {
            let mut changed = good.clone();
            changed[at] ^= 1 << bit;
            assert!(!inject(&mut call, 1, stranger(), &changed));
        }
    }
    assert_eq!(call.agent(1).stats().requests_received, before);
    assert!(!inject(&mut call, 1, stranger(), &good));
    assert_eq!(call.agent(1).stats().requests_received, before + 1);
}

#[test]
fn valid_requests_that_lack_or_mix_up_attributes_get_an_error() {
    let mut call = open_call(5, &Link::delay(Duration::from_millis(10)));
    call.begin();
    call.connect(LIMIT);
    let codes = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let seen = std::rc::Rc::clone(&codes);
    call.world.network.set_firewall(move |_, to, payload| {
        if to == stranger() {
            let message = stonechat_stun::Message::parse(payload).unwrap();
            seen.borrow_mut()
                .push(message.error_code().map(|error| error.code));
        }
        true
    });
    let unknown = Attribute::Raw {
        kind: stonechat_stun::AttributeType::new(0x7f01),
        value: &[1, 2, 3, 4],
    };
    let inputs = [
        request(&mut call, 1, 1, |request| {
            request.push(Attribute::IceControlling(1));
        }),
        request(&mut call, 1, 2, |request| {
            request.push(Attribute::Priority(1)).push(unknown);
        }),
        request(&mut call, 1, 3, |request| {
            request.push(Attribute::Priority(1));
            request
                .push(Attribute::IceControlling(1))
                .push(Attribute::IceControlled(1));
        }),
        request(&mut call, 1, 4, |request| {
            request
                .push(Attribute::Priority(1))
                .push(Attribute::IceControlled(u64::MAX));
        }),
    ];
    for input in inputs {
        inject(&mut call, 1, stranger(), &input);
    }
    call.run_for(Duration::from_millis(30));
    assert_eq!(
        *codes.borrow(),
        [Some(400), Some(420), Some(400), Some(487)]
    );
    assert_eq!(call.agent(1).remote_candidates().count(), 1);
}

#[test]
fn five_thousand_candidates_of_one_victim_make_few_pairs_and_octets() {
    let mut call = open_call(6, &Link::delay(Duration::from_millis(10)));
    call.trickles = false;
    let now = call.now();
    call.agent(0).gather(now);
    call.run_for(Duration::from_millis(1));
    call.give_credentials(0);
    let sent = std::rc::Rc::new(std::cell::Cell::new((0_usize, 0_usize)));
    let count = std::rc::Rc::clone(&sent);
    call.world.network.set_firewall(move |_, to, payload| {
        if to.ip().to_string() == "203.0.113.99" {
            let (packets, octets) = count.get();
            count.set((packets + 1, octets + payload.len()));
        }
        false
    });
    let now = call.now();
    let mut refused = 0;
    for port in 1..=5000 {
        let text = format!(
            "{port} 1 udp {} 203.0.113.99 {port} typ host",
            10_000 - port
        );
        let candidate: Candidate = text.parse().unwrap();
        match call.agent(0).add_remote_candidate(now, candidate) {
            Ok(()) => {}
            Err(error) => {
                assert_eq!(error, CandidateError::Limit);
                refused += 1;
            }
        }
    }
    assert_eq!(refused, 4900);
    assert_eq!(call.agent(0).pairs().count(), 100);
    call.run_for(Duration::from_secs(1));
    let (packets, _) = sent.get();
    assert!(packets <= 21, "{packets} packets in the first second");
    call.run_for(Duration::from_secs(600));
    let (packets, octets) = sent.get();
    assert!(octets <= 51 * 1024, "{packets} packets, {octets} octets");
    assert_eq!(call.state(0), State::Failed);
}

#[test]
fn limits_hold_one_below_at_and_above() {
    for (limit, added) in [(5, 4), (5, 5), (5, 6)] {
        let (network, hosts) = open_network(7, &Link::default());
        let config = stonechat_ice::Config {
            max_pairs: limit,
            ..controlled()
        };
        let mut call = Call::new(7, network, hosts, [config, controlled()]);
        call.trickles = false;
        let now = call.now();
        call.agent(0).gather(now);
        call.run_for(Duration::from_millis(1));
        call.give_credentials(0);
        for port in 1..=added {
            let text = format!("{port} 1 udp {port} 203.0.113.99 {port} typ host");
            let now = call.now();
            call.agent(0)
                .add_remote_candidate(now, text.parse().unwrap())
                .unwrap();
        }
        assert_eq!(call.agent(0).pairs().count(), added.min(limit));
        let over = call.agent(0).stats().pairs_over_limit;
        assert_eq!(over, u64::from(added > limit));
    }
}

#[test]
fn learned_candidates_are_capped_and_the_selected_pair_survives() {
    let mut call = open_call(8, &Link::delay(Duration::from_millis(10)));
    call.begin();
    call.connect(LIMIT);
    for number in 0..100_000_u32 {
        if number % 50 != 0 && number > 5_000 {
            continue;
        }
        let octets = request(&mut call, 1, number, |request| {
            request
                .push(Attribute::Priority(number))
                .push(Attribute::IceControlling(1));
        });
        let port = u16::try_from(number % 60_000).unwrap() + 1;
        let from = SocketAddr::from(([203, 0, 113, 66], port));
        inject(&mut call, 1, from, &octets);
    }
    assert!(call.agent(1).remote_candidates().count() <= 33);
    assert!(call.agent(1).pairs().count() <= 33);
    assert!(call.agent(1).stats().peer_reflexive_evicted > 1000);
    assert!(call.agent(1).stats().dropped(DropReason::ResponseQueueFull) > 1000);
    call.run_for(Duration::from_secs(10));
    assert!(call.exchange_data(LIMIT));
}

#[test]
fn a_peer_on_this_host_that_sends_from_loopback_gets_a_pair() {
    let mut call = open_call(9, &Link::delay(Duration::from_millis(10)));
    call.begin();
    call.connect(LIMIT);
    let loopback: SocketAddr = "127.0.0.1:5000".parse().unwrap();
    let has_pair = |call: &mut Call| {
        let mut pairs = call.agent(1).pairs();
        pairs.any(|pair| pair.path.remote() == loopback && pair.state != PairState::Frozen)
    };
    // Its word alone is not enough: the loopback it means may be another one.
    let told: Candidate = "candidate:1 1 udp 2122194687 127.0.0.1 5000 typ host"
        .parse()
        .unwrap();
    let now = call.now();
    call.agent(1).add_remote_candidate(now, told).unwrap();
    assert!(!has_pair(&mut call));
    let octets = request(&mut call, 1, 1, |request| {
        request
            .push(Attribute::Priority(1))
            .push(Attribute::IceControlling(1));
    });
    inject(&mut call, 1, loopback, &octets);
    assert!(has_pair(&mut call));
}

#[test]
fn forbidden_sources_are_not_answered_even_if_authenticated() {
    let mut call = open_call(9, &Link::delay(Duration::from_millis(10)));
    call.begin();
    call.connect(LIMIT);
    for source in [
        "224.0.0.1:5",
        "255.255.255.255:5",
        "0.0.0.0:5",
        "203.0.113.5:0",
    ] {
        let octets = request(&mut call, 1, 1, |request| {
            request
                .push(Attribute::Priority(1))
                .push(Attribute::IceControlling(1));
        });
        inject(&mut call, 1, source.parse().unwrap(), &octets);
    }
    assert_eq!(
        call.agent(1).stats().dropped(DropReason::ForbiddenAddress),
        4
    );
}

#[test]
fn a_peer_that_answers_all_with_role_conflict_is_not_pursued() {
    let (network, hosts) = open_network(10, &Link::delay(Duration::from_millis(1)));
    let mut call = Call::new(10, network, hosts, [controlled(), controlled()]);
    call.trickles = false;
    let now = call.now();
    call.agent(0).gather(now);
    call.run_for(Duration::from_millis(1));
    let pwd = "nobodynobodynobodynobody";
    call.agent(0)
        .set_remote_credentials(now, Credentials::new("nobody", pwd).unwrap());
    let victim: Candidate = "1 1 udp 1 203.0.113.66 6666 typ host".parse().unwrap();
    call.agent(0).add_remote_candidate(now, victim).unwrap();
    let key = IntegrityKey::short_term(clock::env(0).crypto(), pwd).unwrap();
    let asked = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let seen = std::rc::Rc::clone(&asked);
    call.world.network.set_firewall(move |_, to, payload| {
        if to == stranger() {
            let message = stonechat_stun::Message::parse(payload).unwrap();
            seen.borrow_mut().push(message.transaction_id());
        }
        false
    });
    let start = call.now();
    let mut total = 0;
    while call.now() < start + Duration::from_secs(50) {
        call.run_for(Duration::from_millis(5));
        let ids: Vec<_> = asked.borrow_mut().drain(..).collect();
        total += ids.len();
        for id in ids {
            let refusal = Builder::new(Class::Error, Method::BINDING, id)
                .attribute(Attribute::ErrorCode {
                    code: 487,
                    reason: "",
                })
                .integrity(&key)
                .fingerprint();
            let mut octets = vec![0; refusal.encoded_len()];
            refusal.encode(&mut octets).unwrap();
            inject(&mut call, 0, stranger(), &octets);
        }
    }
    assert!(total <= 20, "{total} requests");
    assert_eq!(call.state(0), State::Failed);
    assert!(
        call.agent(0)
            .pairs()
            .all(|pair| pair.state == PairState::Failed)
    );
}

#[test]
fn a_generation_before_that_fell_silent_leaves_no_deadline_in_the_past() {
    let mut call = open_call(1, &Link::delay(Duration::from_millis(10)));
    call.begin();
    call.connect(LIMIT);
    let mut now = call.now();
    let agent = call.agent(0);
    let other = Credentials::new("other", "passwordpasswordpassword").unwrap();
    agent.set_remote_credentials(now, other);
    // Nobody answers from now on.
    let end = now + Duration::from_secs(40);
    while now < end {
        let mut buffer = Vec::new();
        while agent
            .poll_transmit(now, &mut Batch::new(&mut buffer, 1, 1_500))
            .is_some()
        {
            buffer.clear();
        }
        agent.handle_timeout(now);
        let Some(due) = agent.poll_timeout() else {
            break;
        };
        assert!(due > now, "due {:?} ago", now - due);
        now = due;
    }
    assert_eq!(agent.send_route(), None);
}
