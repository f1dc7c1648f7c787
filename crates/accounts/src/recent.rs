//! What was used lately, up to a bound.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::slots::{Slots, spread};

/// Parts of a memory, so that threads seldom wait for each other.
pub(crate) const PARTS: usize = 64;

/// A value that can be remembered. Clones share it.
pub(crate) trait Remembered: Clone {
    /// Whether it was used since this was last set to false.
    fn used(&self) -> &AtomicBool;

    /// Has what the one who gets it looks at fetched from memory.
    fn prefetch(&self);
}

/// Values by their keys, which somebody drew at random, as they did the first bytes of a signature. Of two that have one key the
/// later one stays, so whoever asks looks whether the value is the one that is meant.
pub(crate) struct Recent<V> {
    parts: Vec<Mutex<Part<V>>>,
}

/// When it is full, the hand goes round the ring and lets those go that were not used since it last came by.
struct Part<V> {
    most: usize,
    values: Slots<V>,
    ring: Vec<u64>,
    hand: usize,
}

impl<V: Remembered> Recent<V> {
    /// Room for about `most` values; memory is taken as they come. Keys fall unevenly into the parts, and a part that is full
    /// gives nothing to those who come round in turn: so each has room for four standard deviations more, which is hardly ever too
    /// little.
    pub(crate) fn new(most: usize) -> Self {
        let even = most.div_ceil(PARTS);
        let part = || Part {
            most: even + 4 * even.isqrt(),
            values: Slots::new(),
            ring: Vec::new(),
            hand: 0,
        };
        Self {
            parts: (0..PARTS).map(|_| Mutex::new(part())).collect(),
        }
    }

    /// The value under `key`.
    pub(crate) fn get(&self, key: u64) -> Option<V> {
        let part = self.part(key)?;
        let value = part.values.get(key)?;
        value.used().store(true, Ordering::Relaxed);
        Some(value.clone())
    }

    /// Has the place of `key` fetched from memory, for whoever will ask for what is in it.
    pub(crate) fn prefetch_place(&self, key: u64) {
        if let Some(part) = self.free_part(key) {
            part.values.prefetch_place(key);
        }
    }

    /// Has the value under `key` fetched from memory. Its place has to be there first.
    pub(crate) fn prefetch_value(&self, key: u64) {
        let part = self.free_part(key);
        if let Some(value) = part.as_ref().and_then(|part| part.values.get(key)) {
            value.prefetch();
        }
    }

    /// Keeps a value, in the place of the one under the same key, or of one that was not used lately.
    pub(crate) fn put(&self, key: u64, value: V) {
        if let Some(mut part) = self.part(key) {
            part.put(key, value);
        }
    }

    fn part(&self, key: u64) -> Option<MutexGuard<'_, Part<V>>> {
        let part = self.parts.get(spread(key) as usize % PARTS)?;
        Some(part.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The part of a key, unless somebody else is at it: nobody waits so as not to have to wait.
    fn free_part(&self, key: u64) -> Option<MutexGuard<'_, Part<V>>> {
        self.parts.get(spread(key) as usize % PARTS)?.try_lock().ok()
    }
}

impl<V: Remembered> Part<V> {
    fn put(&mut self, key: u64, value: V) {
        if self.values.get(key).is_some() || self.take_place(key) {
            self.values.put(key, value);
        }
    }

    /// Puts a key into the ring, having let one go where there is no room; false where there can be none.
    fn take_place(&mut self, key: u64) -> bool {
        if self.ring.len() < self.most {
            self.ring.push(key);
            return true;
        }
        loop {
            let at = self.hand;
            let Some(place) = self.ring.get_mut(at) else {
                return false;
            };
            self.hand = (at + 1) % self.most;
            let value = self.values.get(*place);
            let was_used = value.is_some_and(|value| value.used().swap(false, Ordering::Relaxed));
            if !was_used {
                self.values.remove(*place);
                *place = key;
                return true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    #[derive(Clone)]
    struct Number(Arc<(AtomicBool, u64)>);

    impl Number {
        fn new(number: u64) -> Self {
            Self(Arc::new((AtomicBool::new(false), number)))
        }
    }

    impl Remembered for Number {
        fn used(&self) -> &AtomicBool {
            &self.0.0
        }

        fn prefetch(&self) {}
    }

    fn get(recent: &Recent<Number>, key: u64) -> Option<u64> {
        recent.get(key).map(|Number(number)| number.1)
    }

    /// Keys as they are drawn, one after the other (SplitMix64).
    fn key(number: u64) -> u64 {
        let mixed = (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb) ^ mixed >> 31
    }

    fn count<V>(recent: &Recent<V>) -> usize {
        recent.parts.iter().map(|part| part.lock().unwrap().ring.len()).sum()
    }

    #[test]
    fn what_is_kept_comes_back_and_the_later_one_stays() {
        let recent = Recent::new(100);
        recent.put(key(1), Number::new(1));
        assert_eq!(get(&recent, key(1)), Some(1));
        assert_eq!(get(&recent, key(2)), None);
        recent.put(key(1), Number::new(2));
        assert_eq!(get(&recent, key(1)), Some(2));
        assert_eq!(count(&recent), 1);
    }

    #[test]
    fn what_is_used_stays_and_the_bound_holds() {
        let recent = Recent::new(8 * PARTS);
        // Eight to a part are four times two more: the standard deviation, rounded down.
        let most = 16 * PARTS;
        recent.put(key(0), Number::new(0));
        for number in 1..100_000 {
            recent.put(key(number), Number::new(number));
            assert_eq!(get(&recent, key(0)), Some(0), "{number}");
        }
        assert_eq!(count(&recent), most);
        let remembered = (0..100_000).filter(|number| recent.get(key(*number)).is_some());
        assert_eq!(remembered.count(), most);
    }

    #[test]
    fn as_many_as_there_is_room_for_are_all_kept() {
        for most in [100, 1_000, 100_000] {
            let (numbers, texts) = (Recent::new(most), Recent::new(most));
            for number in 0..most as u64 {
                let key = key(number);
                numbers.put(key, Number::new(number));
                // As the beginning of a signature is.
                let text = URL_SAFE_NO_PAD.encode(key.to_le_bytes());
                let key = u64::from_le_bytes(*text.as_bytes().first_chunk().unwrap());
                texts.put(key, Number::new(number));
            }
            assert_eq!(count(&numbers), most);
            assert_eq!(count(&texts), most);
        }
    }

    #[test]
    fn without_room_nothing_is_kept() {
        let recent = Recent::new(0);
        recent.put(key(1), Number::new(1));
        recent.put(key(2), Number::new(2));
        assert_eq!(get(&recent, key(1)), None);
        assert_eq!(count(&recent), 0);
    }
}
