use stonechat_crypto::{CounterMode, CounterModeAlgorithm, CounterModeKey, InvalidKeyLength};

use super::mixer::{mix, scramble};

pub(super) struct ToyCounterMode(pub(super) CounterModeAlgorithm);

impl CounterMode for ToyCounterMode {
    fn algorithm(&self) -> CounterModeAlgorithm {
        self.0
    }

    fn key(&self, key: &[u8]) -> Result<Box<dyn CounterModeKey>, InvalidKeyLength> {
        let expected = self.0.key_len();
        if key.len() != expected {
            return Err(InvalidKeyLength {
                expected,
                actual: key.len(),
            });
        }
        Ok(Box::new(Keyed(mix(0x0063_7472, &[], key))))
    }
}

struct Keyed(u64);

impl CounterModeKey for Keyed {
    fn apply(&self, iv: &[u8; 16], data: &mut [u8]) {
        let mut counter = u128::from_be_bytes(*iv);
        for block in data.chunks_mut(16) {
            let [high, low] = [counter >> 64, counter & u128::from(u64::MAX)]
                .map(|half| u64::try_from(half).unwrap_or_default());
            let first = scramble(self.0 ^ scramble(high) ^ scramble(!low));
            let stream = (u128::from(first) << 64) | u128::from(scramble(first));
            for (octet, key) in block.iter_mut().zip(stream.to_be_bytes()) {
                *octet ^= key;
            }
            counter = counter.wrapping_add(1);
        }
    }
}
