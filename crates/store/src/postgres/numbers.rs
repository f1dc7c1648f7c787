//! Numbers that this process has reserved and not used yet.
//!
//! Were each number taken inside of the transaction that uses it, all that make accounts, on every node, would wait for one
//! another at one row.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The numbers, by what they number. All connections share them.
pub(crate) struct Numbers {
    /// How many are reserved at a time.
    pub(crate) block: u32,
    free: Mutex<BTreeMap<&'static str, BTreeSet<i64>>>,
}

impl Numbers {
    pub(crate) fn new(block: u32) -> Self {
        Self {
            block: block.max(1),
            free: Mutex::default(),
        }
    }

    /// The smallest that is free.
    pub(crate) fn take(&self, name: &'static str) -> Option<i64> {
        self.free().get_mut(name)?.pop_first()
    }

    /// Gives back what was not used, or adds what has been reserved.
    pub(crate) fn put(&self, name: &'static str, numbers: impl IntoIterator<Item = i64>) {
        self.free().entry(name).or_default().extend(numbers);
    }

    fn free(&self) -> MutexGuard<'_, BTreeMap<&'static str, BTreeSet<i64>>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
