//! Malformed messages.

use std::net::SocketAddr;

use stonechat_crypto::rust::PROVIDER;
use stonechat_stun::{
    Attribute, Builder, Class, IntegrityKey, Message, Method, ParseError, TransactionId, is_stun,
};

use crate::data::{corpora, json, octets, text, valid};

/// Calls everything that reads; returns whether there was a message.
fn read_all(octets: &[u8], key: &IntegrityKey) -> bool {
    let _ = is_stun(octets);
    let Ok(message) = Message::parse(octets) else {
        return false;
    };
    let _ = (message.class(), message.method(), message.transaction_id());
    let _ = (
        message.username(),
        message.realm(),
        message.nonce(),
        message.software(),
    );
    let _ = (
        message.error_code(),
        message.user_hash(),
        message.password_algorithm(),
    );
    let _ = (
        message.password_algorithms().count(),
        message.unknown_attributes().count(),
    );
    let _ = (message.xor_mapped_address(), message.mapped_address());
    let _ = (
        message.xor_relayed_address(),
        message.xor_peer_addresses().count(),
    );
    let _ = (message.alternate_server(), message.alternate_domain());
    let _ = (message.other_address(), message.response_origin());
    let _ = (message.priority(), message.use_candidate());
    let _ = (message.ice_controlled(), message.ice_controlling());
    let _ = (message.data(), message.lifetime(), message.channel_number());
    let _ = (
        message.requested_transport(),
        message.requested_address_family(),
    );
    let _ = (message.even_port(), message.reservation_token());
    let _ = (
        message.unknown_required().count(),
        message.attributes().count(),
    );
    let _ = (message.verify_integrity(key), message.verify_fingerprint());
    if let (Some(data), Some(range)) = (message.data(), message.data_range()) {
        assert_eq!(octets.get(range), Some(data));
    }
    true
}

fn key() -> IntegrityKey {
    IntegrityKey::short_term(&PROVIDER, "secret").unwrap()
}

/// A message of `attributes` as raw octets.
fn message(kind: u16, attributes: &[u8]) -> Vec<u8> {
    let mut octets = kind.to_be_bytes().to_vec();
    octets.extend(u16::try_from(attributes.len()).unwrap().to_be_bytes());
    octets.extend([
        0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
    ]);
    octets.extend(attributes);
    octets
}

#[test]
fn torture_inputs_have_their_expected_result_at_every_alignment() {
    // What is left to whoever knows the credentials or the transactions.
    let parsed = [
        "unknown comprehension-required",
        "USERNAME without colon",
        "MESSAGE-INTEGRITY twice",
        "attributes after MESSAGE-INTEGRITY",
        "FINGERPRINT wrong",
        "both controlling and controlled",
        "Binding indication",
        "success response to nothing",
    ];
    let key = key();
    let entries = json(include_str!("../data/torture.json"));
    let mut seen = 0;
    for entry in entries.as_array().unwrap() {
        let (name, octets) = (text(&entry["name"]), octets(&entry["hex"]));
        for shift in 0..4 {
            let mut buffer = vec![0; shift];
            buffer.extend(&octets);
            let is_message = read_all(&buffer[shift..], &key);
            assert_eq!(is_message, parsed.contains(&name), "{name}");
        }
        if let Ok(message) = Message::parse(&octets) {
            seen += 1;
            assert!(message.verify_integrity(&key).is_err(), "{name}");
            assert!(!message.verify_fingerprint(), "{name}");
            assert!(!message.use_candidate(), "{name}");
        }
    }
    assert_eq!(seen, parsed.len());
}

#[test]
fn sixteen_thousand_empty_attributes_are_walked_once() {
    let octets = message(0x0001, &[0xC0, 0, 0, 0].repeat(16_000));
    assert!(read_all(&octets, &key()));
    assert_eq!(
        Message::parse(&octets).unwrap().attributes().count(),
        16_000
    );
}

#[test]
fn a_username_of_65000_octets_is_malformed() {
    let mut attribute = vec![0, 6, 0xFD, 0xE8];
    attribute.extend([b'u'; 65_000]);
    assert!(matches!(
        Message::parse(&message(0x0001, &attribute)),
        Err(ParseError::MalformedAttribute(_))
    ));
}

