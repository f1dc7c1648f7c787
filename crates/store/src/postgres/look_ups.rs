//! Look-ups that are values: whoever asks sends them, over a few connections that all share. No thread waits for an answer,
//! and what several ask at the same time travels together.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::{Mutex, Semaphore, TryAcquireError};
use yaopai_model::limits::SERVER_RECHECK_DEADLINE;

use super::options::PostgresOptions;
use super::server::Server;
use super::shared::SharedConnection;
use super::workers::Role;
use crate::job::gone;
use crate::look_up::LookUp;
use crate::row::Row;
use crate::sql::SqlError;

/// The connections, opened when they are first needed.
pub(crate) struct LookUps {
    server: Arc<Server>,
    set_up: String,
    deadline: Duration,
    recheck_every: Duration,
    /// As many as may wait for an answer.
    places: Semaphore,
    slots: Vec<Slot>,
    turn: AtomicUsize,
}

/// One connection. Whoever opens it keeps others from doing the same.
type Slot = Mutex<Option<Arc<SharedConnection>>>;

impl LookUps {
    pub(crate) fn new(server: &Arc<Server>, options: &PostgresOptions) -> Self {
        Self {
            server: Arc::clone(server),
            set_up: Role::Read.set_up(options.lock_wait, options.deadline),
            deadline: options.deadline,
            recheck_every: options.recheck_every,
            places: Semaphore::new(options.queue.max(1)),
            slots: (0..options.look_ups.max(1)).map(|_| Slot::default()).collect(),
            turn: AtomicUsize::new(0),
        }
    }

    /// What a look-up finds.
    ///
    /// # Errors
    /// As for [`crate::Store::look_up`].
    pub(crate) async fn find<T>(&self, look_up: &LookUp<T>) -> Result<Option<T>, SqlError> {
        let _place = self.places.try_acquire().map_err(|error| match error {
            TryAcquireError::NoPermits => SqlError::Overloaded,
            TryAcquireError::Closed => gone(),
        })?;
        let mut asked = None;
        match tokio::time::timeout(self.deadline, self.rows(look_up, &mut asked)).await {
            Ok(rows) => look_up.found(rows?),
            Err(_) => {
                // Whoever else waits there asks again elsewhere. It is not the connection's fault where others are answered.
                if let Some(connection) = asked.filter(|connection| connection.is_silent_for(self.deadline / 2)) {
                    connection.give_up();
                }
                Err(SqlError::Deadline)
            }
        }
    }

    /// The rows of a look-up, and whom it asked last. It changes nothing, so when the connection is lost another is asked.
    async fn rows<T>(
        &self,
        look_up: &LookUp<T>,
        asked: &mut Option<Arc<SharedConnection>>,
    ) -> Result<Vec<Row>, SqlError> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.slots.len();
        let slot = self.slots.get(turn).ok_or_else(gone)?;
        let connection = asked.insert(self.connection(slot).await?);
        match connection.rows(look_up.sql, &look_up.args).await {
            Err(SqlError::Unavailable(_)) if connection.is_lost() => {
                let another = asked.insert(self.connection(slot).await?);
                another.rows(look_up.sql, &look_up.args).await
            }
            rows => rows,
        }
    }

    /// The connection in a slot, or a new one where that is lost.
    async fn connection(&self, slot: &Slot) -> Result<Arc<SharedConnection>, SqlError> {
        let mut slot = slot.lock().await;
        if let Some(connection) = slot.as_ref().filter(|connection| !connection.is_lost()) {
            return Ok(Arc::clone(connection));
        }
        let opened = Arc::new(SharedConnection::open(&self.server, &self.set_up).await?);
        tokio::spawn(watch(Arc::downgrade(&opened), self.recheck_every));
        *slot = Some(Arc::clone(&opened));
        Ok(opened)
    }

    /// Takes no more look-ups; a connection is closed when nobody waits for an answer there. Waits on this thread where one is
    /// being opened.
    pub(crate) fn close(&self) {
        self.places.close();
        for slot in &self.slots {
            drop(slot.blocking_lock().take());
        }
    }
}

/// Gives a connection up when it leads to what has become a standby, or to nobody. The question waits behind others there, so
/// that it has no answer says nothing while those have.
async fn watch(connection: Weak<SharedConnection>, every: Duration) {
    loop {
        #[expect(clippy::disallowed_methods, reason = "how often a server is asked")]
        tokio::time::sleep(every).await;
        let Some(connection) = connection.upgrade().filter(|connection| !connection.is_lost()) else {
            return;
        };
        let asked = tokio::time::timeout(SERVER_RECHECK_DEADLINE, connection.is_on_primary()).await;
        let is_good = asked.unwrap_or_else(|_| !connection.is_silent_for(SERVER_RECHECK_DEADLINE));
        if !is_good {
            return connection.give_up();
        }
    }
}
