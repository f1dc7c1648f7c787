//! Writing what waits, in the background.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use yaopai_model::limits::{EVENTS_PER_WRITE, EVENTS_WAITING};
use yaopai_model::{AccountId, EventKind, Timestamp};
use yaopai_store::account_events::{self, AccountEvent};
use yaopai_store::hourly_figures::{self, HourlyFigure};
use yaopai_store::{Db, SqlError, identifiers};

use super::{Batch, Entry, Whose};
use crate::{Accounts, Outcome};

/// Which row an event belongs into.
type RowKey = (i64, Timestamp, EventKind, String, String);

impl Accounts {
    /// Writes what waits to be written of what people tried, a batch in each transaction. What waits for longer than memory
    /// lasts is lost: a crash takes the last second's, an orderly stop nothing.
    ///
    /// # Errors
    /// `Overloaded`, and faults; what could not be written waits for the next time, unless it may have been written.
    pub async fn write_journal(&self) -> Outcome<()> {
        for _ in 0..=EVENTS_WAITING.div_ceil(EVENTS_PER_WRITE) {
            let batch = self.parts.journal.take();
            if batch.is_empty() {
                break;
            }
            self.write_batch(batch).await?;
        }
        Ok(())
    }

    async fn write_batch(&self, batch: Batch) -> Outcome<()> {
        let batch = Arc::new(batch);
        let looked_up = Arc::clone(&batch);
        let holders = match self.store().read(move |db| holders(db, &looked_up.events)).await {
            Ok(holders) => holders,
            Err(error) => {
                self.parts.journal.put_back(&batch);
                return Err(error.into());
            }
        };
        let (rows, written) = (folded(&batch.events, &holders), Arc::clone(&batch));
        let done = self.store().write(move |tx| -> Result<(), SqlError> {
            for ((account, ..), event) in &rows {
                account_events::add(tx, AccountId(*account), event)?;
            }
            for ((app, hour, figure), total) in &written.figures {
                let counted = HourlyFigure {
                    hour: *hour,
                    figure: *figure,
                    total: *total,
                };
                hourly_figures::add(tx, *app, counted)?;
            }
            Ok(())
        });
        let Err(error) = done.await else { return Ok(()) };
        match &error {
            SqlError::Overloaded | SqlError::Conflict | SqlError::Unavailable(_) => self.parts.journal.put_back(&batch),
            // It may have been written, or never will be.
            SqlError::Deadline
            | SqlError::InDoubt
            | SqlError::BadRow { .. }
            | SqlError::BadColumn { .. }
            | SqlError::Panicked
            | SqlError::Database(_) => self.parts.journal.lose(&batch),
        }
        Err(error.into())
    }
}

/// At whose account each of them happened; nobody's where no account has the identifier.
fn holders(db: &Db, entries: &[Entry]) -> Result<Vec<Option<AccountId>>, SqlError> {
    let mut known = HashMap::new();
    entries
        .iter()
        .map(|entry| {
            let identifier = match &entry.whose {
                Whose::Account(id) => return Ok(Some(*id)),
                Whose::Holder(identifier) => identifier,
            };
            let key = (entry.app, identifier.kind(), identifier.normal());
            if let Some(holder) = known.get(&key) {
                return Ok(*holder);
            }
            let holder = identifiers::holder(db, entry.app, identifier)?.map(|holder| holder.account);
            known.insert(key, holder);
            Ok(holder)
        })
        .collect()
}

/// One event for each row, in the order in which every node writes them.
fn folded(entries: &[Entry], holders: &[Option<AccountId>]) -> BTreeMap<RowKey, AccountEvent> {
    let mut rows: BTreeMap<RowKey, AccountEvent> = BTreeMap::new();
    for (entry, holder) in entries.iter().zip(holders) {
        let (Some(account), event) = (holder, &entry.event) else {
            continue;
        };
        let key = (
            account.0,
            event.slot(),
            event.kind,
            event.rule.clone(),
            event.source.clone(),
        );
        rows.entry(key)
            .and_modify(|row| {
                *row = AccountEvent {
                    first_at: row.first_at,
                    times: row.times.saturating_add(event.times),
                    ..event.clone()
                };
            })
            .or_insert_with(|| event.clone());
    }
    rows
}
