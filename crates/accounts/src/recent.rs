//! What was used lately, up to a bound.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Parts of a memory, so that threads seldom wait for each other.
const PARTS: usize = 16;

/// Values under keys that somebody drew at random, such as the first bytes of a secret. Of two values under one key the later one stays, so whoever asks looks whether the value is the one that is meant.
pub(crate) struct Recent<V> {
    parts: Vec<Mutex<Part<V>>>,
}

/// A ring of values. When it is full, the hand goes round and lets those go that were not used since it last came by.
struct Part<V> {
    most: usize,
    index: HashMap<u64, usize, BuildHasherDefault<Spread>>,
    ring: Vec<Kept<V>>,
    hand: usize,
}

struct Kept<V> {
    key: u64,
    value: V,
    used: bool,
}

impl<V> Recent<V> {
    /// Room for about `most` values; memory is taken as they come.
    pub(crate) fn new(most: usize) -> Self {
        let part = || Part {
            most: most.div_ceil(PARTS),
            index: HashMap::default(),
            ring: Vec::new(),
            hand: 0,
        };
        Self {
            parts: (0..PARTS).map(|_| Mutex::new(part())).collect(),
        }
    }

    /// What `pick` takes of the value under `key`; nothing where it is not the one that is meant.
    pub(crate) fn get<T>(&self, key: u64, pick: impl FnOnce(&V) -> Option<T>) -> Option<T> {
        let mut part = self.part(key)?;
        let at = *part.index.get(&key)?;
        let kept = part.ring.get_mut(at)?;
        let picked = pick(&kept.value)?;
        kept.used = true;
        Some(picked)
    }

    /// Keeps a value, in the place of the one under the same key, or of one that was not used lately.
    pub(crate) fn put(&self, key: u64, value: V) {
        if let Some(mut part) = self.part(key) {
            part.put(Kept {
                key,
                value,
                used: false,
            });
        }
    }

    fn part(&self, key: u64) -> Option<MutexGuard<'_, Part<V>>> {
        // The map inside looks at the first and the last bits.
        let part = self.parts.get((key >> 32) as usize % PARTS)?;
        Some(part.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<V> Part<V> {
    fn put(&mut self, fresh: Kept<V>) {
        let known = self.index.get(&fresh.key).copied();
        let at = known.unwrap_or_else(|| self.free_place());
        if known.is_none() && at < self.most {
            self.index.insert(fresh.key, at);
        }
        match self.ring.get_mut(at) {
            Some(place) => *place = fresh,
            None if at < self.most => self.ring.push(fresh),
            None => {}
        }
    }

    /// The next place that is free, having let go what was there.
    fn free_place(&mut self) -> usize {
        if self.ring.len() < self.most {
            return self.ring.len();
        }
        loop {
            let at = self.hand;
            self.hand = (at + 1) % self.most.max(1);
            match self.ring.get_mut(at) {
                Some(kept) if kept.used => kept.used = false,
                Some(kept) => {
                    self.index.remove(&kept.key);
                    return at;
                }
                None => return at,
            }
        }
    }
}

/// Spreads over all bits of a key what was drawn at random in some of them, as in characters (Fibonacci hashing; Knuth, The
/// Art of Computer Programming, volume 3, section 6.4).
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |sum, byte| sum << 8 | u64::from(*byte));
    }

    fn write_u64(&mut self, key: u64) {
        let product = key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = product ^ product >> 32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys as they are drawn, one after the other (SplitMix64).
    fn key(number: u64) -> u64 {
        let mixed = (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb) ^ mixed >> 31
    }

    fn count<V>(recent: &Recent<V>) -> usize {
        recent.parts.iter().map(|part| part.lock().unwrap().ring.len()).sum()
    }

    #[test]
    fn what_is_kept_comes_back_and_only_to_whom_it_is_meant() {
        let recent = Recent::new(100);
        recent.put(key(1), "one");
        assert_eq!(recent.get(key(1), |value| (*value == "one").then_some(1)), Some(1));
        assert_eq!(recent.get(key(1), |value| (*value == "two").then_some(2)), None);
        assert_eq!(recent.get(key(2), |value| Some(*value)), None);
        recent.put(key(1), "two");
        assert_eq!(recent.get(key(1), |value| Some(*value)), Some("two"));
        assert_eq!(count(&recent), 1);
    }

    #[test]
    fn what_is_used_stays_and_the_bound_holds() {
        let recent = Recent::new(160);
        recent.put(key(0), 0);
        for number in 1..100_000 {
            recent.put(key(number), number);
            assert_eq!(recent.get(key(0), |value| Some(*value)), Some(0), "{number}");
        }
        assert_eq!(count(&recent), 160);
        let remembered = (0..100_000).filter(|number| recent.get(key(*number), |value| Some(*value)).is_some());
        assert_eq!(remembered.count(), 160);
    }

    #[test]
    fn without_room_nothing_is_kept() {
        let recent = Recent::new(0);
        recent.put(key(1), 1);
        recent.put(key(2), 2);
        assert_eq!(recent.get(key(1), |value| Some(*value)), None);
        assert_eq!(count(&recent), 0);
    }
}
