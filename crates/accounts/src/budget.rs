//! How often something may happen within a time.

use std::time::Duration;

use yaopai_model::{Timestamp, Wait, WindowRule};
use yaopai_store::{Db, SqlError, Tx, counters};

use crate::keys::Keys;
use crate::throttle::seconds;
use crate::{Outcome, Refusal};

/// A rule, the row in which it is counted, and what whoever is past it hears.
#[derive(Clone, Copy)]
pub(crate) struct Budget {
    row: [u8; 32],
    rule: WindowRule,
    refusal: fn(u32) -> Refusal,
}

impl Budget {
    /// `name` says what is counted and whose; it becomes a keyed hash.
    pub(crate) fn new(keys: &Keys, name: &str, limit: u32, window: Duration, refusal: fn(u32) -> Refusal) -> Self {
        Self {
            row: keys.counter_key(name),
            rule: WindowRule { limit, window },
            refusal,
        }
    }

    /// Counts one more.
    ///
    /// # Errors
    /// The refusal, with the seconds until there is room; nothing is counted then.
    pub(crate) fn spend(&self, tx: &Tx, now: Timestamp) -> Outcome<()> {
        counters::admit(tx, &self.row, self.rule, now)?.map_err(|wait| (self.refusal)(seconds(wait)).into())
    }

    /// Counts one more where there is room; says whether there was.
    pub(crate) fn spend_if_room(&self, tx: &Tx, now: Timestamp) -> Result<bool, SqlError> {
        Ok(counters::admit(tx, &self.row, self.rule, now)?.is_ok())
    }

    /// Takes back what was counted at `spent_at`.
    pub(crate) fn refund(&self, tx: &Tx, spent_at: Timestamp) -> Result<(), SqlError> {
        counters::take_back(tx, &self.row, self.rule, spent_at)
    }

    /// Forgets all that was counted.
    pub(crate) fn clear(&self, tx: &Tx) -> Result<(), SqlError> {
        counters::clear(tx, &self.row)
    }

    /// Whether there is room for one more.
    ///
    /// # Errors
    /// As for [`Budget::spend`].
    pub(crate) fn check(&self, db: &Db, now: Timestamp) -> Outcome<()> {
        counters::check(db, &self.row, self.rule, now)?.map_err(|wait| (self.refusal)(seconds(wait)).into())
    }

    /// How long it is until there is room for one more; none where there is.
    pub(crate) fn wait(&self, db: &Db, now: Timestamp) -> Result<Option<Duration>, SqlError> {
        let checked = counters::check(db, &self.row, self.rule, now)?;
        Ok(checked.err().map(|Wait(wait)| wait))
    }
}
