//! A datagram as a STUN message: all views of it, and that it reads the same when written again.

use stonechat_stun::{
    Attribute, AttributeType, Builder, IntegrityKey, Message, RawAttribute, frame_len, is_stun,
};
use stonechat_testkit::clock;

pub(crate) fn run(octets: &[u8]) {
    let _ = frame_len(octets);
    let Ok(message) = Message::parse(octets) else {
        return;
    };
    assert!(is_stun(octets));
    read(&message);
    let env = clock::env(1);
    let key = IntegrityKey::long_term(env.crypto(), "user", "realm", "password").unwrap();
    let _ = message.verify_integrity(&key);
    let _ = message.verify_fingerprint();

    let plain: Vec<RawAttribute<'_>> = message.attributes().filter(is_plain).collect();
    let builder = plain.iter().fold(
        Builder::new(message.class(), message.method(), message.transaction_id()),
        |builder, it| {
            builder.attribute(Attribute::Raw {
                kind: it.kind,
                value: it.value,
            })
        },
    );
    let builder = builder.integrity(&key).fingerprint();
    let mut written = vec![0; builder.encoded_len()];
    // What was just within the length of a message is beyond it with an integrity.
    let Ok(len) = builder.encode(&mut written) else {
        assert!(octets.len() > 65_000);
        return;
    };
    assert_eq!(len, written.len());
    let again = Message::parse(&written).unwrap();
    assert!(again.attributes().filter(is_plain).eq(plain));
    assert_eq!(again.transaction_id(), message.transaction_id());
    assert_eq!(
        (again.class(), again.method()),
        (message.class(), message.method())
    );
    again.verify_integrity(&key).unwrap();
    assert!(again.verify_fingerprint());
}

/// Neither an integrity nor a fingerprint.
fn is_plain(attribute: &RawAttribute<'_>) -> bool {
    ![0x0008, 0x001C, 0x8028]
        .map(AttributeType::new)
        .contains(&attribute.kind)
}

fn read(message: &Message<'_>) {
    let texts = [
        message.username(),
        message.realm(),
        message.nonce(),
        message.software(),
        message.alternate_domain(),
    ];
    let octets: usize = texts.into_iter().flatten().map(str::len).sum();
    assert!(octets <= message.as_bytes().len());
    let _ = (message.error_code(), message.user_hash());
    let _ = (
        message.password_algorithms().count(),
        message.password_algorithm(),
    );
    let _ = (
        message.unknown_attributes().count(),
        message.unknown_required().count(),
    );
    let addresses = [
        message.xor_mapped_address(),
        message.mapped_address(),
        message.xor_relayed_address(),
        message.alternate_server(),
        message.other_address(),
        message.response_origin(),
    ];
    assert!(
        addresses.into_iter().flatten().count() + message.xor_peer_addresses().count()
            <= octets.max(message.as_bytes().len())
    );
    let _ = (
        message.priority(),
        message.use_candidate(),
        message.lifetime(),
    );
    let _ = (message.ice_controlling(), message.ice_controlled());
    let _ = (message.channel_number(), message.requested_transport());
    let _ = (
        message.requested_address_family(),
        message.even_port(),
        message.reservation_token(),
    );
    if let (Some(data), Some(range)) = (message.data(), message.data_range()) {
        assert_eq!(message.as_bytes().get(range), Some(data));
    }
}
