//! A bounded set of read-only connections.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use yaopai_model::limits::READS_WAITING;

use crate::open::SqliteOptions;
use crate::sql::{Db, SqlError};
use crate::sqlite::Connection;

/// Read-only connections, opened when first needed.
pub(crate) struct Pool {
    path: PathBuf,
    options: SqliteOptions,
    /// As many as may hold a connection or wait for one.
    places: Arc<Semaphore>,
    connections: Arc<Semaphore>,
    idle: Mutex<Vec<Db>>,
}

impl Pool {
    pub(crate) fn new(path: &Path, options: &SqliteOptions, size: usize) -> Self {
        Self {
            path: path.to_owned(),
            options: options.clone(),
            places: Arc::new(Semaphore::new(size * (1 + READS_WAITING))),
            connections: Arc::new(Semaphore::new(size)),
            idle: Mutex::new(Vec::with_capacity(size)),
        }
    }

    /// A connection, as soon as one is free.
    ///
    /// # Errors
    /// [`SqlError::Overloaded`] at once when too many wait, [`SqlError::Unavailable`] when none can be opened.
    pub(crate) async fn lend(self: &Arc<Self>) -> Result<Loan, SqlError> {
        let closed = |_| SqlError::Unavailable("the store is closed".to_owned());
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| SqlError::Overloaded)?;
        let permit = Arc::clone(&self.connections).acquire_owned().await.map_err(closed)?;
        let idle = self.idle().pop();
        let db = match idle {
            Some(db) => db,
            None => Db::sqlite(Connection::for_reading(&self.path, &self.options)?),
        };
        Ok(Loan {
            db,
            pool: Arc::clone(self),
            _permits: (place, permit),
        })
    }

    /// Refuses further loans, and closes connections as they come back.
    pub(crate) fn close(&self) {
        self.connections.close();
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Db>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that goes back to its pool when [`Loan::finish`] is called, and is closed otherwise.
pub(crate) struct Loan {
    pub(crate) db: Db,
    pool: Arc<Pool>,
    _permits: (OwnedSemaphorePermit, OwnedSemaphorePermit),
}

impl Loan {
    /// Gives the connection back, unless it is not as it was: the next closure fares better on a new one then.
    pub(crate) fn finish(self) {
        if self.db.is_sound() && !self.pool.connections.is_closed() {
            self.pool.idle().push(self.db);
        }
    }
}
