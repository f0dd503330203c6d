//! What browsers send first, as captured; an answer in 1.2 must follow.

use stonechat_dtls::DropReason;
use stonechat_testkit::clock;

use crate::peers::{Making, drain, feed};

const CHROMIUM: &str = include_str!("../data/client_hello_chromium.hex");
const FIREFOX: &str = include_str!("../data/client_hello_firefox-dtls13.hex");
const FIREFOX_1_2: &str = include_str!("../data/client_hello_firefox-dtls12.hex");

fn datagrams(text: &str) -> Vec<Vec<u8>> {
    text.lines()
        .map(|line| hex::decode(line).unwrap())
        .collect()
}

/// Types of the handshake messages in plain text.
fn kinds(datagrams: &[Vec<u8>]) -> Vec<u8> {
    let mut kinds = vec![];
    for mut rest in datagrams.iter().map(Vec::as_slice) {
        while let Some(header) = rest.first_chunk::<13>() {
            let len = usize::from(u16::from_be_bytes([header[11], header[12]]));
            let offset = &rest[13 + 6..13 + 9];
            if header[0] == 22 && offset == [0, 0, 0] {
                kinds.push(rest[13]);
            }
            rest = &rest[13 + len..];
        }
    }
    kinds
}

#[test]
fn the_first_flight_of_each_browser_is_answered_in_1_2() {
    for hello in [CHROMIUM, FIREFOX, FIREFOX_1_2] {
        for reversed in [false, true] {
            let (_, mut server) = Making::real(1).sessions();
            let now = clock::start();
            let mut hello = datagrams(hello);
            if reversed {
                hello.reverse();
            }
            let (last, before) = hello.split_last().unwrap();
            feed(&mut server, now, before);
            assert!(
                drain(&mut server, now).is_empty(),
                "answered before the message was whole"
            );
            feed(&mut server, now, std::slice::from_ref(last));
            let flight = drain(&mut server, now);
            assert_eq!(kinds(&flight), [2, 11, 12, 13, 14]);
            let server_hello = &flight[0][13 + 12..];
            assert_eq!(server_hello[..2], [0xfe, 0xfd]);
            // No downgrade sentinel: this server has no 1.3 to be kept from.
            assert_ne!(server_hello[26..34], *b"DOWNGRD\x01");
            assert_eq!(server.stats().dropped_in_all(), 0);
            assert_eq!(server.stats().dropped(DropReason::MalformedRecord), 0);
        }
    }
}
