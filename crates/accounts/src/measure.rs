//! What operators watch.

use std::time::Duration;

use yaopai_model::limits::{OUTBOX_WAITING, SESSIONS_COUNTED};
use yaopai_store::{deliveries, sessions};

use crate::{Accounts, Outcome};

/// How much there is of what grows and shrinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measures {
    /// Password hashes that wait for a thread.
    pub hashes_waiting: usize,
    /// Messages that wait in the outbox, counted up to one more than `limits::OUTBOX_WAITING`.
    pub messages_waiting: i64,
    /// Events of accounts that wait to be written.
    pub events_waiting: usize,
    /// Events and figures that were given up since the start: too many waited, or the database failed.
    pub events_lost: u64,
}

/// Sessions as they were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionCount {
    /// Live sessions, counted up to `limits::SESSIONS_COUNTED`.
    pub live: i64,
    /// How long counting took by the clock, with waiting for a place.
    pub took: Duration,
}

impl Accounts {
    /// Counts what operators watch, sessions aside.
    ///
    /// # Errors
    /// `Overloaded`, and faults.
    pub async fn measure(&self) -> Outcome<Measures> {
        let counted = self
            .store()
            .scan(|db| deliveries::count_waiting(db, OUTBOX_WAITING.saturating_add(1)));
        Ok(Measures {
            hashes_waiting: self.parts.hasher.depth(),
            messages_waiting: counted.await?,
            events_waiting: self.parts.journal.depth(),
            events_lost: self.parts.journal.lost(),
        })
    }

    /// Counts the live sessions, which takes the longer the more there are: it reads the whole index of them.
    ///
    /// # Errors
    /// `Overloaded`, and faults.
    pub async fn count_sessions(&self) -> Outcome<SessionCount> {
        let began_at = self.now();
        let counted = self
            .store()
            .scan(move |db| sessions::count(db, began_at, SESSIONS_COUNTED));
        Ok(SessionCount {
            live: counted.await?,
            took: began_at.until(self.now()),
        })
    }
}
