//! Checks of [`Signature`](trait@crate::Signature).

use super::vector::lines;
use super::{Octets, changed, octets};
use crate::{InvalidSignature, Provider, SignatureScheme};

/// What comes before and after the private key in PKCS #8 (RFC 5958) of a key without its public
/// part.
const P256_PKCS8: &[u8] = &[
    0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
    0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x27, 0x30, 0x25, 0x02, 0x01,
    0x01, 0x04, 0x20,
];

/// The same of P-384.
const P384_PKCS8: &[u8] = &[
    0x30, 0x4e, 0x02, 0x01, 0x00, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
    0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x04, 0x37, 0x30, 0x35, 0x02, 0x01, 0x01, 0x04, 0x30,
];

/// Keys, round trips, changes.
///
/// # Panics
///
/// If a scheme fails.
pub fn structure(provider: &Provider) {
    for part in provider.signatures() {
        let scheme = part.scheme();
        assert_eq!(SignatureScheme::from_code(scheme.code()), Some(scheme));
        let (key, other) = (
            part.generate(&mut Octets::seeded(1)),
            part.generate(&mut Octets::seeded(2)),
        );
        assert_eq!(key.scheme(), scheme);
        assert_ne!(key.public_key(), other.public_key(), "{scheme:?}");
        assert!(key.public_key().ends_with(key.public_point()), "{scheme:?}");
        let first = if scheme.is_rsa() { 0x30 } else { 4 };
        assert_eq!(key.public_point().first(), Some(&first), "{scheme:?}");
        for part in provider.signatures() {
            let other = part.scheme();
            assert_eq!(key.signs_by(other), key.sign_by(other, b"m").is_ok());
            if let Ok(signed) = key.sign_by(other, b"m") {
                assert_eq!(part.verify(key.public_key(), b"m", &signed), Ok(()));
            }
        }
        assert!(key.signs_by(scheme));

        let message = octets(150, 3);
        let signed = key.sign(&message).unwrap_or_default();
        let verify = |public_key: &[u8], message: &[u8], signed: &[u8]| {
            part.verify(public_key, message, signed)
        };
        let refused = Err(InvalidSignature);
        assert_eq!(
            verify(key.public_key(), &message, &signed),
            Ok(()),
            "{scheme:?}"
        );
        assert_eq!(
            verify(other.public_key(), &message, &signed),
            refused,
            "{scheme:?} key"
        );
        for message in changed(&message) {
            assert_eq!(
                verify(key.public_key(), &message, &signed),
                refused,
                "{scheme:?} message"
            );
        }
        for signed in changed(&signed).chain([Vec::new(), [&signed[..], &[0]].concat()]) {
            assert_eq!(
                verify(key.public_key(), &message, &signed),
                refused,
                "{scheme:?} signature"
            );
        }
        // A changed octet of the point takes it off the curve, or makes it another key.
        for public_key in changed(key.public_key()).chain([Vec::new()]) {
            assert_eq!(
                verify(&public_key, &message, &signed),
                refused,
                "{scheme:?} public key"
            );
        }

        if let Some(exported) = key.export() {
            let read = part.import(exported.as_bytes());
            assert!(read.is_ok(), "{scheme:?} does not import what it exported");
            if let Ok(read) = read {
                assert_eq!(read.public_key(), key.public_key(), "{scheme:?}");
                let signed = read.sign(&message).unwrap_or_default();
                assert_eq!(
                    verify(key.public_key(), &message, &signed),
                    Ok(()),
                    "{scheme:?}"
                );
            }
            for len in 0..exported.as_bytes().len() {
                assert!(
                    part.import(&exported.as_bytes()[..len]).is_err(),
                    "{scheme:?} cut"
                );
            }
            for stranger in provider
                .signatures()
                .iter()
                .filter(|it| it.scheme() != scheme && !(it.scheme().is_rsa() && scheme.is_rsa()))
            {
                let read = stranger.import(exported.as_bytes());
                assert!(read.is_err(), "{:?} imports {scheme:?}", stranger.scheme());
            }
        }
    }
    mixed(provider);
}

/// A key of one curve by the hash of another: only its own scheme fits what it signed.
fn mixed(provider: &Provider) {
    for part in provider.signatures() {
        let key = part.generate(&mut Octets::seeded(4));
        let signed = key.sign(b"message").unwrap_or_default();
        for other in provider
            .signatures()
            .iter()
            .filter(|it| it.scheme() != part.scheme())
        {
            let verified = other.verify(key.public_key(), b"message", &signed);
            assert_eq!(verified, Err(InvalidSignature), "{:?}", other.scheme());
        }
    }
}

/// Wycheproof, and RFC 6979 where the provider is deterministic.
///
/// # Panics
///
/// If a result differs.
pub fn vectors(provider: &Provider) {
    let files = [
        (
            SignatureScheme::EcdsaSecp256r1Sha256,
            include_str!("data/ecdsa_p256.txt"),
        ),
        (
            SignatureScheme::EcdsaSecp384r1Sha384,
            include_str!("data/ecdsa_p384.txt"),
        ),
        (
            SignatureScheme::RsaPkcs1Sha256,
            include_str!("data/rsa_pkcs1_sha256.txt"),
        ),
        (
            SignatureScheme::RsaPssRsaeSha256,
            include_str!("data/rsa_pss_sha256.txt"),
        ),
    ];
    for (scheme, file) in files {
        let Some(part) = provider.signature(scheme) else {
            continue;
        };
        let mut public_key = Vec::new();
        for line in lines(file) {
            if line.word == "@" {
                public_key = line.field(1).to_vec();
                continue;
            }
            let verified = part.verify(&public_key, line.field(1), line.field(2));
            assert_eq!(
                verified.is_ok(),
                line.is_valid(),
                "{scheme:?}, {}",
                line.place()
            );
        }
    }
    deterministic(
        provider,
        SignatureScheme::EcdsaSecp256r1Sha256,
        P256_PKCS8,
        include_str!("data/rfc6979_p256.txt"),
    );
    deterministic(
        provider,
        SignatureScheme::EcdsaSecp384r1Sha384,
        P384_PKCS8,
        include_str!("data/rfc6979_p384.txt"),
    );
}

fn deterministic(provider: &Provider, scheme: SignatureScheme, prefix: &[u8], file: &'static str) {
    let Some(part) = provider.signature(scheme) else {
        return;
    };
    let mut key = None;
    for line in lines(file) {
        if line.word == "@" {
            let read = part.import(&[prefix, line.field(1)].concat());
            assert!(
                read.is_ok(),
                "{scheme:?} imports a key without its public part"
            );
            key = read.ok();
            let point = key.as_ref().map(|key| key.public_point());
            assert_eq!(point, Some(line.field(2)), "{scheme:?}");
        } else if let Some(key) = key.as_ref().filter(|_| provider.is_deterministic()) {
            let expected = sequence(line.field(1), line.field(2));
            assert_eq!(
                key.sign(line.field(0)),
                Ok(expected),
                "{scheme:?}, {}",
                line.place()
            );
        }
    }
}

/// Two positive numbers in a sequence, in DER.
fn sequence(r: &[u8], s: &[u8]) -> Vec<u8> {
    let octet = |len: usize| u8::try_from(len).unwrap_or_default();
    let integer = |number: &[u8]| {
        let zero: &[u8] = if number.first().is_some_and(|octet| *octet >= 0x80) {
            &[0]
        } else {
            &[]
        };
        let len = zero.len() + number.len();
        [&[2, octet(len)], zero, number].concat()
    };
    let content = [integer(r), integer(s)].concat();
    [&[0x30, octet(content.len())], &content[..]].concat()
}
