//! HelloVerifyRequest in both roles.

use std::time::Duration;

use stonechat_dtls::{CookiePolicy, DropReason, State};
use stonechat_testkit::{Link, Loss, clock, seeds};

use crate::peers::{Making, both_connected, converse, drain, feed};

fn demanding(seed: u64) -> Making {
    let policy = CookiePolicy::Required {
        address: b"192.0.2.1:4000".to_vec(),
    };
    Making::toy(seed).server(|config| config.cookie(policy))
}

#[test]
fn a_client_answers_a_cookie_and_both_connect() {
    let (mut client, mut server) = demanding(1).sessions();
    let now = clock::start();
    let hello = drain(&mut client, now);
    feed(&mut server, now, &hello);
    let request = drain(&mut server, now);
    assert_eq!(request.len(), 1);
    assert!(
        request[0].len() < hello[0].len(),
        "an answer larger than its question"
    );
    assert_eq!(request[0][13], 3);
    assert_eq!(server.poll_timeout(), None);
    feed(&mut client, now, &request);
    converse(&mut client, &mut server, now);
    assert_eq!(
        (client.state(), server.state()),
        (State::Connected, State::Connected)
    );
}

#[test]
fn cookies_survive_loss() {
    seeds(30, |seed| {
        let link = Link {
            loss: Loss::Random(0.25),
            ..Link::rough()
        };
        let making = demanding(seed).both(|config| {
            config
                .retransmit_after(Duration::from_millis(100), Duration::from_secs(1))
                .max_retransmissions(60)
        });
        let mut pair = making.pair(seed).with_link(link);
        assert!(pair.run_until(Duration::from_secs(120), |pair| both_connected(pair)));
    });
}

#[test]
fn a_wrong_cookie_gets_no_answer() {
    let (mut client, mut server) = demanding(2).sessions();
    let now = clock::start();
    feed(&mut server, now, &drain(&mut client, now));
    feed(&mut client, now, &drain(&mut server, now));
    let mut second = drain(&mut client, now);
    // The cookie follows version, random and an empty session id.
    second[0][13 + 12 + 2 + 32 + 1 + 1] ^= 1;
    feed(&mut server, now, &second);
    assert!(drain(&mut server, now).is_empty());
    assert_eq!(server.stats().dropped(DropReason::RefusedMessage), 1);
}

#[test]
fn a_second_request_is_ignored() {
    let (mut client, mut server) = demanding(3).sessions();
    let now = clock::start();
    feed(&mut server, now, &drain(&mut client, now));
    let request = drain(&mut server, now);
    feed(&mut client, now, &request);
    let second = drain(&mut client, now);
    let mut forged = request.clone();
    forged[0][13 + 5] = 1;
    feed(&mut client, now, &forged);
    assert!(drain(&mut client, now).is_empty());
    feed(&mut server, now, &second);
    converse(&mut client, &mut server, now);
    assert_eq!(
        (client.state(), server.state()),
        (State::Connected, State::Connected)
    );
}

#[test]
fn a_forged_request_delays_by_one_retransmission_at_most() {
    let (mut client, mut server) = Making::toy(4).sessions();
    let now = clock::start();
    feed(&mut server, now, &drain(&mut client, now));
    let flight = drain(&mut server, now);
    // A HelloVerifyRequest that overtakes the server's true answer.
    let forged =
        hex::decode("16feff000000000000000000170300000b000000000000000bfeff080102030405060708");
    feed(&mut client, now, &[forged.unwrap()]);
    feed(&mut server, now, &drain(&mut client, now));
    feed(&mut client, now, &flight);
    converse(&mut client, &mut server, now);
    assert_eq!(
        (client.state(), server.state()),
        (State::Connected, State::Connected)
    );
}
