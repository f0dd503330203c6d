//! Certificates with keys of RSA, on either side or on both.

use stonechat_crypto::SignatureScheme::{
    self, EcdsaSecp256r1Sha256, EcdsaSecp384r1Sha384, RsaPkcs1Sha256, RsaPssRsaeSha256,
};
use stonechat_dtls::{CipherSuite, CloseReason, DropReason, Event, Session, State};
use stonechat_testkit::clock;

use crate::peers::{Making, converse, data_record, drain, feed};

fn connect(making: Making) -> (Session, Session) {
    let (mut client, mut server) = making.sessions();
    converse(&mut client, &mut server, clock::start());
    (client, server)
}

fn suite(session: &mut Session) -> Option<CipherSuite> {
    match session.poll_event() {
        Some(Event::Connected(connected)) => Some(connected.cipher_suite),
        _ => None,
    }
}

/// The schemes by which the plain messages of a flight are signed, where they stand right before
/// a signature of 256 octets.
fn is_signed_by(flight: &[Vec<u8>], scheme: SignatureScheme) -> bool {
    let [high, low] = scheme.code().to_be_bytes();
    flight
        .concat()
        .windows(4)
        .any(|octets| octets == [high, low, 1, 0])
}

#[test]
fn each_pair_of_kinds_of_keys_connects_and_the_servers_decides_the_suite() {
    for making in [Making::toy, Making::real] {
        for ours in [EcdsaSecp256r1Sha256, RsaPkcs1Sha256, RsaPssRsaeSha256] {
            for theirs in [EcdsaSecp384r1Sha384, RsaPkcs1Sha256, RsaPssRsaeSha256] {
                let (mut client, mut server) = connect(making(1).of_schemes([ours, theirs]));
                let expected = if theirs.is_rsa() {
                    CipherSuite::EcdheRsaAes128GcmSha256
                } else {
                    CipherSuite::EcdheEcdsaAes128GcmSha256
                };
                assert_eq!(suite(&mut client), Some(expected), "{ours:?} {theirs:?}");
                assert_eq!(suite(&mut server), Some(expected), "{ours:?} {theirs:?}");
                let record = data_record(&mut server, b"hello").unwrap();
                feed(&mut client, clock::start(), &[record]);
                assert_eq!(client.poll_data().unwrap(), b"hello"[..]);
            }
        }
    }
}

#[test]
fn a_server_with_a_key_of_rsa_needs_a_client_that_offers_suites_of_rsa() {
    let ecdsa = vec![CipherSuite::EcdheEcdsaAes128GcmSha256];
    let rsa = vec![CipherSuite::EcdheRsaChaCha20Poly1305Sha256];
    for (scheme, suites, connects) in [
        (RsaPkcs1Sha256, ecdsa.clone(), false),
        (RsaPkcs1Sha256, rsa.clone(), true),
        (EcdsaSecp256r1Sha256, rsa, false),
        (EcdsaSecp256r1Sha256, ecdsa, true),
    ] {
        let making = Making::toy(2)
            .of_schemes([EcdsaSecp256r1Sha256, scheme])
            .client(|config| config.cipher_suites(suites.clone()));
        let (client, server) = connect(making);
        let both = client.state() == State::Connected && server.state() == State::Connected;
        assert_eq!(both, connects, "{scheme:?} {suites:?}");
    }
}

#[test]
fn both_paddings_are_signed_as_the_key_prefers() {
    for scheme in [RsaPkcs1Sha256, RsaPssRsaeSha256] {
        let (mut client, mut server) = Making::toy(3).of_schemes([scheme; 2]).sessions();
        let now = clock::start();
        feed(&mut server, now, &drain(&mut client, now));
        let from_server = drain(&mut server, now);
        feed(&mut client, now, &from_server);
        let from_client = drain(&mut client, now);
        for flight in [from_server, from_client] {
            for other in [RsaPkcs1Sha256, RsaPssRsaeSha256] {
                assert_eq!(is_signed_by(&flight, other), other == scheme, "{scheme:?}");
            }
        }
    }
}

