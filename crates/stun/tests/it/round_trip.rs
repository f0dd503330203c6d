//! What is written is read back.

use std::net::{IpAddr, SocketAddr};

use proptest::prelude::*;
use stonechat_crypto::rust::PROVIDER;
use stonechat_stun::{
    AddressFamily, Attribute, AttributeType, Builder, Class, Integrity, IntegrityKey, Message,
    Method, PasswordAlgorithm, TransactionId,
};

fn address() -> impl Strategy<Value = SocketAddr> {
    (any::<IpAddr>(), any::<u16>()).prop_map(|(ip, port)| SocketAddr::new(ip, port))
}

fn class() -> impl Strategy<Value = Class> {
    prop::sample::select(vec![
        Class::Request,
        Class::Indication,
        Class::Success,
        Class::Error,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_message_is_read_as_it_was_written(
        class in class(),
        method in 0_u16..0x1000,
        id in any::<[u8; 12]>(),
        name in "\\PC{0,60}",
        addresses in (address(), address(), address(), address()),
        numbers in any::<(u32, u64, u64, u32, u16)>(),
        data in prop::collection::vec(any::<u8>(), 0..50),
        code in 300_u16..700,
        integrity in prop::sample::select(vec![Integrity::Sha1, Integrity::Sha256, Integrity::Both]),
        fingerprint in any::<bool>(),
    ) {
        let (priority, controlled, controlling, lifetime, channel) = numbers;
        let key = IntegrityKey::short_term(&PROVIDER, "secret").unwrap().with_integrity(integrity);
        let algorithms = [PasswordAlgorithm::Sha256, PasswordAlgorithm::Md5];
        let unknown = [0x7F00, 0x0001];
        let mut builder =
            Builder::new(class, Method::new(method), TransactionId::from_bytes(id))
            .attribute(Attribute::Username(&name))
            .attribute(Attribute::XorMappedAddress(addresses.0))
            .attribute(Attribute::MappedAddress(addresses.1))
            .attribute(Attribute::XorRelayedAddress(addresses.2))
            .attribute(Attribute::XorPeerAddress(addresses.3))
            .attribute(Attribute::AlternateServer(addresses.0))
            .attribute(Attribute::Priority(priority))
            .attribute(Attribute::IceControlled(controlled))
            .attribute(Attribute::IceControlling(controlling))
            .attribute(Attribute::UseCandidate)
            .attribute(Attribute::Lifetime(lifetime))
            .attribute(Attribute::ChannelNumber(channel))
            .attribute(Attribute::ErrorCode { code, reason: &name })
            .attribute(Attribute::PasswordAlgorithms(&algorithms))
            .attribute(Attribute::UnknownAttributes(&unknown))
            .attribute(Attribute::RequestedAddressFamily(AddressFamily::V6))
            .attribute(Attribute::EvenPort(true))
            .attribute(Attribute::Data(&data))
            .integrity(&key);
        if fingerprint {
            builder = builder.fingerprint();
        }
        let mut out = vec![0x55; builder.encoded_len() + 3];
        let len = builder.encode(&mut out).unwrap();
        prop_assert_eq!(len, builder.encoded_len());
        let message = Message::parse(&out[..len]).unwrap();
        prop_assert_eq!(message.class(), class);
        prop_assert_eq!(message.method().number(), method);
        prop_assert_eq!(message.transaction_id(), TransactionId::from_bytes(id));
        prop_assert_eq!(message.username(), Some(name.as_str()));
        prop_assert_eq!(message.xor_mapped_address(), Some(addresses.0));
        prop_assert_eq!(message.mapped_address(), Some(addresses.1));
        prop_assert_eq!(message.xor_relayed_address(), Some(addresses.2));
        prop_assert_eq!(message.xor_peer_address(), Some(addresses.3));
        prop_assert_eq!(message.alternate_server(), Some(addresses.0));
        prop_assert_eq!(message.priority(), Some(priority));
        prop_assert_eq!(message.ice_controlled(), Some(controlled));
        prop_assert_eq!(message.ice_controlling(), Some(controlling));
        prop_assert!(message.use_candidate());
        prop_assert_eq!(message.lifetime(), Some(lifetime));
        prop_assert_eq!(message.channel_number(), Some(channel));
        let error = message.error_code().unwrap();
        prop_assert_eq!((error.code, error.reason), (code, name.as_str()));
        prop_assert_eq!(message.password_algorithms().collect::<Vec<_>>(), algorithms);
        prop_assert_eq!(
            message.unknown_attributes().map(AttributeType::number).collect::<Vec<_>>(),
            unknown
        );
        prop_assert_eq!(message.requested_address_family(), Some(AddressFamily::V6));
        prop_assert_eq!(message.even_port(), Some(true));
        prop_assert_eq!(message.data(), Some(data.as_slice()));
        prop_assert_eq!(message.verify_integrity(&key), Ok(()));
        prop_assert_eq!(message.verify_fingerprint(), fingerprint);
    }

    #[test]
    fn random_octets_behind_a_valid_header_do_no_harm(
        tail in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut octets = vec![0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42];
        octets.extend([9; 12]);
        octets.extend(tail);
        let len = (octets.len() - 20) & !3;
        octets.truncate(20 + len);
        octets[2..4].copy_from_slice(&u16::try_from(len).unwrap().to_be_bytes());
        if let Ok(message) = Message::parse(&octets) {
            let sum: usize = message.attributes().map(|raw| raw.value.len()).sum();
            prop_assert!(sum <= len);
        }
    }
}
