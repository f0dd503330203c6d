use std::collections::{BTreeSet, VecDeque};

use crate::slots::Key;

/// Keys in turn, each at most once.
#[derive(Debug, Default)]
pub(super) struct Queue {
    keys: VecDeque<Key>,
    inside: BTreeSet<Key>,
}

impl Queue {
    pub(super) fn push(&mut self, key: Key) {
        if self.inside.insert(key) {
            self.keys.push_back(key);
        }
    }

    pub(super) fn front(&self) -> Option<Key> {
        self.keys.front().copied()
    }

    pub(super) fn pop(&mut self) -> Option<Key> {
        let key = self.keys.pop_front()?;
        self.inside.remove(&key);
        Some(key)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}
