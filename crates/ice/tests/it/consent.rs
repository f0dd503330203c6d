use std::time::Duration;

use stonechat_ice::State;
use stonechat_testkit::{Link, Loss, seeds};

use crate::setup::{SIDES, open_call};

const LIMIT: Duration = Duration::from_secs(40);

#[test]
fn sending_stops_within_thirty_seconds_of_the_last_answer_to_the_packet() {
    seeds(20, |seed| {
        let mut call = open_call(seed, &Link::delay(Duration::from_millis(10)));
        call.begin();
        call.connect(LIMIT);
        call.run_for(Duration::from_secs(7 + seed % 5));
        let cut = call.now();
        call.world.network.set_firewall(move |_, _, _| false);
        call.peer(0).sent.clear();
        // A packet each 10 ms.
        for _ in 0..4500 {
            call.peer(0).to_send.push_back(vec![0x80; 20]);
            call.run_for(Duration::from_millis(10));
        }
        let last = call.peer(0).sent.last().unwrap().0;
        let after = last - cut;
        assert!(
            after <= Duration::from_secs(30),
            "sent {after:?} after the last answer"
        );
        assert!(
            after >= Duration::from_secs(23),
            "stopped {after:?} after the last answer"
        );
        assert_eq!(call.state(0), State::Failed);
        assert_eq!(call.agent(0).send_route(), None);
        // Answers that come now give nothing back.
        call.world.network.set_firewall(|_, _, _| true);
        call.run_for(Duration::from_secs(20));
        assert_eq!(call.state(0), State::Failed);
        assert_eq!(call.agent(0).send_route(), None);
    });
}

#[test]
fn a_short_silence_is_a_disconnection_that_heals() {
    let mut call = open_call(1, &Link::delay(Duration::from_millis(10)));
    call.begin();
    call.connect(LIMIT);
    call.run_for(Duration::from_secs(2));
    call.world.network.set_firewall(|_, _, _| false);
    let disconnected = call.run_until(Duration::from_secs(12), |call| {
        SIDES
            .into_iter()
            .all(|side| call.state(side) == State::Disconnected)
    });
    assert!(disconnected);
    assert!(call.agent(0).send_route().is_some());
    call.world.network.set_firewall(|_, _, _| true);
    let healed = call.run_until(Duration::from_secs(7), |call| {
        SIDES
            .into_iter()
            .all(|side| call.state(side) == State::Completed)
    });
    assert!(healed);
}

#[test]
fn consent_lives_for_an_hour_on_a_lossy_link_at_its_pace() {
    seeds(5, |seed| {
        let link = Link {
            loss: Loss::Random(0.01),
            ..Link::delay(Duration::from_millis(30))
        };
        let mut call = open_call(seed, &link);
        call.begin();
        call.connect(LIMIT);
        call.run_for(Duration::from_secs(3600));
        for side in SIDES {
            assert_ne!(call.state(side), State::Failed);
            let checks = call
                .agent(side)
                .selected_pair()
                .unwrap()
                .consent_requests_sent;
            assert!(
                (600..=900).contains(&checks),
                "{checks} consent checks in an hour"
            );
        }
    });
}

#[test]
fn answers_with_a_wrong_id_key_or_source_do_not_extend_consent() {
    let mut call = open_call(1, &Link::delay(Duration::from_millis(10)));
    call.begin();
    call.connect(LIMIT);
    call.run_for(Duration::from_secs(1));
    let cut = call.now();
    // Responses are spoilt, one octet each, in id, address and integrity by turns.
    let mut number = 0_usize;
    let captured = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let keep = std::rc::Rc::clone(&captured);
    call.world.network.set_firewall(move |from, _, payload| {
        if payload.first() == Some(&1) {
            keep.borrow_mut().push((from, payload.to_vec()));
            return false;
        }
        true
    });
    while call.now() < cut + Duration::from_secs(40) {
        call.run_for(Duration::from_millis(100));
        let path = call.peer(0).agent.pairs().next().map(|pair| pair.path);
        let responses: Vec<_> = captured.borrow_mut().drain(..).collect();
        for (from, mut response) in responses {
            let Some(path) = path else { continue };
            if from != path.remote() {
                continue;
            }
            number += 1;
            let mut path = path;
            match number % 3 {
                0 => response[10] ^= 1,
                1 => {
                    // Behind the mapped address: inside MESSAGE-INTEGRITY.
                    let at = response.len() - 12;
                    response[at] ^= 1;
                }
                _ => {
                    let other = std::net::SocketAddr::from(([203, 0, 113, 66], 6666));
                    path = stonechat_sansio::Path::new(path.socket(), path.local(), other);
                }
            }
            let now = call.now();
            let payload = bytes::BytesMut::from(response.as_slice());
            let datagram =
                stonechat_sansio::Datagram::new(path, stonechat_sansio::Ecn::NotEct, now, payload);
            call.agent(0).handle_datagram(now, datagram);
        }
    }
    assert!(number > 3, "{number} responses were spoilt");
    assert_eq!(call.state(0), State::Failed);
}
