//! SQLite as a store: readers on the calling thread, scanners on a few of their own, one writer.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::job::gone;
use crate::migrate;
use crate::open::{self, OpenError, SqliteOptions};
use crate::pool::Pool;
use crate::sql::{Db, SqlError, Tx};
use crate::sqlite;
use crate::transfer::UNFINISHED;
use crate::versions::Versions;
use crate::writer::Writer;

/// An open SQLite database.
pub(crate) struct Embedded {
    readers: Arc<Pool>,
    scanners: Arc<Pool>,
    scan_deadline: Duration,
    writer: Writer,
    write_deadline: Duration,
    versions: Arc<Versions>,
}

impl Embedded {
    pub(crate) fn open(path: &Path, options: &SqliteOptions) -> Result<Self, OpenError> {
        let mut connection = open::open_writer(path, options)?;
        migrate::migrate(&mut connection, migrate::SQLITE, options)?;
        if connection.table_exists(None, UNFINISHED).map_err(sqlite::classify)? {
            return Err(OpenError::Unfinished);
        }
        let versions = Versions::new();
        versions.watch(&connection).map_err(sqlite::classify)?;
        let tx = Tx::new(Db::sqlite(sqlite::Connection::for_writing(connection)?));
        Ok(Self {
            readers: Arc::new(Pool::new(path, options, options.readers)),
            scanners: Arc::new(Pool::new(path, options, options.scanners)),
            scan_deadline: options.scan_deadline,
            writer: Writer::start(tx, options, Arc::clone(&versions))?,
            write_deadline: options.write_deadline,
            versions,
        })
    }

    /// See [`crate::Store::read`]. It takes microseconds, and handing it to another thread takes longer than doing it.
    pub(crate) async fn read<T, E: From<SqlError>>(&self, f: impl FnOnce(&Db) -> Result<T, E>) -> Result<T, E> {
        let loan = self.readers.lend().await?;
        loan.db.bound_steps();
        let result = loan.db.run(f);
        loan.finish();
        result
    }

    /// See [`crate::Store::scan`].
    pub(crate) async fn scan<T, E>(&self, f: impl FnOnce(&Db) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        let scanned = async {
            let mut loan = self.scanners.lend().await?;
            let _stop = loan.db.stop_on_drop()?;
            let thread = tokio::task::spawn_blocking(move || {
                let result = loan.db.run_on_snapshot(f);
                loan.finish();
                result
            });
            thread.await.unwrap_or_else(|_| Err(SqlError::Panicked.into()))
        };
        tokio::time::timeout(self.scan_deadline, scanned)
            .await
            .unwrap_or_else(|_| Err(SqlError::Deadline.into()))
    }

    /// See [`crate::Store::write`].
    pub(crate) async fn write<T, E>(&self, f: impl Fn(&Tx) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        let answer = self.writer.submit(f)?;
        match tokio::time::timeout(self.write_deadline, answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(gone().into()),
            Err(_) => Err(SqlError::Deadline.into()),
        }
    }

    pub(crate) fn versions(&self) -> &Versions {
        &self.versions
    }

    pub(crate) fn queue_depth(&self) -> usize {
        self.writer.depth()
    }

    /// Finishes what is queued; waits for it on this thread.
    pub(crate) fn close(&self) {
        self.readers.close();
        self.scanners.close();
        self.writer.close();
    }
}
