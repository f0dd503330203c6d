//! A peer that says what it likes in whatever order, with keys and proofs that fit what it said.

use bytes::BytesMut;
use stonechat_crypto::{Certificate, Secret, SignatureScheme};
use stonechat_sansio::{Env, Frame};
use stonechat_testkit::clock;

use crate::flight::Item;
use crate::handshake::certificate::CertificateChain;
use crate::handshake::certificate_verify::DigitallySigned;
use crate::handshake::client_hello::ClientHello;
use crate::handshake::key_exchange::{ClientKeyExchange, ServerKeyExchange};
use crate::handshake::server_hello::ServerHello;
use crate::handshake::{FragmentHeader, HandshakeType};
use crate::peers::{Making, certificate, certificate_of, drain, feed};
use crate::record::ContentType;
use crate::record::epoch::{Epoch, RecordLayer};
use crate::transcript::Transcript;
use crate::v12::Course;
use crate::v12::key_schedule::{MasterSecret, TrafficKeys};
use crate::{AlertDescription, CipherSuite, CloseReason, Event, Role, Session, State};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Step {
    Certificate,
    KeyExchange,
    Verify,
    ChangeCipherSpec,
    Finished,
}

const HONEST: [Step; 5] = [
    Step::Certificate,
    Step::KeyExchange,
    Step::Verify,
    Step::ChangeCipherSpec,
    Step::Finished,
];

/// What is wrong with a CertificateVerify.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Proof {
    Right,
    OtherTranscript,
    OtherKey,
    OtherScheme,
}

/// A client by hand, against a server of ours that awaits its second flight.
struct Client {
    env: Env,
    certificate: Certificate,
    /// What it sends behind its certificate.
    others: Vec<Vec<u8>>,
    course: Course,
    premaster: Secret,
    share: Vec<u8>,
    master: MasterSecret,
    records: RecordLayer,
    sequence: u16,
    changed: bool,
    datagrams: Vec<Vec<u8>>,
}

impl Client {
    fn start(env: &Env, share: Option<&[u8]>) -> (Self, Session) {
        let making = Making::new(env);
        let client_env = making.client_env.clone();
        let (mut client, mut server) = making.sessions();
        let mut transcript = Transcript::default();
        let mut client_random = [0; 32];
        for item in client.flight.items_mut() {
            let Item::Message {
                kind,
                sequence,
                body,
                ..
            } = item
            else {
                continue;
            };
            transcript.add(*kind, *sequence, body);
            client_random = ClientHello::parse(body).unwrap().random;
        }
        feed(
            &mut server,
            clock::start(),
            &drain(&mut client, clock::start()),
        );
        let (mut server_random, mut exchange) = ([0; 32], None);
        for item in server.flight.items_mut() {
            let Item::Message {
                kind,
                sequence,
                body,
                ..
            } = item
            else {
                continue;
            };
            transcript.add(*kind, *sequence, body);
            match kind {
                HandshakeType::ServerHello => {
                    server_random = ServerHello::parse(body).unwrap().random;
                }
                HandshakeType::ServerKeyExchange => {
                    let parsed = ServerKeyExchange::parse(body).unwrap();
                    let group = stonechat_crypto::NamedGroup::from_code(parsed.group).unwrap();
                    let part = env.crypto().key_exchange(group).unwrap();
                    let mut rng = env.seed().child("by hand").rng();
                    exchange = Some(part.start_and_complete(&mut rng, parsed.share).unwrap());
                }
                _ => {}
            }
        }
        let _ = drain(&mut server, clock::start());
        let exchange = exchange.unwrap();
        let course = Course {
            suite: CipherSuite::EcdheEcdsaAes128GcmSha256,
            srtp: None,
            client_random,
            server_random,
            transcript,
        };
        let client = Self {
            env: env.clone(),
            certificate: certificate(&client_env),
            others: vec![],
            premaster: exchange.secret,
            share: share.map_or(exchange.share, <[u8]>::to_vec),
            master: MasterSecret(Secret::new(vec![0; 48])),
            records: RecordLayer::default(),
            sequence: 1,
            changed: false,
            course,
            datagrams: vec![],
        };
        (client, server)
    }

    fn record(&mut self, epoch: Epoch, content_type: ContentType, content: &[u8]) {
        let mut buffer = vec![];
        let mut frame = Frame::new(&mut buffer, 16_000);
        self.records
            .write(epoch, content_type, &mut frame, |out| {
                out.put_slice(content)
            })
            .unwrap();
        frame.commit();
        self.datagrams.push(buffer);
    }

