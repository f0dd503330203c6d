//! Input that nobody honest sends.

use std::time::{Duration, Instant};

use bytes::BytesMut;
use stonechat_dtls::{DropReason, Session, State};
use stonechat_sansio::Frame;
use stonechat_testkit::clock;

use crate::peers::{Making, converse, data_record, drain, feed};

const TORTURE: &str = include_str!("../data/torture.json");
const EXTENSIONS: &str = include_str!("../data/pion-dtls-extension.hex");
const SEEDS: &str = include_str!("../data/pion-dtls-seed.hex");

fn torture() -> Vec<(String, Vec<u8>)> {
    let entries: serde_json::Value = serde_json::from_str(TORTURE).unwrap();
    entries
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let text = |name: &str| entry[name].as_str().unwrap().to_owned();
            (text("name"), hex::decode(text("hex")).unwrap())
        })
        .collect()
}

fn corpus(text: &str) -> Vec<Vec<u8>> {
    text.lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(_, octets)| hex::decode(octets).ok())
        .collect()
}

/// A handshake into which `intrude` puts something before the step `at` (0 to 4), to both sides;
/// returns both sessions, how they ended, and how long it took.
fn disturbed(at: usize, intrude: &dyn Fn(&mut Session, Instant)) -> (Session, Session, Duration) {
    let (mut client, mut server) = Making::toy(9).sessions();
    let start = clock::start();
    let mut now = start;
    for step in 0..60 {
        if step == at {
            intrude(&mut client, now);
            intrude(&mut server, now);
        }
        let from_client = drain(&mut client, now);
        feed(&mut server, now, &from_client);
        let from_server = drain(&mut server, now);
        feed(&mut client, now, &from_server);
        let done = client.state() == State::Connected && server.state() == State::Connected;
        if done && step >= at {
            break;
        }
        if from_client.is_empty() && from_server.is_empty() {
            let next = [client.poll_timeout(), server.poll_timeout()]
                .into_iter()
                .flatten()
                .min();
            let Some(next) = next else { continue };
            now = next;
            client.handle_timeout(now);
            server.handle_timeout(now);
        }
    }
    (client, server, now.duration_since(start))
}

fn assert_unharmed(name: &str, at: usize, intrude: &dyn Fn(&mut Session, Instant)) {
    let (mut client, mut server, delay) = disturbed(at, intrude);
    assert_eq!(
        (client.state(), server.state()),
        (State::Connected, State::Connected),
        "{name} before step {at}"
    );
    assert!(
        delay <= Duration::from_secs(1),
        "{name} before step {at} took {delay:?}"
    );
    let now = clock::start() + Duration::from_secs(100);
    let record = data_record(&mut client, b"after all").unwrap();
    feed(&mut server, now, &[record]);
    assert_eq!(
        server.poll_data().unwrap(),
        b"after all"[..],
        "{name} before step {at}"
    );
}

#[test]
fn no_torture_input_at_any_moment_harms_a_session() {
    for (name, octets) in torture() {
        for at in 0..4 {
            assert_unharmed(&name, at, &|session, now| {
                session.handle_packet(now, BytesMut::from(&octets[..]));
                assert!(session.stats().reassembly_octets <= 64 * 1024);
                assert!(session.stats().deferred_records <= 16);
            });
        }
    }
}

