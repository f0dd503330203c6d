//! Keys of RSA.

use stonechat_crypto::{InvalidSignature, KeyError, SignatureScheme, Unsigned, rust};

use crate::random::Counter;

const PKCS1: SignatureScheme = SignatureScheme::RsaPkcs1Sha256;
const PSS: SignatureScheme = SignatureScheme::RsaPssRsaeSha256;

/// Made by OpenSSL 3.0: a key of 2048 bits and its signatures of `stonechat`.
const KEY: &str = include_str!("../data/openssl_rsa_2048.hex");

fn lines() -> Vec<Vec<u8>> {
    lines_of(KEY)
}

#[test]
fn a_key_of_another_implementation_signs_the_same_octets() {
    let [key, public_key, pkcs1, pss] = &lines()[..] else {
        panic!("the file has four lines")
    };
    let scheme = rust::PROVIDER.signature(PKCS1).unwrap();
    let key = scheme.import(key).unwrap();
    assert_eq!(key.public_key(), public_key);
    // This padding has no randomness.
    assert_eq!(key.sign(b"stonechat").as_ref(), Ok(pkcs1));
    let other = rust::PROVIDER.signature(PSS).unwrap();
    assert_eq!(other.verify(public_key, b"stonechat", pss), Ok(()));
    assert_eq!(
        other.verify(public_key, b"stonechat", pkcs1),
        Err(InvalidSignature)
    );
    assert_eq!(
        scheme.verify(public_key, b"stonechat", pss),
        Err(InvalidSignature)
    );
}

#[test]
fn signing_repeats_by_key_and_message_and_salts_differ_by_message() {
    let key = rust::PROVIDER
        .signature(PSS)
        .unwrap()
        .import(&lines()[0])
        .unwrap();
    assert_eq!(key.scheme(), PSS);
    assert_eq!(key.sign(b"a"), key.sign(b"a"));
    assert_ne!(key.sign(b"a"), key.sign(b"b"));
    assert_eq!(key.sign(b"a").unwrap().len(), 256);
    assert!(key.signs_by(PKCS1) && key.signs_by(PSS));
    let ecdsa = SignatureScheme::EcdsaSecp256r1Sha256;
    assert!(!key.signs_by(ecdsa));
    assert_eq!(key.sign_by(ecdsa, b"a"), Err(Unsigned));
}

#[test]
fn short_keys_are_refused() {
    // A modulus of 1024 bits, from OpenSSL.
    let short = &lines_of(include_str!("../data/openssl_rsa_1024.hex"));
    for scheme in [PKCS1, PSS] {
        let scheme = rust::PROVIDER.signature(scheme).unwrap();
        assert_eq!(scheme.import(&short[0]).err(), Some(KeyError));
        let verified = scheme.verify(&short[1], b"stonechat", &short[2]);
        assert_eq!(verified, Err(InvalidSignature));
    }
}

fn lines_of(text: &str) -> Vec<Vec<u8>> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            (0..line.len() / 2)
                .map(|at| u8::from_str_radix(&line[2 * at..2 * at + 2], 16).unwrap())
                .collect()
        })
        .collect()
}

#[test]
fn a_new_key_has_2048_bits_and_comes_from_the_generator() {
    let scheme = rust::PROVIDER.signature(PKCS1).unwrap();
    let make = |seed| scheme.generate(&mut Counter::new(seed));
    let key = make(1);
    assert_eq!(key.public_key(), make(1).public_key());
    assert_ne!(key.public_key(), make(2).public_key());
    assert_eq!(key.sign(b"m").unwrap().len(), 256);
    assert_eq!(key.public_key().len(), 294);
}