    fn message(&mut self, epoch: Epoch, kind: HandshakeType, body: &[u8]) {
        let header = FragmentHeader::whole(kind, self.sequence, body);
        self.course.transcript.add(kind, self.sequence, body);
        self.sequence += 1;
        self.record(
            epoch,
            ContentType::Handshake,
            &[&header.encode()[..], body].concat(),
        );
    }

    fn say(&mut self, step: Step, proof: Proof) {
        let provider = self.env.crypto().clone();
        let mut body = vec![];
        match step {
            Step::Certificate => {
                let mut certificates = vec![self.certificate.der()];
                certificates.extend(self.others.iter().map(Vec::as_slice));
                CertificateChain { certificates }.encode(&mut body);
                self.message(Epoch::Plain, HandshakeType::Certificate, &body);
            }
            Step::KeyExchange => {
                ClientKeyExchange { share: &self.share }.encode(&mut body);
                self.message(Epoch::Plain, HandshakeType::ClientKeyExchange, &body);
                self.master =
                    MasterSecret::extended(&provider, &self.course, &self.premaster).unwrap();
            }
            Step::Verify => {
                let mut scheme = self.certificate.key().scheme().code();
                let mut signed = self.course.transcript.as_bytes().to_vec();
                let mut certificate = self.certificate.clone();
                match proof {
                    Proof::Right => {}
                    Proof::OtherTranscript => signed[20] ^= 1,
                    Proof::OtherKey => {
                        certificate = crate::peers::certificate(&self.env.child("x"));
                    }
                    Proof::OtherScheme => scheme = 0x0603,
                }
                let signature = certificate.key().sign(&signed).unwrap();
                DigitallySigned {
                    scheme,
                    signature: &signature,
                }
                .encode(&mut body);
                self.message(Epoch::Plain, HandshakeType::CertificateVerify, &body);
            }
            Step::ChangeCipherSpec => {
                let keys = TrafficKeys::derive(&provider, &self.course, &self.master).unwrap();
                self.records.install_write(keys.client);
                self.changed = true;
                self.record(Epoch::Plain, ContentType::ChangeCipherSpec, &[1]);
            }
            Step::Finished => {
                let verify_data = self
                    .master
                    .verify_data(&provider, &self.course, Role::Client)
                    .unwrap();
                let epoch = if self.changed {
                    Epoch::Protected
                } else {
                    Epoch::Plain
                };
                self.message(epoch, HandshakeType::Finished, &verify_data);
            }
        }
    }
}

/// How a server ends up whose client says `steps`.
fn server_after(env: &Env, steps: &[Step], proof: Proof) -> Session {
    let (mut client, mut server) = Client::start(env, None);
    for step in steps {
        client.say(*step, proof);
    }
    feed(&mut server, clock::start(), &client.datagrams);
    server
}

/// Each order of each subset.
fn arrangements<T: Copy + PartialEq>(all: &[T]) -> Vec<Vec<T>> {
    let mut found: Vec<Vec<T>> = vec![vec![]];
    let mut from = 0;
    while from < found.len() {
        for item in all {
            if !found[from].contains(item) {
                let mut longer = found[from].clone();
                longer.push(*item);
                found.push(longer);
            }
        }
        from += 1;
    }
    found
}

#[test]
fn a_server_connects_after_the_right_messages_in_the_right_order_only() {
    let env = clock::env(1);
    let all = arrangements(&HONEST);
    assert_eq!(all.len(), 326);
    for steps in all {
        let server = server_after(&env, &steps, Proof::Right);
        assert_eq!(
            server.state() == State::Connected,
            steps == HONEST,
            "{steps:?}"
        );
        if steps != HONEST {
            assert!(
                server
                    .export("EXTRACTOR-dtls_srtp", None, &mut [0; 8])
                    .is_err()
            );
        }
    }
}

#[test]
fn a_client_without_the_key_of_its_certificate_is_refused() {
    for env in [
        clock::env(2),
        clock::env_with(2, stonechat_crypto::rust::provider()),
    ] {
        for proof in [Proof::OtherTranscript, Proof::OtherKey] {
            let mut server = server_after(&env, &HONEST, proof);
            assert_eq!(server.state(), State::Failed);
            let alert = drain(&mut server, clock::start());
            assert_eq!(alert[0][13..], [2, 51]);
            assert!(matches!(
                server.poll_event(),
                Some(Event::Closed(CloseReason::Protocol(
                    AlertDescription::DECRYPT_ERROR
                )))
            ));
        }
        let server = server_after(&env, &HONEST, Proof::OtherScheme);
        assert_eq!(server.state(), State::Connecting);
        let server = server_after(&env, &HONEST, Proof::Right);
        assert_eq!(server.state(), State::Connected);
    }
}

