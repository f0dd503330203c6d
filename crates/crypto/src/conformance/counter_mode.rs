//! Checks of [`CounterMode`](trait@crate::CounterMode).

use super::octets;
use super::vector::lines;
use crate::{CounterModeAlgorithm, InvalidKeyLength, Provider};

const ALL: [CounterModeAlgorithm; 3] = [
    CounterModeAlgorithm::Aes128,
    CounterModeAlgorithm::Aes192,
    CounterModeAlgorithm::Aes256,
];

/// Key lengths, and that the counter counts, also over its end.
///
/// # Panics
///
/// If a cipher fails.
pub fn structure(provider: &Provider) {
    for algorithm in ALL {
        let Some(cipher) = provider.counter_mode(algorithm) else {
            continue;
        };
        assert_eq!(cipher.algorithm(), algorithm);
        let expected = algorithm.key_len();
        for actual in [0, expected - 1, expected + 1] {
            let refused = cipher.key(&octets(actual, 1)).err();
            assert_eq!(
                refused,
                Some(InvalidKeyLength { expected, actual }),
                "{algorithm:?}"
            );
        }
        let key = cipher.key(&octets(expected, 1));
        assert!(key.is_ok(), "{algorithm:?} takes a key of its length");
        let Ok(key) = key else { continue };
        for start in [
            0,
            5,
            0xff,
            u128::from(u32::MAX),
            u128::from(u64::MAX),
            u128::MAX - 3,
        ] {
            let mut whole = vec![0; 16 * 40 + 5];
            key.apply(&start.to_be_bytes(), &mut whole);
            for (index, chunk) in whole.chunks(16).enumerate() {
                let mut block = [0; 16];
                key.apply(&start.wrapping_add(index as u128).to_be_bytes(), &mut block);
                assert!(
                    block.starts_with(chunk),
                    "{algorithm:?}, block {index} after {start}"
                );
            }
            let plain = octets(whole.len(), 2);
            let mut data = plain.clone();
            key.apply(&start.to_be_bytes(), &mut data);
            let sum: Vec<u8> = plain.iter().zip(&whole).map(|(a, b)| a ^ b).collect();
            assert_eq!(data, sum, "{algorithm:?} adds its key stream");
        }
    }
}

/// RFC 3686, section 6.
///
/// # Panics
///
/// If a result differs.
pub fn vectors(provider: &Provider) {
    for line in lines(include_str!("data/aes_ctr.txt")) {
        let algorithm = match line.field(0).len() {
            16 => CounterModeAlgorithm::Aes128,
            24 => CounterModeAlgorithm::Aes192,
            _ => CounterModeAlgorithm::Aes256,
        };
        let Some(cipher) = provider.counter_mode(algorithm) else {
            continue;
        };
        let key = cipher.key(line.field(0));
        assert!(key.is_ok(), "{}", line.place());
        let mut data = line.field(2).to_vec();
        if let Ok(key) = key {
            key.apply(&line.array(1), &mut data);
        }
        assert_eq!(data, line.field(3), "{algorithm:?}, {}", line.place());
    }
}
