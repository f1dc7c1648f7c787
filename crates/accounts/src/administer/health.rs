//! Whether all that the verbs stand on works, for the console.

use std::time::Duration;

use yaopai_model::AppId;
use yaopai_model::limits::{OUTBOX_WAITING, windows};
use yaopai_store::deliveries::{self, DeliveryState};

use super::Actor;
use crate::rank::{Action, reaches};
use crate::{Accounts, Outcome};

/// How it is with the database, the outbox and the queues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// What the database says against a small change; none where it took it.
    pub database: Result<(), String>,
    /// How long the database took to take it.
    pub database_took: Duration,
    /// Whether several nodes share the database.
    pub is_shared: bool,
    /// Writes of this node that wait for the database.
    pub writes_waiting: usize,
    /// Password hashes that this node makes or that wait for a thread.
    pub hashes_waiting: usize,
    /// How many may be made and wait; who comes then is refused as `Overloaded`.
    pub hashes_allowed: usize,
    /// Messages of all apps that wait, counted up to one more than `limits::OUTBOX_WAITING`.
    pub messages_waiting: i64,
    /// Messages of all apps that were given up within the last day, counted up to the same.
    pub messages_failed: i64,
    /// Events of accounts that wait on this node to be written.
    pub events_waiting: usize,
    /// Events and figures that this node gave up since its start.
    pub events_lost: u64,
}

impl Accounts {
    /// How it is with all that the verbs stand on. `app` is the one in which the actor has the rank to know.
    ///
    /// # Errors
    /// `RankTooLow`.
    pub async fn health(&self, app: AppId, actor: Actor<'_>) -> Outcome<Health> {
        let (administrator, begun) = (actor.on(app), self.now());
        let since = begun.minus(windows::PER_DAY);
        let counted = self.store().scan(move |db| -> Outcome<_> {
            reaches(administrator.rank(db)?, Action::Inspect)?;
            let bound = OUTBOX_WAITING.saturating_add(1);
            let waiting = deliveries::count_waiting(db, bound)?;
            Ok((
                waiting,
                deliveries::count_since(db, DeliveryState::Failed, since, bound)?,
            ))
        });
        let (messages_waiting, messages_failed) = counted.await?;
        let asked_at = self.now();
        let database = self.store().check().await.map_err(|error| error.to_string());
        Ok(Health {
            database,
            database_took: asked_at.until(self.now()),
            is_shared: self.store().is_shared(),
            writes_waiting: self.store().queue_depth(),
            hashes_waiting: self.parts.hasher.depth(),
            hashes_allowed: self.parts.hasher.capacity(),
            messages_waiting,
            messages_failed,
            events_waiting: self.parts.journal.depth(),
            events_lost: self.parts.journal.lost(),
        })
    }
}