#[test]
fn a_client_with_another_certificate_and_its_key_is_refused() {
    let env = clock::env(3);
    let (mut client, mut server) = Client::start(&env, None);
    client.certificate = certificate(&env.child("stranger"));
    for step in HONEST {
        client.say(step, Proof::Right);
    }
    feed(&mut server, clock::start(), &client.datagrams);
    assert_eq!(server.state(), State::Failed);
    assert_eq!(drain(&mut server, clock::start())[0][13..], [2, 42]);
}

#[test]
fn a_client_without_any_certificate_is_refused() {
    let env = clock::env(4);
    let (mut client, mut server) = Client::start(&env, None);
    client.message(Epoch::Plain, HandshakeType::Certificate, &[0, 0, 0]);
    feed(&mut server, clock::start(), &client.datagrams);
    assert_eq!(server.state(), State::Failed);
    assert_eq!(drain(&mut server, clock::start())[0][13..], [2, 40]);
}

#[test]
fn a_finished_that_is_wrong_is_refused() {
    let env = clock::env(5);
    let (mut client, mut server) = Client::start(&env, None);
    for step in &HONEST[..4] {
        client.say(*step, Proof::Right);
    }
    client.message(Epoch::Protected, HandshakeType::Finished, &[7; 12]);
    feed(&mut server, clock::start(), &client.datagrams);
    assert_eq!(server.state(), State::Failed);
}

#[test]
fn shares_that_are_no_points_fail_the_handshake_cleanly() {
    let env = clock::env_with(6, stonechat_crypto::rust::provider());
    let small_order = [
        [0; 32].to_vec(),
        hex::decode("0100000000000000000000000000000000000000000000000000000000000000").unwrap(),
        hex::decode("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800").unwrap(),
        hex::decode("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f").unwrap(),
    ];
    for share in small_order
        .iter()
        .map(Vec::as_slice)
        .chain([&[][..], &[9; 31], &[9; 33]])
    {
        let (mut client, mut server) = Client::start(&env, Some(share));
        for step in HONEST {
            client.say(step, Proof::Right);
        }
        feed(&mut server, clock::start(), &client.datagrams);
        assert_eq!(server.state(), State::Failed, "{share:02x?}");
    }
}

#[test]
fn a_client_goes_on_after_the_right_messages_in_the_right_order_only() {
    let now = clock::start();
    for order in arrangements(&[0, 1, 2, 3, 4]) {
        let (mut client, mut server) = Making::toy(7).sessions();
        feed(&mut server, now, &drain(&mut client, now));
        let items = server.flight.items_mut();
        let honest = items.clone();
        items.clear();
        for index in &order {
            let Item::Message {
                kind, epoch, body, ..
            } = honest[*index].clone()
            else {
                continue;
            };
            let sequence = u16::try_from(items.len()).unwrap();
            items.push(Item::Message {
                kind,
                sequence,
                epoch,
                body,
            });
        }
        feed(&mut client, now, &drain(&mut server, now));
        let answered = client.flight.items_mut().len() > 1;
        assert_eq!(answered, order == [0, 1, 2, 3, 4], "{order:?}");
    }
}

#[test]
fn a_client_needs_the_change_of_keys_and_the_finished() {
    let now = clock::start();
    for order in arrangements(&[0, 1]) {
        let (mut client, mut server) = Making::toy(8).sessions();
        feed(&mut server, now, &drain(&mut client, now));
        feed(&mut client, now, &drain(&mut server, now));
        feed(&mut server, now, &drain(&mut client, now));
        let items = server.flight.items_mut();
        let honest = items.clone();
        *items = order.iter().map(|index| honest[*index].clone()).collect();
        feed(&mut client, now, &drain(&mut server, now));
        assert_eq!(
            client.state() == State::Connected,
            order.len() == 2,
            "{order:?}"
        );
    }
}

#[test]
fn a_forged_server_hello_is_given_up_when_the_signature_shows_it() {
    let (mut client, mut server) = Making::toy(9).sessions();
    let mut now = clock::start();
    feed(&mut server, now, &drain(&mut client, now));
    let mut forged = drain(&mut server, now);
    // An octet of the server's random, in the first record.
    forged[0][13 + 12 + 5] ^= 1;
    feed(&mut client, now, &forged);
    assert_eq!(
        (client.state(), client.stats().restarted_flights),
        (State::Connecting, 1)
    );
    now = client.poll_timeout().unwrap();
    client.handle_timeout(now);
    crate::peers::converse(&mut client, &mut server, now);
    assert_eq!(
        (client.state(), server.state()),
        (State::Connected, State::Connected)
    );
}

