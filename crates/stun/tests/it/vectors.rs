//! Published vectors and captured messages.

use base64::Engine as _;
use stonechat_crypto::rust::PROVIDER;
use stonechat_stun::{
    Attribute, AttributeType, Builder, Class, Integrity, IntegrityError, IntegrityKey, Message,
    Method, ParseError, PasswordAlgorithm, SecurityFeatures, user_hash,
};

use crate::data::{json, lines, octets, text};

#[test]
fn the_messages_of_rfc_5769_are_read_and_verified() {
    let file = json(include_str!("../data/rfc5769.json"));
    for vector in file["vectors"].as_array().unwrap() {
        let octets = octets(&vector["message_hex"]);
        let message = Message::parse(&octets).unwrap();
        let seen: Vec<_> = message
            .attributes()
            .map(|raw| {
                (
                    format!("0x{:04x}", raw.kind.number()),
                    hex::encode(raw.value),
                )
            })
            .collect();
        let expected: Vec<_> = vector["attributes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| {
                (
                    text(&entry["type"]).to_owned(),
                    text(&entry["value_hex"]).to_owned(),
                )
            })
            .collect();
        assert_eq!(seen, expected);
        let key = if text(&vector["auth"]) == "short-term" {
            IntegrityKey::short_term(&PROVIDER, text(&vector["password"]))
        } else {
            let password = text(&vector["password_after_saslprep"]);
            assert_eq!(message.realm(), vector["realm"].as_str());
            assert_eq!(message.nonce(), vector["nonce"].as_str());
            IntegrityKey::long_term(
                &PROVIDER,
                text(&vector["username"]),
                text(&vector["realm"]),
                password,
            )
        };
        assert_eq!(message.verify_integrity(&key.unwrap()), Ok(()));
        let wrong = IntegrityKey::short_term(&PROVIDER, "another").unwrap();
        assert_eq!(
            message.verify_integrity(&wrong),
            Err(IntegrityError::Mismatch)
        );
        assert_eq!(message.verify_fingerprint(), message.has_fingerprint());
        if let Some(username) = vector["username"].as_str() {
            assert_eq!(message.username(), Some(username));
        }
        if let Some(software) = vector["software"].as_str() {
            assert_eq!(message.software(), Some(software));
        }
        if let Some(address) = vector["mapped_address"].as_str() {
            assert_eq!(message.class(), Class::Success);
            assert_eq!(message.xor_mapped_address(), Some(address.parse().unwrap()));
        }
    }
}

#[test]
fn the_long_term_request_of_rfc_5769_is_built_octet_by_octet() {
    let file = json(include_str!("../data/rfc5769.json"));
    let vector = &file["vectors"][3];
    let expected = octets(&vector["message_hex"]);
    let (username, realm) = (text(&vector["username"]), text(&vector["realm"]));
    let password = text(&vector["password_after_saslprep"]);
    let key = IntegrityKey::long_term(&PROVIDER, username, realm, password).unwrap();
    let id = Message::parse(&expected).unwrap().transaction_id();
    let request = Builder::new(Class::Request, Method::BINDING, id)
        .attribute(Attribute::Username(username))
        .attribute(Attribute::Nonce(text(&vector["nonce"])))
        .attribute(Attribute::Realm(realm))
        .integrity(&key);
    let mut out = vec![0xAA; request.encoded_len()];
    assert_eq!(request.encode(&mut out), Ok(expected.len()));
    assert_eq!(out, expected);
}

#[test]
fn the_ice_request_of_rfc_5769_has_its_attributes() {
    let file = json(include_str!("../data/rfc5769.json"));
    let octets = octets(&file["vectors"][0]["message_hex"]);
    let message = Message::parse(&octets).unwrap();
    assert_eq!(
        (message.class(), message.method()),
        (Class::Request, Method::BINDING)
    );
    assert_eq!(message.priority(), Some(0x6E00_01FF));
    assert_eq!(message.ice_controlled(), Some(0x932F_F9B1_5126_3B36));
    assert_eq!(message.ice_controlling(), None);
    assert!(!message.use_candidate());
    assert_eq!(message.unknown_required().count(), 0);
}

