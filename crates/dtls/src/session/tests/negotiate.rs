//! Hello messages that differ in one thing from those that are accepted.

use stonechat_testkit::clock;

use crate::extension::{self, Extensions, extended_master_secret, renegotiation_info, use_srtp};
use crate::extension::{ec_point_formats, signature_algorithms, supported_groups};
use crate::flight::Item;
use crate::handshake::client_hello::ClientHello;
use crate::handshake::server_hello::ServerHello;
use crate::peers::{Making, converse, drain, feed};
use crate::{DropReason, Session, State};

/// The body of the hello message at the front of a session's flight.
fn hello_of(session: &mut Session) -> &mut Vec<u8> {
    match session.flight.items_mut().first_mut() {
        Some(Item::Message { body, .. }) => body,
        _ => panic!("no hello message"),
    }
}

/// A block in which the extension `kind` is `body`, or is left out.
fn replaced(block: Extensions<'_>, kind: u16, body: Option<&[u8]>) -> Vec<u8> {
    let mut out = vec![];
    for (other, old) in block.iter().filter(|(other, _)| *other != kind) {
        extension::put(&mut out, other, |out| out.extend_from_slice(old));
    }
    if let Some(body) = body {
        extension::put(&mut out, kind, |out| out.extend_from_slice(body));
    }
    out
}

/// Whether a server answers a ClientHello that `change` has changed.
fn server_answers(change: impl FnOnce(&mut ClientHello<'_>)) -> bool {
    let (mut client, mut server) = Making::toy(1).sessions();
    let old = hello_of(&mut client).clone();
    let mut hello = ClientHello::parse(&old).unwrap();
    change(&mut hello);
    let mut body = vec![];
    hello.encode(&mut body);
    *hello_of(&mut client) = body;
    let now = clock::start();
    feed(&mut server, now, &drain(&mut client, now));
    let answers = !drain(&mut server, now).is_empty();
    assert_eq!(
        server.stats().dropped(DropReason::RefusedMessage),
        u64::from(!answers)
    );
    assert_eq!(server.state(), State::Connecting);
    answers
}

/// Whether a client goes on after a ServerHello that `change` has changed.
fn client_goes_on(change: impl FnOnce(&mut ServerHello<'_>)) -> bool {
    let (mut client, mut server) = Making::toy(1).sessions();
    let now = clock::start();
    feed(&mut server, now, &drain(&mut client, now));
    let old = hello_of(&mut server).clone();
    let mut hello = ServerHello::parse(&old).unwrap();
    change(&mut hello);
    let mut body = vec![];
    hello.encode(&mut body);
    *hello_of(&mut server) = body;
    feed(&mut client, now, &drain(&mut server, now));
    let goes_on = client.flight.items_mut().len() > 1;
    converse(&mut client, &mut server, now);
    assert_ne!(client.state(), State::Failed);
    goes_on
}

fn with_client_extension(kind: u16, body: Option<&[u8]>) -> bool {
    let (mut client, _) = Making::toy(1).sessions();
    let old = hello_of(&mut client).clone();
    let block = replaced(ClientHello::parse(&old).unwrap().extensions, kind, body);
    server_answers(|hello| {
        // The seed is the same, so is the rest of the message.
        hello.extensions = Extensions::new(Box::leak(block.into_boxed_slice())).unwrap();
    })
}

fn with_server_extension(kind: u16, body: Option<&[u8]>) -> bool {
    client_goes_on(|hello| {
        let block = replaced(hello.extensions, kind, body);
        hello.extensions = Extensions::new(Box::leak(block.into_boxed_slice())).unwrap();
    })
}

#[test]
fn a_server_demands_what_it_must_of_a_client_hello() {
    assert!(server_answers(|_| {}));
    assert!(!server_answers(|hello| hello.version = 0xfeff));
    assert!(!server_answers(|hello| hello.version = 0x0303));
    assert!(!server_answers(|hello| hello.compression_methods = &[1]));
    let cases: [(u16, Option<&[u8]>, bool); 19] = [
        (extended_master_secret::TYPE, None, false),
        (extended_master_secret::TYPE, Some(&[0]), false),
        (renegotiation_info::TYPE, None, true),
        (renegotiation_info::TYPE, Some(&[1, 7]), false),
        (ec_point_formats::TYPE, None, true),
        (ec_point_formats::TYPE, Some(&[1, 1]), false),
        (supported_groups::TYPE, None, true),
        (supported_groups::TYPE, Some(&[0, 2, 0xfa, 0xfa]), false),
        (
            supported_groups::TYPE,
            Some(&[0, 4, 0xfa, 0xfa, 0, 29]),
            true,
        ),
        (signature_algorithms::TYPE, None, false),
        (signature_algorithms::TYPE, Some(&[0, 2, 8, 4]), false),
        // 1.3 alone, 1.3 and 1.2, 1.2 among noise.
        (
            extension::supported_versions::TYPE,
            Some(&[2, 0xfe, 0xfc]),
            false,
        ),
        (
            extension::supported_versions::TYPE,
            Some(&[4, 0xfe, 0xfc, 0xfe, 0xfd]),
            true,
        ),
        (
            extension::supported_versions::TYPE,
            Some(&[4, 0x0a, 0x0a, 0xfe, 0xfd]),
            true,
        ),
        (use_srtp::TYPE, None, true),
        (use_srtp::TYPE, Some(&[0, 2, 0, 5, 0]), true),
        (use_srtp::TYPE, Some(&[0, 2, 0, 7, 3]), false),
        // A master key identifier is declined, not refused.
        (use_srtp::TYPE, Some(&[0, 2, 0, 7, 1, 9]), true),
        (0x0a0a, Some(&[1, 2, 3]), true),
    ];
    for (kind, body, expected) in cases {
        assert_eq!(
            with_client_extension(kind, body),
            expected,
            "{kind} {body:?}"
        );
    }
}

#[test]
fn a_client_demands_what_it_must_of_a_server_hello() {
    // With its true ServerHello the server's flight is taken to its end.
    assert!(client_goes_on(|_| {}));
    assert!(!client_goes_on(|hello| hello.version = 0xfeff));
    assert!(!client_goes_on(|hello| hello.version = 0xfefc));
    assert!(!client_goes_on(|hello| hello.compression_method = 1));
    assert!(!client_goes_on(|hello| hello.cipher_suite = 0xc02f));
    assert!(!client_goes_on(|hello| hello.cipher_suite = 0));
    let cases: [(u16, Option<&[u8]>, bool); 12] = [
        (extended_master_secret::TYPE, None, false),
        (extended_master_secret::TYPE, Some(&[0]), false),
        (renegotiation_info::TYPE, None, true),
        (renegotiation_info::TYPE, Some(&[1, 7]), false),
        (ec_point_formats::TYPE, Some(&[1, 1]), false),
        (use_srtp::TYPE, None, true),
        // Not offered, unknown, two at once, a master key identifier.
        (use_srtp::TYPE, Some(&[0, 2, 0, 2, 0]), false),
        (use_srtp::TYPE, Some(&[0, 2, 0, 99, 0]), false),
        (use_srtp::TYPE, Some(&[0, 4, 0, 1, 0, 7, 0]), false),
        (use_srtp::TYPE, Some(&[0, 2, 0, 7, 1, 9]), false),
        (supported_groups::TYPE, Some(&[0, 2, 0, 29]), false),
        (54, Some(&[0]), false),
    ];
    for (kind, body, expected) in cases {
        assert_eq!(
            with_server_extension(kind, body),
            expected,
            "{kind} {body:?}"
        );
    }
}
