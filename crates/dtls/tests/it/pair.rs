//! Both ends in virtual time.

use std::time::Duration;

use bytes::BytesMut;
use stonechat_crypto::{NamedGroup, SignatureScheme};
use stonechat_dtls::{CipherSuite, CloseReason, Event, SrtpProfile, State};
use stonechat_testkit::{Link, Loss, clock, seeds};

use crate::peers::{Making, both_connected, converse, data_record, drain};

#[test]
fn each_cipher_suite_and_group_connects_and_both_ends_export_the_same() {
    for suite in CipherSuite::ALL {
        for group in [
            NamedGroup::X25519,
            NamedGroup::Secp256r1,
            NamedGroup::Secp384r1,
        ] {
            let making = Making::real(1);
            let making = if suite.name().contains("_RSA_") {
                making.of_schemes([SignatureScheme::RsaPkcs1Sha256; 2])
            } else {
                making
            };
            let making =
                making.client(|config| config.cipher_suites(vec![suite]).groups(vec![group]));
            let (mut client, mut server) = making.sessions();
            converse(&mut client, &mut server, clock::start());
            let (Some(Event::Connected(at_client)), Some(Event::Connected(at_server))) =
                (client.poll_event(), server.poll_event())
            else {
                panic!("{suite:?} {group:?} does not connect")
            };
            assert_eq!((at_client.cipher_suite, at_client.group), (suite, group));
            assert_eq!((at_server.cipher_suite, at_server.group), (suite, group));
            let (a, b) = (at_client.srtp.unwrap(), at_server.srtp.unwrap());
            assert_eq!(a.profile, SrtpProfile::AeadAes128Gcm);
            assert_eq!(a.local.key.as_bytes(), b.remote.key.as_bytes());
            assert_eq!(a.remote.salt.as_bytes(), b.local.salt.as_bytes());
            assert_ne!(a.local.key.as_bytes(), a.remote.key.as_bytes());
            let (mut x, mut y) = ([0; 40], [0; 40]);
            client
                .export("EXPERIMENTAL label", Some(b"context"), &mut x)
                .unwrap();
            server
                .export("EXPERIMENTAL label", Some(b"context"), &mut y)
                .unwrap();
            assert_eq!(x, y);
            server.export("EXPERIMENTAL label", None, &mut y).unwrap();
            assert_ne!(x, y);
            assert!(client.export("key expansion", None, &mut x).is_err());

            let record = data_record(&mut client, b"hello").unwrap();
            server.handle_packet(clock::start(), BytesMut::from(&record[..]));
            assert_eq!(server.poll_data().unwrap(), b"hello"[..]);
        }
    }
}

#[test]
fn application_data_stays_in_the_datagram_that_it_came_in() {
    let (mut client, mut server) = Making::toy(1).sessions();
    let now = clock::start();
    converse(&mut client, &mut server, now);
    let packet = BytesMut::from(&data_record(&mut client, &[5; 1_000]).unwrap()[..]);
    let range = packet.as_ptr_range();
    server.handle_packet(now, packet);
    let data = server.poll_data().unwrap();
    assert!(range.contains(&data.as_ptr()) && data.len() == 1_000);
}

#[test]
fn the_servers_preference_among_the_offered_srtp_profiles_decides() {
    use SrtpProfile::{AeadAes128Gcm, AeadAes256Gcm, Aes128CmSha1_32, Aes128CmSha1_80};
    let cases = [
        (vec![Aes128CmSha1_80, AeadAes256Gcm], Some(AeadAes256Gcm)),
        (vec![Aes128CmSha1_80], Some(Aes128CmSha1_80)),
        (vec![Aes128CmSha1_32], None),
        (vec![Aes128CmSha1_32, AeadAes128Gcm], Some(AeadAes128Gcm)),
        (vec![], None),
    ];
    for (offer, expected) in cases {
        let making = Making::toy(2).client(|config| config.srtp_profiles(offer));
        let (mut client, mut server) = making.sessions();
        converse(&mut client, &mut server, clock::start());
        let Some(Event::Connected(connected)) = client.poll_event() else {
            panic!("{expected:?}")
        };
        assert_eq!(connected.srtp.map(|keys| keys.profile), expected);
    }
}

#[test]
fn a_handshake_completes_over_bad_links_in_datagrams_of_any_size() {
    let repeated = std::cell::Cell::new(0);
    let ran = seeds(150, |seed| {
        let max = [90, 120, 200, 400, 1_200][usize::try_from(seed % 5).unwrap()];
        let first = [50, 200, 1_000][usize::try_from(seed % 3).unwrap()];
        let making = Making::toy(seed).both(|config| {
            config
                .max_datagram(max)
                .retransmit_after(Duration::from_millis(first), Duration::from_secs(4))
                .max_retransmissions(60)
        });
        let link = Link {
            loss: Loss::Random(0.15),
            reorder: 0.2,
            duplicate: 0.1,
            ..Link::rough()
        };
        let mut pair = making.pair(seed).with_link(link);
        assert!(pair.run_until(Duration::from_secs(240), |pair| both_connected(pair)));
        let stats = [pair.a.session.stats(), pair.b.session.stats()];
        for stats in stats {
            repeated.set(repeated.get() + stats.retransmissions + stats.answered_retransmissions);
        }
    });
    // One seed alone may be a lucky one.
    assert!(
        ran < 150 || repeated.get() > 150,
        "the links were not bad: {}",
        repeated.get()
    );
}

