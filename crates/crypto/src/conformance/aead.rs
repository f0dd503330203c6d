//! Checks of [`Aead`](trait@crate::Aead).

use super::vector::lines;
use super::{changed, octets};
use crate::{AeadAlgorithm, InvalidKeyLength, OpenError, Provider};

const ALL: [AeadAlgorithm; 3] = [
    AeadAlgorithm::Aes128Gcm,
    AeadAlgorithm::Aes256Gcm,
    AeadAlgorithm::ChaCha20Poly1305,
];

/// Key lengths, round trips, changes of everything.
///
/// # Panics
///
/// If a cipher fails.
pub fn structure(provider: &Provider) {
    for algorithm in ALL {
        let Some(aead) = provider.aead(algorithm) else {
            continue;
        };
        assert_eq!(aead.algorithm(), algorithm);
        let expected = algorithm.key_len();
        for actual in [0, 1, expected - 1, expected + 1, 64] {
            let refused = aead.key(&octets(actual, 1)).err();
            assert_eq!(
                refused,
                Some(InvalidKeyLength { expected, actual }),
                "{algorithm:?}"
            );
        }
        let (Ok(key), Ok(other_key)) = (
            aead.key(&octets(expected, 1)),
            aead.key(&octets(expected, 2)),
        ) else {
            return assert_eq!(
                algorithm.tag_len(),
                0,
                "{algorithm:?} takes no key of its length"
            );
        };
        for (len, aad_len) in [
            (0, 0),
            (0, 13),
            (1, 0),
            (16, 5),
            (17, 13),
            (1200, 13),
            (4096, 100),
        ] {
            let (plain, aad) = (octets(len, 3), octets(aad_len, 4));
            let (nonce, mut tag) = ([9; 12], [0; 16]);
            let mut sealed = plain.clone();
            assert_eq!(key.seal(&nonce, &aad, &mut sealed, &mut tag), Ok(()));
            assert!(
                len < 16 || sealed != plain,
                "{algorithm:?} does not encrypt"
            );

            let open = |key: &dyn crate::AeadKey,
                        nonce: &[u8; 12],
                        aad: &[u8],
                        sealed: &[u8],
                        tag: &[u8; 16]| {
                let mut data = sealed.to_vec();
                key.open(nonce, aad, &mut data, tag).map(|()| data)
            };
            let opened = open(&*key, &nonce, &aad, &sealed, &tag);
            assert_eq!(opened.as_ref(), Ok(&plain), "{algorithm:?} of {len} octets");
            let refused = Err(OpenError);
            let opened = open(&*other_key, &nonce, &aad, &sealed, &tag);
            assert_eq!(opened, refused, "{algorithm:?} with another key");
            for changed in changed(&nonce) {
                let nonce = changed.try_into().unwrap_or_default();
                assert_eq!(
                    open(&*key, &nonce, &aad, &sealed, &tag),
                    refused,
                    "{algorithm:?} nonce"
                );
            }
            for changed in changed(&tag) {
                let tag = changed.try_into().unwrap_or_default();
                assert_eq!(
                    open(&*key, &nonce, &aad, &sealed, &tag),
                    refused,
                    "{algorithm:?} tag"
                );
            }
            for aad in changed(&aad).chain([[&aad[..], &[0]].concat()]) {
                assert_eq!(
                    open(&*key, &nonce, &aad, &sealed, &tag),
                    refused,
                    "{algorithm:?} aad"
                );
            }
            for sealed in changed(&sealed).chain([[&sealed[..], &[0]].concat()]) {
                assert_eq!(
                    open(&*key, &nonce, &aad, &sealed, &tag),
                    refused,
                    "{algorithm:?} data"
                );
            }
        }
    }
}

/// Wycheproof.
///
/// # Panics
///
/// If a result differs.
pub fn vectors(provider: &Provider) {
    let files = [
        (
            AeadAlgorithm::Aes128Gcm,
            include_str!("data/aes_128_gcm.txt"),
        ),
        (
            AeadAlgorithm::Aes256Gcm,
            include_str!("data/aes_256_gcm.txt"),
        ),
        (
            AeadAlgorithm::ChaCha20Poly1305,
            include_str!("data/chacha20_poly1305.txt"),
        ),
    ];
    for (algorithm, file) in files {
        let Some(aead) = provider.aead(algorithm) else {
            continue;
        };
        for line in lines(file) {
            let place = format!("{algorithm:?}, {}", line.place());
            let key = aead.key(line.field(1));
            assert!(key.is_ok(), "{place}");
            let Ok(key) = key else { continue };
            let (nonce, tag) = (line.array(2), line.array(6));
            let (aad, plain, sealed) = (line.field(3), line.field(4), line.field(5));
            let mut data = sealed.to_vec();
            let opened = key.open(&nonce, aad, &mut data, &tag);
            assert_eq!(opened.is_ok(), line.is_valid(), "{place}");
            if line.is_valid() {
                assert_eq!(data, plain, "{place}");
                let mut made = [0; 16];
                assert_eq!(
                    key.seal(&nonce, aad, &mut data, &mut made),
                    Ok(()),
                    "{place}"
                );
                assert_eq!((&data[..], made), (sealed, tag), "{place}");
            }
        }
    }
}
