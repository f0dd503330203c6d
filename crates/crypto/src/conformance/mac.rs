//! Checks of [`Mac`](trait@crate::Mac).

use super::vector::lines;
use super::{changed, octets};
use crate::{MacAlgorithm, Provider};

const ALL: [MacAlgorithm; 4] = [
    MacAlgorithm::HmacSha1,
    MacAlgorithm::HmacSha256,
    MacAlgorithm::HmacSha384,
    MacAlgorithm::HmacSha512,
];

/// Lengths, parts, cut tags, changes.
///
/// # Panics
///
/// If a code fails.
pub fn structure(provider: &Provider) {
    for algorithm in ALL {
        let Some(mac) = provider.mac(algorithm) else {
            continue;
        };
        assert_eq!(mac.algorithm(), algorithm);
        let len = algorithm.output_len();
        let message = octets(200, 2);
        let mut tags = Vec::new();
        for key_len in [0, 1, 16, 20, 64, 65, 128, 129, 500] {
            let key = mac.key(&octets(key_len, 3));
            let mut tag = vec![0; len];
            assert_eq!(key.sign(&[&message], &mut tag), len, "{algorithm:?}");
            let (head, tail) = message.split_at(77);
            let mut again = vec![0; len];
            key.sign(&[head, &[], tail], &mut again);
            assert_eq!(again, tag, "{algorithm:?} in parts");
            for cut in 1..=len {
                let tag = tag.get(..cut).unwrap_or_default();
                assert!(
                    key.verify(&[head, tail], tag),
                    "{algorithm:?} with {cut} octets of tag"
                );
            }
            assert!(
                !key.verify(&[&message], &[]),
                "{algorithm:?} takes no empty tag"
            );
            let longer = [&tag[..], &[0]].concat();
            assert!(
                !key.verify(&[&message], &longer),
                "{algorithm:?} takes no longer tag"
            );
            for other in changed(&tag) {
                assert!(
                    !key.verify(&[&message], &other),
                    "{algorithm:?} with a changed tag"
                );
            }
            for other in changed(&message) {
                assert!(
                    !key.verify(&[&other], &tag),
                    "{algorithm:?} of a changed message"
                );
            }
            assert!(!tags.contains(&tag), "{algorithm:?} with another key");
            tags.push(tag);
        }
    }
}

/// Wycheproof, and RFC 4231 for HMAC-SHA-512.
///
/// # Panics
///
/// If a result differs.
pub fn vectors(provider: &Provider) {
    let files = [
        (MacAlgorithm::HmacSha1, include_str!("data/hmac_sha1.txt")),
        (
            MacAlgorithm::HmacSha256,
            include_str!("data/hmac_sha256.txt"),
        ),
        (
            MacAlgorithm::HmacSha384,
            include_str!("data/hmac_sha384.txt"),
        ),
        (
            MacAlgorithm::HmacSha512,
            include_str!("data/hmac_sha512.txt"),
        ),
    ];
    for (algorithm, file) in files {
        let Some(mac) = provider.mac(algorithm) else {
            continue;
        };
        for line in lines(file) {
            let verified = mac
                .key(line.field(1))
                .verify(&[line.field(2)], line.field(3));
            assert_eq!(verified, line.is_valid(), "{algorithm:?}, {}", line.place());
        }
    }
}
