//! What accounts are searched by, kept in memory: looking for a part of a name through all rows of a large base takes
//! seconds, through their texts alone milliseconds.
//!
//! The memory is filled behind the start of a process, by number, and follows the table `account_changes`. Each search
//! first reads what has changed, on the snapshot on which it then reads the rows that it shows: so what was acknowledged
//! before is found, whichever node did it. Until all is there, and where it would take more memory than is allowed, the
//! database searches instead, which gives the same and takes longer.

mod arena;
mod entry;
mod segment;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use yaopai_model::limits::{CHANGES_KEPT, SWEEP_BATCH, SWEEP_BATCHES};
use yaopai_model::{AccountId, AppId, Timestamp};
use yaopai_store::account_changes::{self, Change, Horizon, Searched};
use yaopai_store::{Db, SqlError};

use crate::{Accounts, Error, Outcome, Refusal};
pub(crate) use arena::Arena;
pub(crate) use entry::{Entry, Fields};

/// Rows that are read at a time while the memory is filled.
const FILLED_TOGETHER: u32 = 4_000;
/// Changes that are read at a time.
const CHANGES_TOGETHER: u32 = 4_000;

/// How far the memory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchState {
    /// It is being filled.
    Filling,
    /// All accounts are in it.
    Current,
    /// It is not kept: it would be larger than it may.
    Off,
}

/// Why a search has no result.
#[derive(Debug)]
pub(crate) enum Unfinished {
    /// The database did not do what it was asked.
    Database(SqlError),
    /// Something else.
    Other(Error),
}

impl From<SqlError> for Unfinished {
    fn from(error: SqlError) -> Self {
        Self::Database(error)
    }
}

impl From<Error> for Unfinished {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl From<Refusal> for Unfinished {
    fn from(refusal: Refusal) -> Self {
        Self::Other(refusal.into())
    }
}

/// The memory. Threads take turns at changing it, and search in snapshots.
pub(crate) struct Search {
    bytes_allowed: usize,
    memory: Mutex<Memory>,
}

struct Memory {
    state: SearchState,
    /// While it is being filled: the accounts up to here are in it.
    filled: AccountId,
    /// What the last look at the changes left open; `None` before the first.
    horizon: Option<Horizon>,
    looked_at: Timestamp,
    /// Shared with those who read: a snapshot costs the same however many accounts there are.
    arenas: BTreeMap<AppId, Arc<Arena>>,
    /// Where versions were at some instants, so that old notes can be told.
    marks: Vec<(Timestamp, i64)>,
}

impl Search {
    /// With room for so many bytes; none at all keeps nothing.
    pub(crate) fn new(bytes_allowed: usize) -> Self {
        let mut memory = Memory::empty();
        if bytes_allowed == 0 {
            memory.state = SearchState::Off;
        }
        Self {
            bytes_allowed,
            memory: Mutex::new(memory),
        }
    }

    /// What an app's accounts are searched by, as this snapshot of the database has it; `None` while the database has to
    /// search.
    ///
    /// It has to be the first that is asked of the snapshot: so the snapshots of those who come one after the other are in
    /// this order, too, and nobody puts back what is newer.
    pub(crate) fn current(&self, db: &Db, app: AppId, now: Timestamp) -> Result<Option<Arc<Arena>>, SqlError> {
        let mut memory = self.memory();
        if memory.state != SearchState::Current {
            return Ok(None);
        }
        memory.follow(db, now)?;
        self.hold_bound(&mut memory);
        let arena = memory.arenas.get(&app).cloned().unwrap_or_default();
        Ok((memory.state == SearchState::Current).then_some(arena))
    }

    /// What a search ends with that has no result. Where the database took too long while the memory is being filled, trying
    /// again shortly helps.
    pub(crate) fn error(&self, unfinished: Unfinished) -> Error {
        match unfinished {
            Unfinished::Database(SqlError::Deadline) if self.is_being_filled() => Refusal::Overloaded.into(),
            Unfinished::Database(error) => error.into(),
            Unfinished::Other(error) => error,
        }
    }

    /// Goes on with filling, or follows the changes. What is said of [`Search::current`] goes for this, too.
    fn tend(&self, db: &Db, now: Timestamp) -> Result<SearchState, SqlError> {
        let mut memory = self.memory();
        if memory.state != SearchState::Off {
            memory.follow(db, now)?;
        }
        if memory.state == SearchState::Filling {
            memory.fill(db)?;
        }
        self.hold_bound(&mut memory);
        Ok(memory.state)
    }

    fn hold_bound(&self, memory: &mut Memory) {
        let bytes = memory.bytes();
        if bytes > self.bytes_allowed {
            *memory = Memory::empty();
            memory.state = SearchState::Off;
            tracing::warn!(
                bytes,
                allowed = self.bytes_allowed,
                "搜索所需内存超过 `search.memory_mib`，改由数据库搜索（较慢）/ searching in memory takes more than \
                 `search.memory_mib` allows: the database searches instead, which is slower"
            );
        }
    }