/// The signature schemes of a hello or a CertificateRequest with those of `from` made `to`.
fn replace(flight: &mut [Vec<u8>], from: SignatureScheme, to: u16) {
    for datagram in flight {
        for at in 0..datagram.len() - 1 {
            if datagram[at..at + 2] == from.code().to_be_bytes() {
                datagram[at..at + 2].copy_from_slice(&to.to_be_bytes());
            }
        }
    }
}

#[test]
fn a_server_signs_by_the_padding_that_the_client_verifies() {
    let (mut client, mut server) = Making::toy(4).of_schemes([RsaPkcs1Sha256; 2]).sessions();
    let now = clock::start();
    let mut hello = drain(&mut client, now);
    replace(&mut hello, RsaPkcs1Sha256, 0x0a0a);
    feed(&mut server, now, &hello);
    assert!(is_signed_by(&drain(&mut server, now), RsaPssRsaeSha256));

    let (mut client, mut server) = Making::toy(4).of_schemes([RsaPkcs1Sha256; 2]).sessions();
    let mut hello = drain(&mut client, now);
    replace(&mut hello, RsaPkcs1Sha256, 0x0a0a);
    replace(&mut hello, RsaPssRsaeSha256, 0x0a0a);
    feed(&mut server, now, &hello);
    assert!(
        drain(&mut server, now).is_empty(),
        "there is no scheme in common"
    );
}

#[test]
fn a_changed_signature_of_rsa_does_not_connect() {
    // The server's is repeated, the client's is fatal.
    let (mut client, mut server) = Making::toy(5).of_schemes([RsaPkcs1Sha256; 2]).sessions();
    let now = clock::start();
    feed(&mut server, now, &drain(&mut client, now));
    let mut flight = drain(&mut server, now);
    for datagram in &mut flight {
        let marks = [4, 1, 1, 0];
        if let Some(at) = datagram.windows(4).position(|octets| octets == marks) {
            datagram[at + 40] ^= 1;
        }
    }
    feed(&mut client, now, &flight);
    assert!(drain(&mut client, now).is_empty());
    assert_eq!(client.state(), State::Connecting);
    assert_eq!(client.stats().restarted_flights, 1);

    let (mut client, mut server) = Making::toy(6).of_schemes([RsaPkcs1Sha256; 2]).sessions();
    feed(&mut server, now, &drain(&mut client, now));
    feed(&mut client, now, &drain(&mut server, now));
    let mut flight = drain(&mut client, now);
    for datagram in &mut flight {
        let marks = [4, 1, 1, 0];
        if let Some(at) = datagram.windows(4).position(|octets| octets == marks) {
            datagram[at + 40] ^= 1;
        }
    }
    feed(&mut server, now, &flight);
    assert_eq!(server.state(), State::Failed);
    drain(&mut server, now);
    assert!(matches!(
        server.poll_event(),
        Some(Event::Closed(CloseReason::Protocol(alert))) if alert.0 == 51
    ));
}

#[test]
fn a_certificate_of_another_kind_than_the_suite_is_refused() {
    // A server that says it goes by ECDSA and shows a certificate of RSA: its hello is changed on
    // the way, which the handshake would also notice at its end.
    let making = Making::toy(7).of_schemes([EcdsaSecp256r1Sha256, RsaPkcs1Sha256]);
    let (mut client, mut server) = making.sessions();
    let now = clock::start();
    feed(&mut server, now, &drain(&mut client, now));
    let mut flight = drain(&mut server, now);
    let hello = flight
        .iter_mut()
        .find_map(|datagram| {
            let at = datagram.windows(3).position(|it| it == [0xc0, 0x2f, 0])?;
            Some(&mut datagram[at..at + 2])
        })
        .unwrap();
    hello.copy_from_slice(&[0xc0, 0x2b]);
    feed(&mut client, now, &flight);
    assert!(drain(&mut client, now).is_empty());
    assert_eq!(client.state(), State::Connecting);
    assert!(client.stats().dropped(DropReason::RefusedMessage) > 0);
}