#[test]
fn the_request_of_rfc_8489_is_verified_once_its_length_is_right() {
    let file = json(include_str!("../data/rfc8489_b1.json"));
    let (username, realm) = (text(&file["username"]), text(&file["realm"]));
    let password = text(&file["password_after"]);
    let hash = user_hash(&PROVIDER, username, realm).unwrap();
    assert_eq!(hex::encode(hash), text(&file["userhash_hex"]));
    assert!(matches!(
        Message::parse(&octets(&file["message_hex"])),
        Err(ParseError::NotStun)
    ));
    let algorithm = PasswordAlgorithm::Sha256;
    let key = IntegrityKey::long_term_with(&PROVIDER, algorithm, username, realm, password);
    let key = key.unwrap();
    for name in [
        "corrected_length_only_hex",
        "corrected_with_password_algorithm_hex",
    ] {
        let octets = octets(&file[name]);
        let message = Message::parse(&octets).unwrap();
        assert_eq!(message.verify_integrity(&key), Ok(()));
        assert_eq!(message.user_hash(), Some(&hash));
        assert_eq!(message.nonce(), file["nonce"].as_str());

        let mut request = Builder::new(Class::Request, Method::BINDING, message.transaction_id())
            .attribute(Attribute::UserHash(&hash))
            .attribute(Attribute::Nonce(text(&file["nonce"])))
            .attribute(Attribute::Realm(realm))
            .integrity(&key);
        if message.password_algorithm() == Some(algorithm) {
            request.push(Attribute::PasswordAlgorithm(algorithm));
        }
        let mut out = vec![0; request.encoded_len()];
        request.encode(&mut out).unwrap();
        assert_eq!(out, octets);
    }
    let features = SecurityFeatures::of_nonce(text(&file["nonce"])).unwrap();
    assert!(!features.password_algorithms() && !features.username_anonymity());
}

#[test]
fn requests_of_browsers_are_read() {
    let mut count = 0;
    for line in include_str!("../data/browsers.csv").lines() {
        if line.starts_with('#') || line.starts_with("ip,") {
            continue;
        }
        let message = line.split(',').nth(1).unwrap();
        let octets = base64::engine::general_purpose::STANDARD
            .decode(message)
            .unwrap();
        let message = Message::parse(&octets).unwrap();
        assert_eq!(
            (message.class(), message.method()),
            (Class::Request, Method::BINDING)
        );
        count += 1;
    }
    assert!(count > 10);
}

#[test]
fn an_allocation_of_a_browser_is_read_and_verified() {
    let captured: Vec<_> = lines(include_str!("../data/captured.hex")).collect();
    let parse = |index: usize| Message::parse(&captured[index]).unwrap();
    let challenge = parse(2);
    assert_eq!(
        (challenge.class(), challenge.method()),
        (Class::Error, Method::ALLOCATE)
    );
    assert_eq!(challenge.error_code().unwrap().code, 401);
    assert_eq!(challenge.error_code().unwrap().reason, "Unauthorized");
    assert_eq!(challenge.realm(), Some("a1.cydev.ru"));
    let request = parse(3);
    assert_eq!(request.requested_transport(), Some(17));
    assert_eq!(
        request.value(AttributeType::new(0x802F)).map(<[u8]>::len),
        Some(22)
    );
    let granted = parse(4);
    assert_eq!(granted.lifetime(), Some(600));
    assert!(granted.xor_relayed_address().is_some() && granted.xor_mapped_address().is_some());
    assert!(request.has_integrity() && granted.has_integrity());
}

#[test]
fn a_key_says_what_it_writes() {
    let key = IntegrityKey::short_term(&PROVIDER, "secret").unwrap();
    assert_eq!(key.integrity(), Integrity::Sha1);
    assert_eq!(format!("{key:?}"), "IntegrityKey { integrity: Sha1, .. }");
}
