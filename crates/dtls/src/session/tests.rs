mod negotiate;
mod order;

use stonechat_testkit::clock;

use crate::peers::{Making, converse, data_record, drain, feed};
use crate::record::SEQUENCE_END;
use crate::{CloseReason, DropReason, Event, State};

#[test]
fn the_explicit_nonce_is_the_record_number_and_never_repeats() {
    let (mut client, mut server) = Making::toy(1).sessions();
    let mut now = clock::start();
    feed(&mut server, now, &drain(&mut client, now));
    feed(&mut client, now, &drain(&mut server, now));
    let mut numbers = vec![];
    let mut note = |datagram: &[u8]| {
        let mut rest = datagram;
        while let Some(header) = rest.first_chunk::<13>() {
            let len = usize::from(u16::from_be_bytes([header[11], header[12]]));
            if header[4] == 1 {
                assert_eq!(header[3..11], rest[13..21]);
                numbers.push(u64::from_be_bytes(header[3..11].try_into().unwrap()));
            }
            rest = &rest[13 + len..];
        }
    };
    let mut flight = vec![];
    for _ in 0..5 {
        flight = drain(&mut client, now);
        flight.iter().for_each(|datagram| note(datagram));
        now = client.poll_timeout().unwrap();
        client.handle_timeout(now);
    }
    feed(&mut server, now, &flight);
    converse(&mut client, &mut server, now);
    assert_eq!(client.state(), State::Connected);
    for _ in 0..1_000_000 {
        note(&data_record(&mut client, b"x").unwrap());
    }
    client.close(now);
    drain(&mut client, now)
        .iter()
        .for_each(|datagram| note(datagram));
    assert!(numbers.len() > 1_000_005);
    assert!(numbers.is_sorted_by(|a, b| a < b));
}

#[test]
fn a_session_ends_before_record_numbers_wrap() {
    let (mut client, mut server) = Making::toy(2).sessions();
    let now = clock::start();
    converse(&mut client, &mut server, now);
    assert!(matches!(client.poll_event(), Some(Event::Connected(_))));
    client.records.set_write_sequence(SEQUENCE_END - 3);
    assert!(data_record(&mut client, b"a").is_some());
    let last = data_record(&mut client, b"b").unwrap();
    assert_eq!(last[5..11], [0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]);
    assert!(data_record(&mut client, b"c").is_none());
    assert!(drain(&mut client, now).is_empty());
    assert!(matches!(
        client.poll_event(),
        Some(Event::Closed(CloseReason::KeysExhausted))
    ));
    feed(&mut server, now, &[last]);
    assert_eq!(server.poll_data().unwrap(), b"b"[..]);
}

#[test]
fn a_body_longer_than_a_record_is_not_sent() {
    let (mut client, mut server) = Making::toy(3).sessions();
    let now = clock::start();
    converse(&mut client, &mut server, now);
    let mut buffer = vec![];
    let mut frame = stonechat_sansio::Frame::new(&mut buffer, 40_000);
    let mut record = frame.reserve(client.overhead().unwrap()).unwrap();
    record.put_slice(&[7; 16_385]).unwrap();
    client.seal(&mut record);
    record.commit();
    frame.commit();
    assert!(buffer.len() < 64);
    assert_eq!(client.stats().dropped(DropReason::Unsealed), 1);
    assert_eq!(client.state(), State::Connected);
}

#[test]
fn a_handshake_without_common_parameters_stays_without_keys() {
    use crate::CipherSuite;
    let making = Making::toy(4)
        .client(|config| config.cipher_suites(vec![CipherSuite::EcdheEcdsaChaCha20Poly1305Sha256]))
        .server(|config| config.cipher_suites(vec![CipherSuite::EcdheEcdsaAes128GcmSha256]));
    let (mut client, mut server) = making.sessions();
    converse(&mut client, &mut server, clock::start());
    assert_eq!(
        (client.state(), server.state()),
        (State::Connecting, State::Connecting)
    );
    assert!(!server.flight.is_pending());
    assert!(matches!(&server.phase, super::Phase::Handshaking(handshake)
        if matches!(handshake.state(), Some(crate::v12::State::AwaitClientHello(_)))));
}