    /// Whether it is being filled, or somebody is at work on it. Asked where requests are answered, so it does not wait: whoever
    /// is at work waits for the database meanwhile.
    fn is_being_filled(&self) -> bool {
        match self.memory.try_lock() {
            Ok(memory) => memory.state == SearchState::Filling,
            Err(TryLockError::Poisoned(memory)) => memory.into_inner().state == SearchState::Filling,
            Err(TryLockError::WouldBlock) => true,
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn empty() -> Self {
        Self {
            state: SearchState::Filling,
            filled: AccountId(i64::MIN),
            horizon: None,
            looked_at: Timestamp::EPOCH,
            arenas: BTreeMap::new(),
            marks: Vec::new(),
        }
    }

    fn bytes(&self) -> usize {
        self.arenas.values().map(|arena| arena.bytes()).sum()
    }

    /// Takes up what has changed since the last look.
    fn follow(&mut self, db: &Db, now: Timestamp) -> Result<(), SqlError> {
        let horizon = account_changes::horizon(db)?;
        let open = self.horizon.map(|before| before.settled);
        // Notes that were due may be gone already; or another server answers, which knows less than the one before.
        let is_late = self.looked_at.until(now) > CHANGES_KEPT / 2;
        let is_behind = self.horizon.is_some_and(|before| horizon.unused < before.settled);
        if open.is_some() && (is_late || is_behind) {
            tracing::warn!("搜索内存须重新装填 / the memory to search in is filled anew");
            *self = Self::empty();
        } else if let Some(open) = open {
            self.take_up(db, open)?;
        }
        self.looked_at = now;
        self.horizon = Some(Horizon {
            settled: horizon
                .settled
                .max(self.horizon.map_or(i64::MIN, |before| before.settled)),
            ..horizon
        });
        Ok(())
    }

    /// Takes up the changes from a version on.
    fn take_up(&mut self, db: &Db, open: i64) -> Result<(), SqlError> {
        let mut last: Change = (open - 1, AccountId(i64::MAX));
        loop {
            let changes = account_changes::after(db, last, CHANGES_TOGETHER)?;
            let (Some(first), Some(end)) = (changes.first(), changes.last()) else {
                return Ok(());
            };
            let mut there: BTreeMap<AccountId, Searched> = BTreeMap::new();
            for row in account_changes::changed(db, first.0, end.0)? {
                there.insert(row.id, row);
            }
            for (_, id) in &changes {
                match there.get(id) {
                    Some(row) => self.set(row),
                    None => self.remove(*id),
                }
            }
            if changes.len() < CHANGES_TOGETHER as usize {
                return Ok(());
            }
            last = *end;
        }
    }

    /// Puts an account in, if its turn has come.
    fn set(&mut self, row: &Searched) {
        if self.state == SearchState::Current || row.id <= self.filled {
            Arc::make_mut(self.arenas.entry(row.app).or_default()).set(row.id, &Entry::of_row(row));
        }
    }

    /// Takes an account out of whichever app it was in.
    fn remove(&mut self, id: AccountId) {
        for arena in self.arenas.values_mut().filter(|arena| arena.has(id)) {
            Arc::make_mut(arena).remove(id);
        }
    }

    /// Reads some more accounts.
    fn fill(&mut self, db: &Db) -> Result<(), SqlError> {
        let rows = account_changes::accounts_after(db, self.filled, FILLED_TOGETHER)?;
        for row in &rows {
            self.filled = row.id;
            self.set(row);
        }
        if rows.len() < FILLED_TOGETHER as usize {
            self.state = SearchState::Current;
            tracing::info!(
                accounts = self.arenas.values().map(|arena| arena.len()).sum::<usize>(),
                bytes = self.bytes(),
                "搜索内存已就绪 / the memory to search in is filled"
            );
        }
        Ok(())
    }

    /// Notes where versions are now; says before which no node needs them any more.
    fn outdated(&mut self, now: Timestamp, horizon: Horizon) -> Option<i64> {
        let old = now.minus(CHANGES_KEPT);
        let outdated = self
            .marks
            .iter()
            .rev()
            .find(|(at, _)| *at <= old)
            .map(|(_, version)| *version);
        self.marks
            .retain(|(at, version)| *at > old || Some(*version) == outdated);
        let is_due = self.marks.last().is_none_or(|(at, _)| at.until(now) >= MARKS_APART);
        if is_due {
            self.marks.push((now, horizon.settled));
        }
        outdated
    }
}

/// Versions that nobody has come to yet by the time that notes of them are deleted: they came with a copy of a base.
const FAR_AHEAD: i64 = 1_000_000;
/// How far marks are apart at least, which bounds how many there are.
const MARKS_APART: Duration = Duration::from_secs(30);

impl Accounts {
    /// Keeps what is searched in memory up to date, and fills it after a start, some thousand accounts in each call.
    ///
    /// # Errors
    /// `Overloaded`, and faults; the next call goes on.
    pub async fn tend_search(&self) -> Outcome<SearchState> {
        let (verbs, now) = (self.clone(), self.now());
        let tended = self.store().scan(move |db| verbs.parts.search.tend(db, now));
        Ok(tended.await?)
    }

    /// Memory that searching takes, in bytes.
    pub fn search_bytes(&self) -> usize {
        self.parts.search.memory().bytes()
    }

    /// Forgets changes that all nodes have taken up, or have missed and begun anew.
    pub(crate) async fn sweep_changes(&self) -> Outcome<()> {
        let horizon = self.store().scan(account_changes::horizon).await?;
        let outdated = self.parts.search.memory().outdated(self.now(), horizon);
        let outdated = outdated.unwrap_or(i64::MIN);
        // Others are writing meanwhile, but not as fast as that.
        let strange = horizon.unused.saturating_add(FAR_AHEAD);
        for _ in 0..SWEEP_BATCHES {
            let forgotten = self
                .store()
                .write(move |tx| account_changes::forget(tx, outdated, strange, SWEEP_BATCH));
            if forgotten.await? < u64::from(SWEEP_BATCH) {
                break;
            }
        }
        Ok(())
    }
}
