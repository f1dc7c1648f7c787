//! The tables of Yaopai: SQL written once, run in closures, durable when acknowledged.
//!
//! [`Store::read`] is for point look-ups, [`Store::scan`] for lists, [`Store::write`] for one transaction: the name
//! says the cost. Every closure is synchronous and talks to the database through [`Db`] and [`Tx`], the waist that
//! keeps the driver out of the table files.

pub mod accounts;
pub mod apps;
pub mod audit;
mod backup;
pub mod base;
pub mod challenges;
pub mod codes;
pub mod counters;
pub mod deliveries;
pub mod identifiers;
mod integrity;
mod migrate;
mod open;
pub mod passwords;
pub mod pictures;
mod pool;
pub mod restored;
mod row;
pub mod sessions;
pub mod settings;
mod sql;
mod sqlite;
pub mod streaks;
pub mod sweep;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub use backup::{BackupError, backup};
pub use integrity::{IntegrityError, quick_check};
pub use migrate::MigrationError;
pub use open::{OpenError, SqliteOptions};
pub use row::{Arg, Row, Value};
pub use sql::{Db, SqlError, Tx};

use pool::Pool;
use writer::Writer;

/// A database, open and migrated. Clones share it. Its futures run on a Tokio runtime that has its timer enabled.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    readers: Arc<Pool>,
    scanners: Arc<Pool>,
    scan_deadline: Duration,
    writer: Writer,
    write_deadline: Duration,
}

impl Store {
    /// Opens the SQLite database at `path`, creates it when there is none and `options` allow that, and brings its
    /// schema up to date. The file is readable by its owner only.
    ///
    /// # Errors
    /// See [`OpenError`]; the database is unchanged then, save for migrations that were completed.
    pub fn open_sqlite(path: &Path, options: &SqliteOptions) -> Result<Self, OpenError> {
        let mut connection = open::open_writer(path, options)?;
        migrate::migrate(&mut connection, migrate::MIGRATIONS, options)?;
        let tx = Tx::new(Db::sqlite(sqlite::Connection::for_writing(connection)?));
        Ok(Self {
            shared: Arc::new(Shared {
                readers: Arc::new(Pool::new(path, options, options.readers)),
                scanners: Arc::new(Pool::new(path, options, options.scanners)),
                scan_deadline: options.scan_deadline,
                writer: Writer::start(tx, options)?,
                write_deadline: options.write_deadline,
            }),
        })
    }

    /// Runs point look-ups on a read-only connection, on the calling thread: it takes microseconds, and handing it to
    /// another thread takes longer than doing it.
    ///
    /// Each statement sees what was committed before it began.
    ///
    /// # Errors
    /// What the closure returns; [`SqlError::Deadline`] when it turns out to be no point look-up;
    /// and once a statement has failed that failure, whatever the closure made of it.
    pub async fn read<T, E>(&self, f: impl FnOnce(&Db) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        let loan = self.shared.readers.lend().await?;
        loan.db.bound_steps();
        let result = loan.db.run(f);
        loan.finish();
        result
    }

    /// Runs queries that may take long, all on one snapshot, on a thread of their own; few at once, and within a
    /// deadline that counts the waiting. Dropping the future stops the query.
    ///
    /// # Errors
    /// As for [`Store::read`], and [`SqlError::Overloaded`] at once when too many wait already.
    pub async fn scan<T, E>(&self, f: impl FnOnce(&Db) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        let scanned = async {
            let mut loan = self.shared.scanners.lend().await?;
            let _stop = loan.db.stop_on_drop()?;
            let thread = tokio::task::spawn_blocking(move || {
                let result = loan.db.run_on_snapshot(f);
                loan.finish();
                result
            });
            thread.await.unwrap_or_else(|_| Err(SqlError::Panicked.into()))
        };
        let deadline = self.shared.scan_deadline;
        tokio::time::timeout(deadline, scanned)
            .await
            .unwrap_or_else(|_| Err(SqlError::Deadline.into()))
    }

    /// Runs `f` as one transaction, which is on the disk when this returns `Ok`, and of which nothing remains when it
    /// returns anything else but [`SqlError::Deadline`].
    ///
    /// The closure may be run up to `limits::WRITE_ATTEMPTS` times, so it must have no effect but through its [`Tx`]. It is carried out
    /// even if this future is dropped.
    ///
    /// # Errors
    /// What the closure returns; [`SqlError::Overloaded`] at once when the queue is full; [`SqlError::Deadline`] when
    /// the outcome did not become known in time; [`SqlError::Unavailable`] when the transaction could not be made
    /// durable; and once a statement has failed that failure, whatever the closure made of it.
    pub async fn write<T, E>(&self, f: impl Fn(&Tx) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        let answer = self.shared.writer.submit(f)?;
        match tokio::time::timeout(self.shared.write_deadline, answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(writer::gone().into()),
            Err(_) => Err(SqlError::Deadline.into()),
        }
    }

    /// Whether the database can be read and written now: reads a row, and makes a small change durable.
    ///
    /// # Errors
    /// What stands in the way.
    pub async fn check(&self) -> Result<(), SqlError> {
        self.read(|db| db.row("select name from schema_migrations where version = 1", &[]))
            .await?;
        self.write(Tx::touch).await
    }

    /// How many writes wait for the writer or are being written.
    pub fn queue_depth(&self) -> usize {
        self.shared.writer.depth()
    }

    /// Takes no more work, finishes the writes that are queued, moves the log into the database and closes it. Work
    /// begun on other clones afterwards is refused.
    pub async fn close(self) {
        self.shared.readers.close();
        self.shared.scanners.close();
        let shared = self.shared;
        // A join error means that the writer panicked; there is nothing left to close then.
        let _ = tokio::task::spawn_blocking(move || shared.writer.close()).await;
    }
}
