//! A table in which a key's place in memory is known before anybody has looked into it.
//!
//! The standard library's cannot tell: it looks into one place so as to learn which other one the value may be in, and where
//! nobody came by lately both have to be waited for. Here whoever will ask for a value says so beforehand, and its place is
//! fetched while they do something else.

use prefetch_index::prefetch_index;

use crate::recent::PARTS;

/// Values by keys that somebody drew at random (linear probing; Knuth, The Art of Computer Programming, volume 3, section 6.4,
/// algorithms L and R).
pub(crate) struct Slots<V> {
    /// None at first, then a power of two, of which at most half have something in them.
    slots: Vec<Option<(u64, V)>>,
    used: usize,
}

/// As few as there are once there are any.
const FEWEST: usize = 8;

impl<V> Slots<V> {
    /// Empty; memory is taken as values come.
    pub(crate) const fn new() -> Self {
        Self {
            slots: Vec::new(),
            used: 0,
        }
    }

    /// The value under `key`.
    pub(crate) fn get(&self, key: u64) -> Option<&V> {
        let (_, value) = self.slots.get(self.find(key)?)?.as_ref()?;
        Some(value)
    }

    /// Has the place where `key` most likely is fetched from memory. An empty table asks for what nobody reads, which is no harm.
    pub(crate) fn prefetch_place(&self, key: u64) {
        prefetch_index(&self.slots, self.home(key));
    }

    /// Keeps a value, in the place of the one under the same key.
    pub(crate) fn put(&mut self, key: u64, value: V) {
        if let Some(at) = self.find(key) {
            self.slots[at] = Some((key, value));
            return;
        }
        if self.slots.len() < 2 * (self.used + 1) {
            self.grow();
        }
        self.used += 1;
        self.fill(key, value);
    }

    /// Forgets the value under `key`.
    pub(crate) fn remove(&mut self, key: u64) {
        let Some(mut hole) = self.find(key) else { return };
        self.used -= 1;
        self.slots[hole] = None;
        // Whoever stands behind, and would be looked for from before the hole, moves into it.
        let mut at = self.after(hole);
        while let Some((key, _)) = &self.slots[at] {
            if self.distance(self.home(*key), at) >= self.distance(hole, at) {
                self.slots.swap(hole, at);
                hole = at;
            }
            at = self.after(at);
        }
    }

    fn find(&self, key: u64) -> Option<usize> {
        let mut at = self.home(key);
        while let Some((found, _)) = self.slots.get(at)? {
            if *found == key {
                return Some(at);
            }
            at = self.after(at);
        }
        None
    }

    fn fill(&mut self, key: u64, value: V) {
        let mut at = self.home(key);
        while self.slots[at].is_some() {
            at = self.after(at);
        }
        self.slots[at] = Some((key, value));
    }

    fn grow(&mut self) {
        let twice = (2 * self.slots.len()).max(FEWEST);
        let slots = (0..twice).map(|_| None).collect();
        for (key, value) in std::mem::replace(&mut self.slots, slots).into_iter().flatten() {
            self.fill(key, value);
        }
    }

    /// Where a key is looked for first. What is left of its bits has chosen the part of the memory that this table is.
    fn home(&self, key: u64) -> usize {
        (spread(key) as usize / PARTS) & self.slots.len().wrapping_sub(1)
    }

    fn after(&self, at: usize) -> usize {
        (at + 1) & (self.slots.len() - 1)
    }

    /// How many steps it is from one place to the other.
    fn distance(&self, from: usize, to: usize) -> usize {
        to.wrapping_sub(from) & (self.slots.len() - 1)
    }
}

/// Thirty-two bits in which a key is as random as it is in all of its own: characters of base64 have few that are (Fibonacci hashing;
/// Knuth, The Art of Computer Programming, volume 3, section 6.4).
pub(crate) const fn spread(key: u64) -> u64 {
    key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    /// Few, so that they meet; of many some have the same home.
    fn keys() -> impl Strategy<Value = u64> {
        prop_oneof![0_u64..40, (0_u64..40).prop_map(|key| key << 40), any::<u64>()]
    }

    proptest! {
        #[test]
        fn what_was_kept_and_not_removed_is_there(steps in prop::collection::vec((keys(), prop::bool::weighted(0.6)), 0..300)) {
            let (mut slots, mut model) = (Slots::new(), HashMap::new());
            for (number, (key, is_kept)) in steps.iter().enumerate() {
                slots.prefetch_place(*key);
                if *is_kept {
                    slots.put(*key, number);
                    model.insert(*key, number);
                } else {
                    slots.remove(*key);
                    model.remove(key);
                }
                prop_assert_eq!(slots.used, model.len());
            }
            for (key, _) in steps {
                prop_assert_eq!(slots.get(key), model.get(&key));
            }
            prop_assert_eq!(slots.slots.iter().flatten().count(), model.len());
        }
    }

    #[test]
    fn half_of_the_slots_stay_free() {
        let mut slots = Slots::new();
        for key in 0..1_000 {
            slots.put(key, ());
            assert!(slots.slots.len() >= 2 * slots.used);
        }
        assert_eq!(slots.slots.len(), 2_048);
    }
}