#[test]
fn texts_are_bounded_at_their_limits() {
    for (kind, max) in [
        (0x0006_u16, 512),
        (0x0014, 763),
        (0x0015, 763),
        (0x8022, 763),
    ] {
        for len in [max - 1, max, max + 1] {
            let mut attribute = kind.to_be_bytes().to_vec();
            attribute.extend(u16::try_from(len).unwrap().to_be_bytes());
            attribute.resize((4_usize + len).next_multiple_of(4), b'x');
            assert_eq!(Message::parse(&message(1, &attribute)).is_ok(), len <= max);
        }
    }
}

#[test]
fn every_prefix_of_a_valid_message_is_refused() {
    let key = key();
    for octets in valid() {
        assert!(read_all(&octets, &key));
        for len in 0..octets.len() {
            assert!(!read_all(&octets[..len], &key));
        }
    }
}

#[test]
fn no_change_of_a_single_octet_does_harm() {
    let key = key();
    for octets in valid() {
        for at in 0..octets.len() {
            for change in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
                let mut changed = octets.clone();
                changed[at] ^= change;
                read_all(&changed, &key);
            }
        }
    }
}

#[test]
fn the_corpora_of_others_do_no_harm() {
    let key = key();
    let mut messages = 0;
    for octets in corpora() {
        messages += usize::from(read_all(&octets, &key));
        for at in 0..octets.len().min(64) {
            let mut changed = octets.clone();
            changed[at] ^= 0xFF;
            read_all(&changed, &key);
            read_all(&octets[..at], &key);
        }
    }
    assert!(messages > 5);
}

#[test]
fn addresses_of_a_wrong_width_are_malformed() {
    for kind in [0x0001_u16, 0x0020, 0x0012, 0x0016, 0x8023, 0x802B, 0x802C] {
        for family in 0..4_u8 {
            for len in 0..32_usize {
                let mut attribute = kind.to_be_bytes().to_vec();
                attribute.extend(u16::try_from(len).unwrap().to_be_bytes());
                let mut value = vec![0; len];
                if let Some(octet) = value.get_mut(1) {
                    *octet = family;
                }
                value.resize(len.next_multiple_of(4), 0);
                attribute.extend(value);
                let fits = (family, len) == (1, 8) || (family, len) == (2, 20);
                assert_eq!(Message::parse(&message(0x0101, &attribute)).is_ok(), fits);
            }
        }
    }
}

#[test]
fn a_reason_that_is_not_text_is_read_as_empty() {
    let attribute = [0, 9, 0, 6, 0, 0, 4, 1, 0xFF, 0xFE, 0, 0];
    let octets = message(0x0111, &attribute);
    let error = Message::parse(&octets).unwrap().error_code().unwrap();
    assert_eq!((error.code, error.reason), (401, ""));
}

#[test]
fn names_that_are_not_text_are_absent() {
    for kind in [0x06, 0x14, 0x15] {
        let octets = message(1, &[0, kind, 0, 2, 0xFF, 0xFE, 0, 0]);
        let message = Message::parse(&octets).unwrap();
        assert_eq!(
            (message.username(), message.realm(), message.nonce()),
            (None, None, None)
        );
    }
}

#[test]
fn only_the_first_of_two_attributes_is_read() {
    let addresses: [SocketAddr; 2] = [
        "192.0.2.1:1".parse().unwrap(),
        "192.0.2.2:2".parse().unwrap(),
    ];
    let builder = Builder::new(
        Class::Success,
        Method::BINDING,
        TransactionId::from_bytes([1; 12]),
    )
    .attribute(Attribute::XorPeerAddress(addresses[0]))
    .attribute(Attribute::XorPeerAddress(addresses[1]));
    let mut out = [0; 64];
    let len = builder.encode(&mut out).unwrap();
    let message = Message::parse(&out[..len]).unwrap();
    assert_eq!(message.xor_peer_address(), Some(addresses[0]));
    assert_eq!(message.xor_peer_addresses().collect::<Vec<_>>(), addresses);
}

#[test]
fn the_message_of_a_stream_is_measured_from_eight_octets() {
    for octets in valid() {
        for len in 0..8 {
            assert_eq!(stonechat_stun::frame_len(&octets[..len]), None);
        }
        assert_eq!(stonechat_stun::frame_len(&octets[..8]), Some(octets.len()));
    }
}
