//! What integrity protects and what it does not.

use stonechat_crypto::rust::PROVIDER;
use stonechat_stun::{
    Attribute, AttributeType, Builder, Class, Full, Integrity, IntegrityError, IntegrityKey,
    Message, Method, PasswordAlgorithm, TransactionId,
};

fn key() -> IntegrityKey {
    IntegrityKey::short_term(&PROVIDER, "VOkJxbRl1RmTxUk/WvJxBt").unwrap()
}

fn request<'a>() -> Builder<'a> {
    Builder::new(
        Class::Request,
        Method::BINDING,
        TransactionId::from_bytes([7; 12]),
    )
    .attribute(Attribute::Username("a:b"))
}

fn encode(builder: &Builder<'_>) -> Vec<u8> {
    let mut out = vec![0; builder.encoded_len()];
    assert_eq!(builder.encode(&mut out), Ok(out.len()));
    out
}

/// Adds raw attributes behind a finished message.
fn extend(mut octets: Vec<u8>, attributes: &[(u16, &[u8])]) -> Vec<u8> {
    for (kind, value) in attributes {
        octets.extend(kind.to_be_bytes());
        octets.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
        octets.extend(*value);
        octets.resize(octets.len().next_multiple_of(4), 0);
    }
    let length = u16::try_from(octets.len() - 20).unwrap();
    octets[2..4].copy_from_slice(&length.to_be_bytes());
    octets
}

#[test]
fn attributes_after_integrity_do_not_count() {
    let key = key();
    let octets = extend(
        encode(&request().integrity(&key)),
        &[
            (0x0025, &[]),
            (0x0024, &[1, 2, 3, 4]),
            (0x0020, &[0, 1, 0xA1, 0x47, 0xE1, 0x12, 0xA6, 0x43]),
            (0x7F00, &[1]),
            // Not even well formed.
            (0x0020, &[9]),
            (0x0008, &[0; 3]),
        ],
    );
    let message = Message::parse(&octets).unwrap();
    assert_eq!(message.verify_integrity(&key), Ok(()));
    assert!(!message.use_candidate());
    assert_eq!(message.priority(), None);
    assert_eq!(message.xor_mapped_address(), None);
    assert_eq!(message.unknown_required().count(), 0);
    assert_eq!(message.attributes().count(), 2);
}

#[test]
fn sha_256_integrity_and_fingerprint_after_integrity_count() {
    let key = key().with_integrity(Integrity::Both);
    let octets = encode(&request().integrity(&key).fingerprint());
    let message = Message::parse(&octets).unwrap();
    let kinds: Vec<_> = message.attributes().map(|raw| raw.kind).collect();
    assert_eq!(
        kinds,
        [
            AttributeType::USERNAME,
            AttributeType::MESSAGE_INTEGRITY,
            AttributeType::MESSAGE_INTEGRITY_SHA256,
            AttributeType::FINGERPRINT,
        ]
    );
    assert_eq!(message.verify_integrity(&key), Ok(()));
    assert!(message.verify_fingerprint());
}

#[test]
fn every_changed_octet_of_a_protected_message_is_found() {
    let key = key().with_integrity(Integrity::Both);
    let octets = encode(
        &request()
            .attribute(Attribute::Priority(5))
            .integrity(&key)
            .fingerprint(),
    );
    for at in 0..octets.len() {
        let mut changed = octets.clone();
        changed[at] ^= 1;
        let proven = Message::parse(&changed).is_ok_and(|message| {
            message.verify_integrity(&key).is_ok() && message.verify_fingerprint()
        });
        assert!(!proven, "octet {at}");
    }
}

#[test]
fn a_key_that_demands_sha_256_does_not_accept_less() {
    let strong = IntegrityKey::long_term_with(&PROVIDER, PasswordAlgorithm::Md5, "u", "r", "p");
    let strong = strong.unwrap();
    let weak = IntegrityKey::long_term(&PROVIDER, "u", "r", "p").unwrap();
    let octets = encode(&request().integrity(&weak));
    let message = Message::parse(&octets).unwrap();
    assert_eq!(message.verify_integrity(&weak), Ok(()));
    assert_eq!(
        message.verify_integrity(&strong),
        Err(IntegrityError::Missing)
    );
    let octets = encode(&request().integrity(&strong));
    assert_eq!(
        Message::parse(&octets).unwrap().verify_integrity(&strong),
        Ok(())
    );
}

#[test]
fn a_truncated_sha_256_integrity_proves_nothing() {
    let key = key().with_integrity(Integrity::Sha256);
    let full = encode(&request().integrity(&key));
    let value = &full[full.len() - 32..];
    for len in (16..32).step_by(4) {
        let octets = extend(encode(&request()), &[(0x001C, &value[..len])]);
        let message = Message::parse(&octets).unwrap();
        assert_eq!(
            message.verify_integrity(&key),
            Err(IntegrityError::Truncated)
        );
    }
    for len in [0, 4, 12, 17, 36] {
        let mut long = value.to_vec();
        long.resize(len, 0);
        assert!(Message::parse(&extend(encode(&request()), &[(0x001C, &long)])).is_err());
    }
}

#[test]
fn a_message_without_integrity_is_not_verified() {
    let octets = encode(&request().fingerprint());
    let message = Message::parse(&octets).unwrap();
    assert!(!message.has_integrity());
    assert_eq!(
        message.verify_integrity(&key()),
        Err(IntegrityError::Missing)
    );
}

#[test]
fn a_buffer_that_is_too_short_is_refused() {
    let key = key();
    let builder = request().integrity(&key).fingerprint();
    let mut out = vec![0; builder.encoded_len()];
    for len in 0..out.len() {
        assert_eq!(builder.encode(&mut out[..len]), Err(Full));
    }
}

#[test]
fn a_message_longer_than_its_length_field_can_say_is_refused() {
    let data = vec![0; 65_535];
    let builder = request().attribute(Attribute::Data(&data));
    let mut out = vec![0; 70_000];
    assert_eq!(builder.encode(&mut out), Err(Full));
    let fits = Builder::new(
        Class::Indication,
        Method::SEND,
        TransactionId::from_bytes([0; 12]),
    )
    .attribute(Attribute::Data(&data[..65_528]));
    let len = fits.encode(&mut out).unwrap();
    assert_eq!(
        Message::parse(&out[..len]).unwrap().data().map(<[u8]>::len),
        Some(65_528)
    );
}