#[test]
fn forged_messages_from_the_right_address_harm_no_session() {
    let (mut stranger, mut other) = Making::toy(77).sessions();
    let now = clock::start();
    let hello = drain(&mut stranger, now).concat();
    feed(&mut other, now, std::slice::from_ref(&hello));
    let flight = drain(&mut other, now).concat();
    let alert = |level, description| {
        [
            &hex::decode("15fefd00000000000000000002").unwrap()[..],
            &[level, description],
        ]
        .concat()
    };
    let request =
        hex::decode("16feff000000000000000000170300000b000000000000000bfeff080102030405060708")
            .unwrap();
    for at in 1..4 {
        assert_unharmed("a second ClientHello", at, &|session, now| {
            feed(session, now, std::slice::from_ref(&hello));
        });
        assert_unharmed("a HelloVerifyRequest", at, &|session, now| {
            feed(session, now, std::slice::from_ref(&request));
        });
        for (level, description) in [(2, 40), (2, 0), (1, 0), (2, 10), (2, 80)] {
            assert_unharmed("an alert", at, &|session, now| {
                feed(session, now, &[alert(level, description)]);
            });
        }
        assert_unharmed("records of the next epoch", at, &|session, now| {
            for sequence in 0..10_000_u64 {
                let mut record = hex::decode("17fefd00010000000000000020").unwrap();
                record[5..11].copy_from_slice(&sequence.to_be_bytes()[2..]);
                record.extend_from_slice(&[9; 32]);
                feed(session, now, &[record]);
                assert!(session.stats().deferred_records <= 16);
            }
        });
    }
    // A whole forged flight of a server, with a certificate of the stranger, ends in a failure;
    // its ServerHello alone does not.
    let server_hello_len = 13 + usize::from(u16::from_be_bytes([flight[11], flight[12]]));
    assert_unharmed("a ServerHello", 0, &|session, now| {
        let _ = drain(session, now);
        feed(session, now, &[flight[..server_hello_len].to_vec()]);
        let _ = session.stats();
        if session.poll_timeout().is_some() {
            // What was drained is lost on the way.
            session.handle_timeout(session.poll_timeout().unwrap());
        }
    });
}

#[test]
fn a_client_that_insists_on_nothing_we_have_hears_an_alert() {
    let (_, null_suite) = torture()
        .into_iter()
        .find(|(name, _)| name.contains("TLS_NULL"))
        .unwrap();
    let (_, mut server) = Making::toy(1).sessions();
    let now = clock::start();
    feed(&mut server, now, std::slice::from_ref(&null_suite));
    assert!(drain(&mut server, now).is_empty());
    feed(&mut server, now, &[null_suite]);
    let alert = drain(&mut server, now);
    assert_eq!(&alert[0][13..], [2, 40]);
    assert_eq!(server.state(), State::Connecting);
}

#[test]
fn corpora_prefixes_and_single_octet_changes_never_panic_and_stay_bounded() {
    let now = clock::start();
    let mut inputs = corpus(SEEDS);
    for extension in corpus(EXTENSIONS) {
        inputs.push(hello_with(&extension));
    }
    let (mut client, mut server) = Making::toy(1).sessions();
    let hello = drain(&mut client, now).concat();
    feed(&mut server, now, std::slice::from_ref(&hello));
    let flight = drain(&mut server, now).concat();
    inputs.extend([hello, flight]);
    for input in inputs {
        for role in 0..2 {
            let fresh = || {
                let (mut client, server) = Making::toy(1).sessions();
                let _ = drain(&mut client, now);
                if role == 0 { client } else { server }
            };
            let mut session = fresh();
            for end in 0..input.len() {
                session.handle_packet(now, BytesMut::from(&input[..end]));
            }
            for at in 0..input.len() {
                let mut changed = input.clone();
                for change in [0xff, 0x01, 0x80] {
                    changed[at] = input[at] ^ change;
                    session.handle_packet(now, BytesMut::from(&changed[..]));
                    let _ = drain(&mut session, now);
                }
                if session.state() == State::Failed {
                    session = fresh();
                }
                assert_ne!(session.state(), State::Connected);
                assert!(session.stats().reassembly_octets <= 64 * 1024);
            }
        }
    }
}

/// A ClientHello in one record with a single extension.
fn hello_with(extension: &[u8]) -> Vec<u8> {
    let mut body = hex::decode("fefd").unwrap();
    body.extend_from_slice(&[3; 32]);
    body.extend_from_slice(&hex::decode("00000002c02b0100").unwrap());
    body.extend_from_slice(&u16::try_from(extension.len()).unwrap().to_be_bytes());
    body.extend_from_slice(extension);
    let len = u16::try_from(body.len()).unwrap();
    let mut record = hex::decode("16fefd0000000000000000").unwrap();
    record.extend_from_slice(&(len + 12).to_be_bytes());
    let [high, low] = len.to_be_bytes();
    record.extend_from_slice(&[1, 0, high, low, 0, 0, 0, 0, 0, 0, high, low]);
    record.extend_from_slice(&body);
    record
}

