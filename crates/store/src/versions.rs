//! How often the rows that every request is judged by have changed, for whoever remembers them.
//!
//! Whoever remembers a row asks for its version first, and then reads the row. As long as the version is the same, a
//! look-up would give what was read. A version moves on after the commit that changed the row and before the writer is
//! answered; what was read before a commit and is remembered after it has the older version, and so never passes for
//! the present.
//!
//! There are versions only where this process alone writes, which is on SQLite.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::functions::FunctionFlags;
use yaopai_model::AccountId;

/// How many accounts have a version of their own; more share theirs, which costs a look-up now and then.
const ACCOUNT_VERSIONS: u64 = 1 << 15;

/// Versions that one store may step through before it comes to those of the next: at a million changes a second it would
/// take twelve days for each account, and nobody remembers that long.
const VERSIONS_OF_A_STORE: u64 = 1 << 40;

/// Stores that were opened by this process, so that no two have a version in common.
static STORES: AtomicU64 = AtomicU64::new(0);

/// Where a row's changes were at some time, in one store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version(u64);

/// The versions there are.
pub(crate) struct Versions {
    accounts: Vec<AtomicU64>,
    apps: AtomicU64,
    /// What the transaction that is under way has changed.
    changed: Mutex<Vec<Changed>>,
}

/// What a transaction changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Changed {
    /// The row of an account, or of a session of its.
    Account(AccountId),
    /// All sessions at once.
    Sessions,
    /// Which apps there are, or one of them.
    Apps,
}

impl Versions {
    pub(crate) fn new() -> Arc<Self> {
        let first = STORES.fetch_add(1, Ordering::Relaxed).wrapping_mul(VERSIONS_OF_A_STORE);
        Arc::new(Self {
            accounts: (0..ACCOUNT_VERSIONS).map(|_| AtomicU64::new(first)).collect(),
            apps: AtomicU64::new(first),
            changed: Mutex::default(),
        })
    }

    /// Has the connection note what it changes. It is SQLite that tells, by triggers that only this connection has: no
    /// statement can be written that forgets to.
    pub(crate) fn watch(self: &Arc<Self>, connection: &rusqlite::Connection) -> rusqlite::Result<()> {
        let versions = Arc::clone(self);
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
        connection.create_scalar_function("note_changed", 2, flags, move |arguments| {
            let changed = match arguments.get_raw(0).as_str()? {
                "account" => Changed::Account(AccountId(arguments.get(1)?)),
                "apps" => Changed::Apps,
                _sessions => Changed::Sessions,
            };
            versions.changed().push(changed);
            Ok(None::<i64>)
        })?;
        connection.execute_batch(include_str!("versions/triggers.sql"))
    }

    /// Moves on the versions of what was noted. To be called when the transaction has ended, however it did, and before
    /// anybody is told.
    pub(crate) fn move_on(&self) {
        for changed in self.changed().drain(..) {
            match changed {
                Changed::Account(account) => step(self.of(account)),
                Changed::Sessions => self.accounts.iter().for_each(step),
                Changed::Apps => step(&self.apps),
            }
        }
    }

    pub(crate) fn account(&self, account: AccountId) -> Version {
        Version(self.of(account).load(Ordering::SeqCst))
    }

    pub(crate) fn apps(&self) -> Version {
        Version(self.apps.load(Ordering::SeqCst))
    }

    fn of(&self, account: AccountId) -> &AtomicU64 {
        // Numbers are handed out one after the other, so that their last bits spread them evenly.
        let index = account.0.unsigned_abs() % ACCOUNT_VERSIONS;
        &self.accounts[usize::try_from(index).unwrap_or_default()]
    }

    fn changed(&self) -> MutexGuard<'_, Vec<Changed>> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn step(version: &AtomicU64) {
    version.fetch_add(1, Ordering::SeqCst);
}
