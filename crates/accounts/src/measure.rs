//! What operators watch.

use yaopai_model::limits::{OUTBOX_WAITING, SESSIONS_COUNTED};
use yaopai_store::{SqlError, deliveries, sessions};

use crate::{Accounts, Outcome};

/// How much there is of what grows and shrinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measures {
    /// Password hashes that wait for a thread.
    pub hashes_waiting: usize,
    /// Messages that wait in the outbox, counted up to one more than `limits::OUTBOX_WAITING`.
    pub messages_waiting: i64,
    /// Live sessions, counted up to `limits::SESSIONS_COUNTED`.
    pub sessions: i64,
    /// Events of accounts that wait to be written.
    pub events_waiting: usize,
    /// Events and figures that were given up since the start: too many waited, or the database failed.
    pub events_lost: u64,
}

impl Accounts {
    /// Counts what operators watch.
    ///
    /// # Errors
    /// `Overloaded`, and faults.
    pub async fn measure(&self) -> Outcome<Measures> {
        let now = self.now();
        let counted = self.store().scan(move |db| {
            let waiting = deliveries::count_waiting(db, OUTBOX_WAITING.saturating_add(1))?;
            Ok::<_, SqlError>((waiting, sessions::count(db, now, SESSIONS_COUNTED)?))
        });
        let (messages_waiting, sessions) = counted.await?;
        Ok(Measures {
            hashes_waiting: self.parts.hasher.depth(),
            messages_waiting,
            sessions,
            events_waiting: self.parts.journal.depth(),
            events_lost: self.parts.journal.lost(),
        })
    }
}
