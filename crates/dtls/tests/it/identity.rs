//! Nothing leaves and nothing enters before the peer is proven to be the one of the signalling.

use std::time::Duration;

use stonechat_crypto::{Fingerprint, HashAlgorithm};
use stonechat_dtls::{CloseReason, Config, ExportError, Role, Session, State};
use stonechat_sansio::Env;
use stonechat_testkit::{Link, Loss, clock, seeds};

use crate::peers::{Making, certificate, converse, data_record, drain, feed, fingerprint};

fn foreign(env: &Env) -> Fingerprint {
    let stranger = env.child("stranger");
    fingerprint(env, &certificate(&stranger))
}

fn assert_nothing_left(session: &Session) {
    let mut out = [7; 60];
    assert_eq!(
        session.export("EXTRACTOR-dtls_srtp", None, &mut out),
        Err(ExportError::NotConnected)
    );
    assert_eq!(out, [7; 60]);
    assert_eq!(session.overhead(), None);
}

#[test]
fn a_foreign_certificate_fails_the_handshake_in_both_roles_on_any_link() {
    for deceived in [Role::Client, Role::Server] {
        seeds(20, |seed| {
            let env = clock::env(seed);
            let foreign = vec![foreign(&env)];
            let making = Making::toy(seed).both(|config| {
                config
                    .retransmit_after(Duration::from_millis(200), Duration::from_secs(2))
                    .max_retransmissions(40)
            });
            let making = match deceived {
                Role::Client => making.client(|config| config.remote_fingerprints(foreign)),
                Role::Server => making.server(|config| config.remote_fingerprints(foreign)),
            };
            let loss = if seed % 2 == 0 { 0.0 } else { 0.2 };
            let link = Link {
                loss: Loss::Random(loss),
                ..Link::delay(Duration::from_millis(20))
            };
            let mut pair = making.pair(seed).with_link(link);
            let failed =
                |pair: &stonechat_testkit::Pair<crate::peers::Peer, crate::peers::Peer>| {
                    match deceived {
                        Role::Client => pair.a.closed,
                        Role::Server => pair.b.closed,
                    }
                };
            pair.a.outbox.push_back(b"secret".to_vec());
            pair.b.outbox.push_back(b"secret".to_vec());
            assert!(pair.run_until(Duration::from_secs(60), |pair| failed(pair).is_some()));
            assert_eq!(failed(&pair), Some(CloseReason::CertificateMismatch));
            let (deceived, other) = match deceived {
                Role::Client => (&pair.a, &pair.b),
                Role::Server => (&pair.b, &pair.a),
            };
            assert_eq!(deceived.session.state(), State::Failed);
            assert!(deceived.connected.is_none() && deceived.inbox.is_empty());
            assert_eq!(deceived.outbox.len(), 1, "application data was sent");
            assert!(other.connected.is_none() && other.inbox.is_empty());
            assert_nothing_left(&deceived.session);
            assert_nothing_left(&other.session);
        });
    }
}

#[test]
fn the_deceived_side_sends_an_alert() {
    let env = clock::env(1);
    let foreign = vec![foreign(&env)];
    let (mut client, mut server) = Making::toy(1)
        .client(|config| config.remote_fingerprints(foreign))
        .sessions();
    let now = clock::start();
    feed(&mut server, now, &drain(&mut client, now));
    feed(&mut client, now, &drain(&mut server, now));
    let alert = drain(&mut client, now);
    assert_eq!(alert.len(), 1);
    assert_eq!((alert[0][0], &alert[0][13..]), (21, &[2, 42][..]));
}

#[test]
fn fingerprints_that_come_late_hold_both_ends_back_until_then() {
    let env = clock::env(2);
    let (client_env, server_env) = (env.child("client"), env.child("server"));
    let (at_client, at_server) = (certificate(&client_env), certificate(&server_env));
    let of_client = fingerprint(&env, &at_client);
    let of_server = fingerprint(&env, &at_server);
    let now = clock::start();
    let mut client = Session::new(Config::new(Role::Client, at_client), client_env, now);
    let mut server = Session::new(Config::new(Role::Server, at_server), server_env, now);
    converse(&mut client, &mut server, now);
    assert_eq!(
        (client.state(), server.state()),
        (State::Connecting, State::Connecting)
    );
    assert_nothing_left(&client);
    assert_nothing_left(&server);
    // The server has heard all and waits in silence.
    assert_eq!(server.poll_timeout(), None);
    server.set_remote_fingerprints(now, vec![of_client.clone()]);
    assert_eq!(server.state(), State::Connected);
    converse(&mut client, &mut server, now);
    assert_eq!(client.state(), State::Connecting);
    assert_nothing_left(&client);
    assert!(client.poll_event().is_none());
    let early = data_record(&mut server, b"early").unwrap();
    feed(&mut client, now, &[early]);
    assert!(client.poll_data().is_none());
    client.set_remote_fingerprints(now, vec![of_client, of_server]);
    assert_eq!(client.state(), State::Connected);
    assert_eq!(client.poll_data().unwrap(), b"early"[..]);
}