#[test]
fn a_record_with_a_bad_tag_and_the_largest_number_moves_no_window() {
    let (mut client, mut server) = Making::toy(1).sessions();
    let now = clock::start();
    converse(&mut client, &mut server, now);
    let mut forged = data_record(&mut client, b"forged").unwrap();
    forged[5..11].fill(0xff);
    feed(&mut server, now, &[forged]);
    assert_eq!(server.stats().dropped(DropReason::Unauthenticated), 1);
    let mut records: Vec<_> = (0..64_u8)
        .map(|n| data_record(&mut client, &[n]).unwrap())
        .collect();
    records.reverse();
    feed(&mut server, now, &records);
    feed(&mut server, now, &records);
    let got: Vec<_> = core::iter::from_fn(|| server.poll_data())
        .map(|data| data[0])
        .collect();
    assert_eq!(got, (0..64).rev().collect::<Vec<_>>());
    assert_eq!(server.stats().dropped(DropReason::Replayed), 64);
}

#[test]
fn an_authentic_record_with_any_octet_changed_is_dropped() {
    let (mut client, mut server) = Making::real(1).sessions();
    let now = clock::start();
    converse(&mut client, &mut server, now);
    let record = data_record(&mut client, b"data").unwrap();
    for at in 0..record.len() {
        for bit in 0..8 {
            let mut changed = record.clone();
            changed[at] ^= 1 << bit;
            feed(&mut server, now, &[changed]);
            assert!(server.poll_data().is_none(), "octet {at}");
            assert_eq!(server.state(), State::Connected);
        }
    }
    feed(&mut server, now, &[record]);
    assert_eq!(server.poll_data().unwrap(), b"data"[..]);
}

#[test]
fn application_data_in_plain_text_is_never_given() {
    let record = hex::decode("17fefd0000000000000000000568656c6c6f").unwrap();
    for at in 0..5 {
        let (mut client, mut server, _) = disturbed(at, &|session, now| {
            feed(session, now, std::slice::from_ref(&record));
        });
        assert!(client.poll_data().is_none() && server.poll_data().is_none());
    }
}

#[test]
fn data_that_nobody_polls_is_bounded() {
    let (mut client, mut server) = Making::toy(1)
        .server(|config| config.max_pending_data(10_000))
        .sessions();
    let now = clock::start();
    converse(&mut client, &mut server, now);
    for _ in 0..1_000 {
        let record = data_record(&mut client, &[1; 100]).unwrap();
        feed(&mut server, now, &[record]);
    }
    let kept = core::iter::from_fn(|| server.poll_data()).count();
    assert_eq!(kept, 60);
    assert_eq!(server.stats().dropped(DropReason::DataLimit), 940);
    let record = data_record(&mut client, b"more").unwrap();
    feed(&mut server, now, &[record]);
    assert_eq!(server.poll_data().unwrap(), b"more"[..]);
}

#[test]
fn time_that_stands_still_goes_back_or_leaps_does_no_harm() {
    let (mut client, mut server) = Making::toy(1).sessions();
    let start = clock::start();
    let _ = drain(&mut client, start);
    for now in [start, start - Duration::from_secs(50), start] {
        client.handle_timeout(now);
        assert!(drain(&mut client, now).is_empty());
    }
    let far = start + Duration::from_secs(86_400 * 365);
    client.handle_timeout(far);
    assert_eq!(drain(&mut client, far).len(), 1);
    let next = client.poll_timeout().unwrap();
    assert!(next > far);
    converse(&mut client, &mut server, start);
    let _ = drain(&mut client, far);
    assert!(client.poll_timeout().is_none_or(|next| next > far));
}

#[test]
fn a_frame_without_room_loses_nothing() {
    let (mut client, mut server) = Making::toy(1).sessions();
    let now = clock::start();
    for room in 0..26 {
        let mut buffer = vec![];
        let mut frame = Frame::new(&mut buffer, room);
        assert!(client.poll_transmit(now, &mut frame).is_none(), "{room}");
        drop(frame);
        assert!(buffer.is_empty());
    }
    converse(&mut client, &mut server, now);
    assert_eq!(client.state(), State::Connected);
}
