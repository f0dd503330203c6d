use stonechat_crypto::{NamedGroup, conformance, rust};

use crate::random::Counter;

#[test]
fn it_is_deterministic_and_prefers_x25519() {
    assert!(rust::PROVIDER.is_deterministic());
    let groups: Vec<_> = rust::provider()
        .key_exchanges()
        .iter()
        .map(|part| part.group())
        .collect();
    assert_eq!(
        groups,
        [
            NamedGroup::X25519,
            NamedGroup::Secp256r1,
            NamedGroup::Secp384r1,
            NamedGroup::X25519MlKem768
        ]
    );
    for part in rust::PROVIDER.key_exchanges() {
        let share = |seed| part.start(&mut Counter::new(seed)).share().to_vec();
        assert_eq!(share(1), share(1));
        assert_ne!(share(1), share(2));
    }
}

#[test]
fn hash_functions_conform() {
    conformance::hash::structure(&rust::PROVIDER);
    conformance::hash::vectors(&rust::PROVIDER);
}

#[test]
fn message_authentication_codes_conform() {
    conformance::mac::structure(&rust::PROVIDER);
    conformance::mac::vectors(&rust::PROVIDER);
}

#[test]
fn key_derivation_conforms() {
    conformance::hkdf::structure(&rust::PROVIDER);
    conformance::hkdf::vectors(&rust::PROVIDER);
}

#[test]
fn authenticated_encryption_conforms() {
    conformance::aead::structure(&rust::PROVIDER);
    conformance::aead::vectors(&rust::PROVIDER);
}

#[test]
fn counter_mode_conforms() {
    conformance::counter_mode::structure(&rust::PROVIDER);
    conformance::counter_mode::vectors(&rust::PROVIDER);
}

#[test]
fn key_exchange_conforms() {
    conformance::key_exchange::structure(&rust::PROVIDER);
    conformance::key_exchange::vectors(&rust::PROVIDER);
}

#[test]
fn signatures_conform() {
    conformance::signature::structure(&rust::PROVIDER);
    conformance::signature::vectors(&rust::PROVIDER);
}