#[test]
fn a_lost_last_flight_is_repeated_when_the_client_repeats_its_own() {
    let (mut client, mut server) = Making::toy(3).sessions();
    let mut now = clock::start();
    let hello = drain(&mut client, now);
    crate::peers::feed(&mut server, now, &hello);
    let flight = drain(&mut server, now);
    crate::peers::feed(&mut client, now, &flight);
    let flight = drain(&mut client, now);
    crate::peers::feed(&mut server, now, &flight);
    assert_eq!(server.state(), State::Connected);
    let lost = drain(&mut server, now);
    assert_eq!((lost.len(), server.poll_timeout()), (1, None));
    // The same octets again are a replay and change nothing.
    crate::peers::feed(&mut server, now, &flight);
    assert!(drain(&mut server, now).is_empty());
    now = client.poll_timeout().unwrap();
    client.handle_timeout(now);
    let again = drain(&mut client, now);
    crate::peers::feed(&mut server, now, &again);
    let last = drain(&mut server, now);
    assert_eq!(last.len(), 1);
    assert_ne!(last, lost);
    crate::peers::feed(&mut client, now, &last);
    assert_eq!(client.state(), State::Connected);
    assert_eq!(
        (
            client.stats().retransmissions,
            server.stats().answered_retransmissions
        ),
        (1, 1)
    );
}

#[test]
fn a_silent_server_gets_the_flight_at_doubled_intervals_and_then_the_client_fails() {
    let (mut client, _) = Making::toy(4).sessions();
    let start = clock::start();
    let mut sent = vec![];
    drain(&mut client, start);
    while let Some(at) = client.poll_timeout() {
        client.handle_timeout(at);
        if !drain(&mut client, at).is_empty() {
            sent.push(at.duration_since(start).as_secs());
        }
        assert!(sent.len() < 100);
    }
    assert_eq!(sent, [1, 3, 7, 15, 31, 63, 123]);
    assert!(matches!(
        client.poll_event(),
        Some(Event::Closed(CloseReason::TimedOut))
    ));
    assert_eq!(client.state(), State::Failed);
}

#[test]
fn closing_tells_the_peer_and_data_that_was_sent_before_is_given_first() {
    let (mut client, mut server) = Making::toy(5).sessions();
    let now = clock::start();
    converse(&mut client, &mut server, now);
    assert!(matches!(client.poll_event(), Some(Event::Connected(_))));
    assert!(matches!(server.poll_event(), Some(Event::Connected(_))));
    let data = data_record(&mut client, b"last words").unwrap();
    client.close(now);
    assert_eq!((client.state(), client.overhead()), (State::Closed, None));
    assert!(client.poll_event().is_none());
    let alert = drain(&mut client, now);
    assert!(matches!(
        client.poll_event(),
        Some(Event::Closed(CloseReason::Local))
    ));
    crate::peers::feed(&mut server, now, &[data]);
    crate::peers::feed(&mut server, now, &alert);
    assert_eq!(server.state(), State::Closed);
    let answer = drain(&mut server, now);
    assert!(server.poll_event().is_none());
    assert_eq!(server.poll_data().unwrap(), b"last words"[..]);
    assert!(matches!(
        server.poll_event(),
        Some(Event::Closed(CloseReason::Remote))
    ));
    crate::peers::feed(&mut client, now, &answer);
    assert!(client.poll_event().is_none() && drain(&mut client, now).is_empty());
}

#[test]
fn application_data_that_overtakes_the_end_of_the_handshake_is_kept() {
    let (mut client, mut server) = Making::toy(6).sessions();
    let now = clock::start();
    crate::peers::feed(&mut server, now, &drain(&mut client, now));
    crate::peers::feed(&mut client, now, &drain(&mut server, now));
    crate::peers::feed(&mut server, now, &drain(&mut client, now));
    let last = drain(&mut server, now);
    let early = data_record(&mut server, b"early").unwrap();
    crate::peers::feed(&mut client, now, &[early]);
    assert!(client.poll_data().is_none());
    crate::peers::feed(&mut client, now, &last);
    assert_eq!(client.poll_data().unwrap(), b"early"[..]);
}

#[test]
fn a_second_handshake_in_a_session_is_refused() {
    // A client's renegotiation would be a ClientHello under the keys; our client sends none, so
    // the record of another client is what the server sees: not authentic, and ignored.
    let (mut client, mut server) = Making::toy(7).sessions();
    let now = clock::start();
    converse(&mut client, &mut server, now);
    let (mut other, _) = Making::toy(8).sessions();
    crate::peers::feed(&mut server, now, &drain(&mut other, now));
    assert!(drain(&mut server, now).is_empty());
    assert_eq!(server.state(), State::Connected);
}
