//! One try at a time for one subject.
//!
//! A try is counted as a failure before it is looked at. Were two right ones to run at once, the second would find the
//! first's provisional failure and could be refused for it; so they wait for each other instead.

use std::hash::{DefaultHasher, Hash, Hasher};

use tokio::sync::{Mutex, MutexGuard};

/// How many tries can run at once; subjects share a turn by chance, which costs them a wait.
const TURNS: usize = 1_024;

/// A fixed set of locks, by hash.
pub(crate) struct Turns(Vec<Mutex<()>>);

impl Turns {
    pub(crate) fn new() -> Self {
        Self((0..TURNS).map(|_| Mutex::new(())).collect())
    }

    /// Waits until no other try for `subject` runs; until the result is dropped none will.
    pub(crate) async fn take(&self, subject: &str) -> MutexGuard<'_, ()> {
        let mut hasher = DefaultHasher::new();
        subject.hash(&mut hasher);
        let index = usize::try_from(hasher.finish() % TURNS as u64).unwrap_or(0);
        self.0[index].lock().await
    }
}