#[test]
fn late_fingerprints_of_another_certificate_fail_the_handshake() {
    for late_side in [Role::Client, Role::Server] {
        let env = clock::env(3);
        let (client_env, server_env) = (env.child("client"), env.child("server"));
        let now = clock::start();
        let mut client = Session::new(
            Config::new(Role::Client, certificate(&client_env)),
            client_env,
            now,
        );
        let mut server = Session::new(
            Config::new(Role::Server, certificate(&server_env)),
            server_env,
            now,
        );
        converse(&mut client, &mut server, now);
        let session = match late_side {
            Role::Client => {
                server.set_remote_fingerprints(
                    now,
                    vec![fingerprint(&env, &certificate(&env.child("client")))],
                );
                converse(&mut client, &mut server, now);
                &mut client
            }
            Role::Server => &mut server,
        };
        session.set_remote_fingerprints(now, vec![foreign(&env)]);
        assert_eq!(session.state(), State::Failed);
        assert_eq!(drain(session, now).len(), 1);
        assert!(matches!(
            session.poll_event(),
            Some(stonechat_dtls::Event::Closed(
                CloseReason::CertificateMismatch
            ))
        ));
        assert_nothing_left(session);
    }
}

#[test]
fn only_the_strongest_hash_among_the_fingerprints_counts() {
    let env = clock::env(4);
    let server = certificate(&env.child("server"));
    let of = |algorithm| server.fingerprint(env.crypto(), algorithm).unwrap();
    let wrong = |algorithm| {
        certificate(&env.child("stranger"))
            .fingerprint(env.crypto(), algorithm)
            .unwrap()
    };
    let cases = [
        (
            vec![of(HashAlgorithm::Sha256), wrong(HashAlgorithm::Sha512)],
            false,
        ),
        (
            vec![wrong(HashAlgorithm::Sha256), of(HashAlgorithm::Sha512)],
            true,
        ),
        (
            vec![wrong(HashAlgorithm::Sha256), of(HashAlgorithm::Sha256)],
            true,
        ),
        (vec![of(HashAlgorithm::Md5)], false),
        (vec![], false),
    ];
    for (fingerprints, accepted) in cases {
        let (mut client, mut server) = Making::toy(4)
            .client(|config| config.remote_fingerprints(fingerprints.clone()))
            .sessions();
        converse(&mut client, &mut server, clock::start());
        assert_eq!(
            client.state() == State::Connected,
            accepted,
            "{fingerprints:?}"
        );
    }
}

#[test]
fn a_peer_that_gave_up_by_an_alert_and_is_silent_is_believed() {
    for deceived in [Role::Client, Role::Server] {
        let env = clock::env(5);
        let foreign = vec![foreign(&env)];
        let making = match deceived {
            Role::Client => Making::toy(5).client(|config| config.remote_fingerprints(foreign)),
            Role::Server => Making::toy(5).server(|config| config.remote_fingerprints(foreign)),
        };
        let (mut client, mut server) = making.sessions();
        let start = clock::start();
        converse(&mut client, &mut server, start);
        let other = match deceived {
            Role::Client => &mut server,
            Role::Server => &mut client,
        };
        assert_eq!(other.state(), State::Connecting);
        let mut now = start;
        while other.state() == State::Connecting {
            now = other.poll_timeout().unwrap();
            other.handle_timeout(now);
            drain(other, now);
        }
        // After two repetitions that nobody answered, long before all of them.
        assert_eq!(now.duration_since(start), Duration::from_secs(7));
        assert!(matches!(
            other.poll_event(),
            Some(stonechat_dtls::Event::Closed(CloseReason::PeerAlert(alert))) if alert.0 == 42
        ));
    }
}

#[test]
fn an_alert_that_somebody_forged_is_forgotten_when_the_peer_goes_on() {
    let (mut client, mut server) = Making::toy(6).sessions();
    let mut now = clock::start();
    feed(&mut server, now, &drain(&mut client, now));
    let alert = hex::decode("15fefd000000000000007f0002022a").unwrap();
    feed(&mut client, now, std::slice::from_ref(&alert));
    feed(&mut server, now, std::slice::from_ref(&alert));
    // The server's flight is lost twice.
    for _ in 0..2 {
        drain(&mut server, now);
        now = server.poll_timeout().unwrap();
        server.handle_timeout(now);
    }
    converse(&mut client, &mut server, now);
    assert_eq!(client.state(), State::Connected);
    assert_eq!(server.state(), State::Connected);
}

#[test]
fn the_dates_of_a_peers_certificate_say_nothing() {
    let env = clock::env_with(7, stonechat_crypto::rust::provider());
    let (client_env, server_env) = (env.child("client"), env.child("server"));
    let expired = |env: &Env| {
        let mut rng = env.seed().child("certificate").rng();
        let params = stonechat_crypto::CertificateParams {
            validity: Duration::from_secs(1),
            ..stonechat_crypto::CertificateParams::default()
        };
        let long_ago = clock::wall() - Duration::from_secs(100_000_000);
        stonechat_crypto::Certificate::self_signed(env.crypto(), &mut rng, long_ago, params)
            .unwrap()
    };
    let (at_client, at_server) = (expired(&client_env), expired(&server_env));
    assert!(at_server.expires() < clock::wall());
    let of_client = fingerprint(&env, &at_client);
    let of_server = fingerprint(&env, &at_server);
    let now = clock::start();
    let config = Config::new(Role::Client, at_client).remote_fingerprints(vec![of_server]);
    let mut client = Session::new(config, client_env, now);
    let config = Config::new(Role::Server, at_server).remote_fingerprints(vec![of_client]);
    let mut server = Session::new(config, server_env, now);
    converse(&mut client, &mut server, now);
    assert_eq!(client.state(), State::Connected);
    assert_eq!(server.state(), State::Connected);
}
