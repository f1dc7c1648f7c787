//! Rates that are counted in memory: they keep the peace, they do not guard a secret, and a restart may forget them.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use yaopai_model::limits::RATES_KEPT;
use yaopai_model::{SlidingWindow, Timestamp, Wait, WindowRule};

/// Sliding windows by key, at most `limits::RATES_KEPT`. Past it those that are idle are forgotten first, and if none
/// is, all are: a rate that lets a burst pass is better than one that refuses strangers.
pub(crate) struct RateLimiter<K> {
    windows: Mutex<HashMap<K, SlidingWindow>>,
}

impl<K: Eq + Hash> RateLimiter<K> {
    pub(crate) fn new() -> Self {
        Self {
            windows: Mutex::new(HashMap::new()),
        }
    }

    /// Counts an event under `key`, if `rule` lets one more pass.
    pub(crate) fn admit(&self, key: K, rule: WindowRule, now: Timestamp) -> Result<(), Wait> {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= RATES_KEPT && !windows.contains_key(&key) {
            windows.retain(|_, window| {
                let _ = window.check(rule, now);
                !window.is_empty()
            });
            if windows.len() >= RATES_KEPT {
                windows.clear();
            }
        }
        windows.entry(key).or_default().admit(rule, now)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn keys_are_counted_apart_and_bounded() {
        let limiter = RateLimiter::new();
        let rule = WindowRule {
            limit: 1,
            window: Duration::from_secs(1),
        };
        assert!(limiter.admit(0, rule, Timestamp::EPOCH).is_ok());
        assert!(limiter.admit(0, rule, Timestamp::EPOCH).is_err());
        for key in 1..=RATES_KEPT {
            assert!(limiter.admit(key, rule, Timestamp::EPOCH).is_ok());
        }
        assert!(limiter.windows.lock().unwrap().len() <= RATES_KEPT);
    }
}
