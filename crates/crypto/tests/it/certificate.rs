use std::time::{Duration, SystemTime};

use stonechat_crypto::{
    Certificate, CertificateError, CertificateParams, PublicKeyAlgorithm, SignatureScheme, rust,
};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::random::Counter;

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_800_000_000_123)
}

fn make(seed: u64, scheme: SignatureScheme) -> Certificate {
    let params = CertificateParams {
        scheme,
        ..CertificateParams::default()
    };
    Certificate::self_signed(&rust::PROVIDER, &mut Counter::new(seed), now(), params).unwrap()
}

const SCHEMES: [(SignatureScheme, PublicKeyAlgorithm); 3] = [
    (
        SignatureScheme::EcdsaSecp256r1Sha256,
        PublicKeyAlgorithm::EcP256,
    ),
    (
        SignatureScheme::EcdsaSecp384r1Sha384,
        PublicKeyAlgorithm::EcP384,
    ),
    (SignatureScheme::RsaPkcs1Sha256, PublicKeyAlgorithm::Rsa),
];

#[test]
fn a_self_signed_certificate_is_one() {
    for (scheme, algorithm) in SCHEMES {
        let made = make(1, scheme);
        let (rest, read) = X509Certificate::from_der(made.der()).unwrap();
        assert!(rest.is_empty());
        assert_eq!(read.subject().to_string(), "CN=WebRTC");
        assert_eq!(read.issuer(), read.subject());
        assert_eq!(
            read.validity().not_before.timestamp(),
            1_800_000_000 - 86_400
        );
        assert_eq!(
            read.validity().not_after.timestamp(),
            1_800_000_000 + 30 * 86_400
        );
        let expires = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + 30 * 86_400);
        assert_eq!(made.expires(), expires);
        assert_eq!(read.raw_serial().len(), 16);
        assert_eq!(read.raw_serial()[0] & 0xc0, 0x40);

        let key = Certificate::public_key_of(made.der()).unwrap();
        assert_eq!(
            (key.spki(), key.algorithm()),
            (made.key().public_key(), algorithm)
        );
        assert!(key.spki().ends_with(made.key().public_point()));
        let signature = rust::PROVIDER.signature(scheme).unwrap();
        let (tbs, value) = (read.tbs_certificate.as_ref(), &read.signature_value.data);
        assert_eq!(signature.verify(key.spki(), tbs, value), Ok(()));
    }
}

#[test]
fn the_same_seed_makes_the_same_certificate() {
    let scheme = SignatureScheme::EcdsaSecp256r1Sha256;
    assert_eq!(make(1, scheme).der(), make(1, scheme).der());
    assert_ne!(make(1, scheme).der(), make(2, scheme).der());
}

#[test]
fn parameters_out_of_range_are_refused() {
    let refused = [
        CertificateParams {
            common_name: String::new(),
            ..CertificateParams::default()
        },
        CertificateParams {
            common_name: "x".repeat(65),
            ..CertificateParams::default()
        },
        CertificateParams {
            validity: Duration::MAX,
            ..CertificateParams::default()
        },
        CertificateParams {
            validity: Duration::from_secs(8_000 * 366 * 86_400),
            ..CertificateParams::default()
        },
    ];
    for params in refused {
        let error = Certificate::self_signed(&rust::PROVIDER, &mut Counter::new(1), now(), params)
            .unwrap_err();
        assert_eq!(error, CertificateError::InvalidParams);
    }
}

#[test]
fn a_provider_without_the_scheme_makes_no_certificate() {
    let bare = stonechat_crypto::Provider::builder("bare").build();
    let params = CertificateParams::default();
    let error = Certificate::self_signed(&bare, &mut Counter::new(1), now(), params).unwrap_err();
    assert_eq!(error, CertificateError::Unsupported);
}

#[test]
fn pem_carries_certificate_and_key() {
    for (scheme, _) in SCHEMES {
        let made = make(3, scheme);
        let text = made.to_pem().unwrap();
        let surrounded = format!("a note\n{}\nanother", text.as_str());
        let read = Certificate::from_pem(&rust::PROVIDER, &surrounded).unwrap();
        assert_eq!(read.der(), made.der());
        assert_eq!(read.expires(), made.expires());
        assert_eq!(read.key().sign(b"m"), made.key().sign(b"m"));
    }
}

#[test]
fn pem_of_a_foreign_key_or_without_one_is_refused() {
    let one = make(1, SignatureScheme::EcdsaSecp256r1Sha256)
        .to_pem()
        .unwrap();
    let two = make(2, SignatureScheme::EcdsaSecp256r1Sha256)
        .to_pem()
        .unwrap();
    let at = one.find("-----BEGIN PRIVATE").unwrap();
    let other = two.find("-----BEGIN PRIVATE").unwrap();
    for text in [
        &one[..at],
        &one[at..],
        &format!("{}{}", &one[..at], &two[other..]),
    ] {
        let error = Certificate::from_pem(&rust::PROVIDER, text).unwrap_err();
        assert_eq!(error, CertificateError::Malformed);
    }
}

