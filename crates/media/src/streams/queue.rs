use std::collections::VecDeque;

use crate::slots::Key;

/// Keys in turn, each at most once.
#[derive(Debug, Default)]
pub(super) struct Queue {
    keys: VecDeque<Key>,
    /// By index, the key that is among them: the newest, as those before it name nothing any more.
    inside: Vec<Option<Key>>,
}

impl Queue {
    pub(super) fn push(&mut self, key: Key) {
        let index = key.index as usize;
        if index >= self.inside.len() {
            self.inside.resize(index + 1, None);
        }
        if let Some(inside) = self.inside.get_mut(index)
            && *inside != Some(key)
        {
            *inside = Some(key);
            self.keys.push_back(key);
        }
    }

    pub(super) fn front(&self) -> Option<Key> {
        self.keys.front().copied()
    }

    pub(super) fn pop(&mut self) -> Option<Key> {
        let key = self.keys.pop_front()?;
        let inside = self.inside.get_mut(key.index as usize);
        if let Some(inside) = inside.filter(|inside| **inside == Some(key)) {
            *inside = None;
        }
        Some(key)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slots::Slots;

    #[test]
    fn a_key_has_one_place_also_after_another_of_its_index() {
        let mut slots = Slots::default();
        let mut queue = Queue::default();
        let old = slots.insert(());
        queue.push(old);
        queue.push(old);
        assert_eq!(slots.remove(old), Some(()));
        let (new, other) = (slots.insert(()), slots.insert(()));
        for key in [other, new, new, other] {
            queue.push(key);
        }
        let popped: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(popped, [old, other, new]);
        queue.push(new);
        assert_eq!((queue.pop(), queue.is_empty()), (Some(new), true));
    }
}
