//! Checks of [`Hash`](trait@crate::Hash).

use super::{changed, octets};
use crate::{HashAlgorithm, Provider};

const ALL: [HashAlgorithm; 6] = [
    HashAlgorithm::Md5,
    HashAlgorithm::Sha1,
    HashAlgorithm::Sha224,
    HashAlgorithm::Sha256,
    HashAlgorithm::Sha384,
    HashAlgorithm::Sha512,
];

/// Lengths, parts, forks, changes.
///
/// # Panics
///
/// If a hash function fails.
pub fn structure(provider: &Provider) {
    for algorithm in ALL {
        let Some(hash) = provider.hash(algorithm) else {
            continue;
        };
        assert_eq!(hash.algorithm(), algorithm);
        let len = algorithm.output_len();
        let digest = |parts: &[&[u8]]| {
            let mut out = vec![0; len];
            assert_eq!(hash.hash(parts, &mut out), len, "{algorithm:?}");
            out
        };
        let message = octets(300, 1);
        let whole = digest(&[&message]);
        for cut in [0, 1, 7, 8, 63, 64, 65, 127, 128, 129, 299, 300] {
            let (head, tail) = message.split_at(cut);
            assert_eq!(
                digest(&[head, &[], tail]),
                whole,
                "{algorithm:?} in parts at {cut}"
            );

            let mut context = hash.start();
            context.update(head);
            let mut fork = context.fork();
            let mut early = vec![0; len];
            assert_eq!(context.digest(&mut early), len);
            assert_eq!(
                early,
                digest(&[head]),
                "{algorithm:?} of what was added so far"
            );
            for context in [&mut context, &mut fork] {
                context.update(tail);
                let mut late = vec![0; len];
                assert_eq!(context.digest(&mut late), len);
                assert_eq!(
                    late, whole,
                    "{algorithm:?} goes on after a digest and a fork"
                );
            }
        }
        for other in changed(&message) {
            assert_ne!(
                digest(&[&other]),
                whole,
                "{algorithm:?} of a changed message"
            );
        }
        let mut short = [0; 5];
        assert_eq!(hash.hash(&[&message], &mut short), 5);
        assert_eq!(whole.get(..5), Some(&short[..]), "{algorithm:?} cut short");
        let mut long = vec![7; len + 3];
        assert_eq!(hash.hash(&[&message], &mut long), len);
        assert!(
            long.ends_with(&[7; 3]),
            "{algorithm:?} writes no more than its digest"
        );
    }
}

/// Digests of "abc" and of nothing (RFC 1321, appendix A.5; FIPS 180-4 examples).
///
/// # Panics
///
/// If a digest differs.
pub fn vectors(provider: &Provider) {
    let known = [
        (HashAlgorithm::Md5, "900150983cd24fb0d6963f7d28e17f72"),
        (
            HashAlgorithm::Sha1,
            "a9993e364706816aba3e25717850c26c9cd0d89d",
        ),
        (
            HashAlgorithm::Sha224,
            "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
        ),
        (
            HashAlgorithm::Sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        (
            HashAlgorithm::Sha384,
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed\
             8086072ba1e7cc2358baeca134c825a7",
        ),
        (
            HashAlgorithm::Sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
    ];
    for (algorithm, expected) in known {
        let Some(hash) = provider.hash(algorithm) else {
            continue;
        };
        let mut out = vec![0; algorithm.output_len()];
        hash.hash(&[b"abc"], &mut out);
        let text: String = out.iter().map(|octet| format!("{octet:02x}")).collect();
        assert_eq!(text, expected, "{algorithm:?}");
    }
}