#[test]
fn only_the_key_of_a_certificate_is_read() {
    let made = make(1, SignatureScheme::EcdsaSecp256r1Sha256);
    let spki = Certificate::public_key_of(made.der())
        .unwrap()
        .spki()
        .to_vec();
    let at = made
        .der()
        .windows(spki.len())
        .position(|part| part == spki)
        .unwrap();
    // A negative serial number, dates that are none, a name that is none, a wrong signature.
    let mut broken = made.der().to_vec();
    let serial = broken.windows(2).position(|part| part == [2, 16]).unwrap();
    broken[serial + 2] = 0xff;
    let date = broken
        .windows(2)
        .position(|part| part == [0x17, 13])
        .unwrap();
    broken[date + 2..date + 15].fill(b'?');
    let name = broken
        .windows(6)
        .position(|part| part == b"WebRTC")
        .unwrap();
    broken[name..name + 6].fill(0xff);
    *broken.last_mut().unwrap() ^= 1;
    assert_eq!(Certificate::public_key_of(&broken).unwrap().spki(), spki);
    assert!(at > name);
}

#[test]
fn a_curve_given_by_its_parameters_is_another_kind_of_key() {
    let made = make(1, SignatureScheme::EcdsaSecp256r1Sha256);
    let curve = [6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
    let at = made
        .der()
        .windows(curve.len())
        .position(|part| part == curve)
        .unwrap();
    let mut broken = made.der().to_vec();
    broken[at] = 0x30;
    let key = Certificate::public_key_of(&broken).unwrap();
    assert_eq!(key.algorithm(), PublicKeyAlgorithm::Other);
}

#[test]
fn no_prefix_and_no_changed_octet_of_a_certificate_panics() {
    let made = make(1, SignatureScheme::EcdsaSecp256r1Sha256);
    for len in 0..made.der().len() {
        let error = Certificate::public_key_of(&made.der()[..len]);
        assert_eq!(error, Err(CertificateError::Malformed), "{len} octets");
    }
    for at in 0..made.der().len() {
        for value in [0, 1, 0x30, 0x7f, 0x80, 0x84, 0xff] {
            let mut broken = made.der().to_vec();
            broken[at] = value;
            let _ = Certificate::public_key_of(&broken);
        }
    }
    let mut longer = made.der().to_vec();
    longer.push(0);
    assert_eq!(
        Certificate::public_key_of(&longer),
        Err(CertificateError::Malformed)
    );
}

/// A leaf, its issuer, the root, and the leaf's key.
const CHAIN: &str = include_str!("../data/chain.pem");

/// The blocks of a PEM text.
fn blocks(text: &str) -> Vec<&str> {
    let starts: Vec<_> = text.match_indices("-----BEGIN").map(|(at, _)| at).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| &text[*start..end])
        .collect()
}

#[test]
fn pem_carries_a_chain_of_certificates() {
    let read = Certificate::from_pem(&rust::PROVIDER, CHAIN).unwrap();
    let chain: Vec<&[u8]> = read.chain().collect();
    assert_eq!(chain.len(), 3);
    assert_eq!(chain[0], read.der());
    assert_eq!(chain[1..], *read.issuers());
    // The key may come first, and the root may be left out.
    let blocks = blocks(CHAIN);
    let reordered = [blocks[3], blocks[0], blocks[1]].concat();
    let without_root = Certificate::from_pem(&rust::PROVIDER, &reordered).unwrap();
    assert!(without_root.chain().eq(chain[..2].iter().copied()));
    let stored = read.to_pem().unwrap();
    let again = Certificate::from_pem(&rust::PROVIDER, &stored).unwrap();
    assert!(again.chain().eq(chain.iter().copied()));
    let sha256 = stonechat_crypto::HashAlgorithm::Sha256;
    assert_eq!(
        read.fingerprint(&rust::PROVIDER, sha256),
        stonechat_crypto::Fingerprint::of(&rust::PROVIDER, sha256, chain[0]),
    );
}

#[test]
fn certificates_that_do_not_issue_each_other_are_no_chain() {
    let blocks = blocks(CHAIN);
    for (order, expected) in [
        (&[0, 2, 1, 3][..], CertificateError::Disordered),
        (&[0, 2, 3], CertificateError::Disordered),
        (&[0, 1, 0, 3], CertificateError::Disordered),
        // The key is not that of the first certificate.
        (&[1, 0, 3], CertificateError::Malformed),
    ] {
        let text: String = order.iter().map(|index| blocks[*index]).collect();
        let error = Certificate::from_pem(&rust::PROVIDER, &text).unwrap_err();
        assert_eq!(error, expected, "{order:?}");
    }
    let leaf = Certificate::from_pem(&rust::PROVIDER, &[blocks[0], blocks[3]].concat()).unwrap();
    let garbage = leaf.with_issuers(vec![vec![0x30, 0x00]]);
    assert_eq!(garbage.unwrap_err(), CertificateError::Malformed);
    let cut = &CHAIN[..CHAIN.len() - 300];
    assert!(Certificate::from_pem(&rust::PROVIDER, cut).is_err());
}