#[test]
fn certificates_with_p384_keys_are_taken() {
    for env in [
        clock::env(10),
        clock::env_with(10, stonechat_crypto::rust::provider()),
    ] {
        let making = Making::new(&env);
        let certificate = certificate_of(&making.server_env, SignatureScheme::EcdsaSecp384r1Sha384);
        let fingerprint = crate::peers::fingerprint(&env, &certificate);
        let server_env = making.server_env.clone();
        let of_client =
            crate::peers::fingerprint(&env, &crate::peers::certificate(&making.client_env));
        let client = making.client.clone().remote_fingerprints(vec![fingerprint]);
        let mut client = Session::new(client, making.client_env, clock::start());
        let server =
            crate::Config::new(Role::Server, certificate).remote_fingerprints(vec![of_client]);
        let mut server = Session::new(server, server_env, clock::start());
        crate::peers::converse(&mut client, &mut server, clock::start());
        assert_eq!(
            (client.state(), server.state()),
            (State::Connected, State::Connected)
        );
    }
}

#[test]
fn a_protected_client_hello_is_answered_with_no_renegotiation() {
    let (mut client, mut server) = Making::toy(11).sessions();
    let now = clock::start();
    crate::peers::converse(&mut client, &mut server, now);
    let mut buffer = vec![];
    let mut frame = Frame::new(&mut buffer, 1_000);
    let header = FragmentHeader::whole(HandshakeType::ClientHello, 5, &[1, 2]);
    client
        .records
        .write(
            Epoch::Protected,
            ContentType::Handshake,
            &mut frame,
            |out| {
                out.put_slice(&header.encode())?;
                out.put_slice(&[1, 2])
            },
        )
        .unwrap();
    frame.commit();
    server.handle_packet(now, BytesMut::from(&buffer[..]));
    assert_eq!(server.stats().dropped(crate::DropReason::Renegotiation), 1);
    assert_eq!(drain(&mut server, now).len(), 1);
    assert_eq!(server.state(), State::Connected);
}

/// What a server makes of a chain with `others` behind the client's certificate: what it keeps
/// of them, and how many it does not.
fn kept_of(others: &[Vec<u8>]) -> (Vec<Vec<u8>>, usize) {
    let env = clock::env(10);
    let (mut client, mut server) = Client::start(&env, None);
    client.others = others.to_vec();
    for step in HONEST {
        client.say(step, Proof::Right);
    }
    feed(&mut server, clock::start(), &client.datagrams);
    let unkept = server.stats().certificates_unkept;
    match server.poll_event() {
        Some(Event::Connected(connected)) => {
            assert_eq!(connected.remote_certificate, client.certificate.der());
            (connected.remote_issuers, unkept)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_follows_the_clients_certificate_is_kept_if_it_is_a_certificate_and_harms_nothing() {
    let env = clock::env(11);
    let made = |index: u32| certificate(&env.child(&index.to_string())).der().to_vec();
    // In any order: nobody looks at names.
    let chain: Vec<_> = (0..9).map(made).collect();
    assert_eq!(kept_of(&chain), (chain.clone(), 0));
    let longer: Vec<_> = (0..40).map(made).collect();
    assert_eq!(kept_of(&longer), (chain, 31), "ten in all");
    let mut cut = made(1);
    cut.pop();
    let longer = [made(1), vec![0]].concat();
    let one = made(2);
    for garbage in [
        vec![0],
        vec![0x30, 0x80],
        b"certificate".to_vec(),
        cut,
        longer,
    ] {
        let alone = std::slice::from_ref(&garbage);
        assert_eq!(kept_of(alone), (vec![], 1), "{garbage:02x?}");
        let around = [garbage.clone(), one.clone(), garbage];
        assert_eq!(kept_of(&around), (vec![one.clone()], 2));
    }
    let own = certificate(&clock::env(10).child("client")).der().to_vec();
    let repeated = [one.clone(), one.clone(), own];
    assert_eq!(kept_of(&repeated), (vec![one], 2));
}

#[test]
fn a_chain_whose_lengths_do_not_fit_is_not_heard() {
    for behind in [&[0, 0, 0][..], &[0, 0, 9, 1], &[0, 0], &[0]] {
        let env = clock::env(12);
        let (mut client, mut server) = Client::start(&env, None);
        let mut list = vec![];
        crate::codec::put_vec::<3>(&mut list, |out| {
            out.extend_from_slice(client.certificate.der());
        });
        list.extend_from_slice(behind);
        let mut body = vec![];
        crate::codec::put_vec::<3>(&mut body, |out| out.extend_from_slice(&list));
        client.message(Epoch::Plain, HandshakeType::Certificate, &body);
        for step in &HONEST[1..] {
            client.say(*step, Proof::Right);
        }
        feed(&mut server, clock::start(), &client.datagrams);
        assert_eq!(server.state(), State::Connecting, "{behind:02x?}");
    }
}
