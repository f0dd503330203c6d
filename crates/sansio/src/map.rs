use std::hash::Hash;
use std::ops::{Deref, DerefMut};

use foldhash::SharedSeed;
use foldhash::fast::SeedableRandomState;
use indexmap::IndexMap;

use crate::Seed;

/// A hash table that iterates in the order of insertion and hashes with a key taken from a
/// [`Seed`]: its order is the same in each run, its buckets cannot be guessed from outside.
///
/// A key that a peer chooses enters only after authentication and below a limit of the
/// configuration. Everything else is [`IndexMap`]'s.
#[derive(Clone, Debug)]
pub struct Map<K, V>(IndexMap<K, V, SeedableRandomState>);

impl<K: Eq + Hash, V> Map<K, V> {
    /// An empty table, keyed from `seed`.
    #[must_use]
    pub fn new(seed: &Seed) -> Self {
        let key = seed.child("map").rng().next_u64();
        Self(IndexMap::with_hasher(SeedableRandomState::with_seed(
            key,
            SharedSeed::global_fixed(),
        )))
    }
}

impl<K, V> Deref for Map<K, V> {
    type Target = IndexMap<K, V, SeedableRandomState>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<K, V> DerefMut for Map<K, V> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_insertion_whatever_the_seed() {
        for number in 0..10 {
            let mut map = Map::new(&Seed::from_u64(number));
            for key in [5_u32, 1, 9, 3] {
                map.insert(key, ());
            }
            assert_eq!(map.keys().copied().collect::<Vec<_>>(), [5, 1, 9, 3]);
        }
    }
}
