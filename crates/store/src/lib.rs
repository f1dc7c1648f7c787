//! The tables of Yaopai: SQL written once, run in closures, durable when acknowledged.
//!
//! [`Store::read`] is for point look-ups, [`Store::scan`] for lists, [`Store::write`] for one transaction: the name
//! says the cost. Every closure is synchronous and talks to the database through [`Db`] and [`Tx`], the waist that
//! keeps the driver out of the table files. Two databases are behind it: SQLite in this process, PostgreSQL elsewhere.

pub mod account_changes;
pub mod account_events;
pub mod account_lists;
pub mod accounts;
pub mod api_keys;
pub mod apps;
pub mod audit;
mod backup;
pub mod base;
pub mod challenges;
pub mod codes;
pub mod counters;
pub mod deliveries;
mod embedded;
pub mod hourly_figures;
pub mod identifiers;
mod integrity;
mod job;
mod look_up;
mod migrate;
mod open;
pub mod passwords;
pub mod pictures;
mod pool;
mod postgres;
pub mod repeated_calls;
pub mod restored;
mod row;
pub mod sessions;
pub mod settings;
pub mod setup_links;
mod sql;
mod sqlite;
pub mod streaks;
pub mod sweep;
pub mod transfer;
mod versions;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use yaopai_model::AccountId;
use yaopai_model::limits::SERVER_CLOSE;

pub use backup::{BackupError, backup};
pub use integrity::{IntegrityError, quick_check};
pub use look_up::LookUp;
pub use migrate::MigrationError;
pub use open::{OpenError, SqliteOptions};
pub use postgres::{PostgresOptions, PostgresUrl, UrlError};
pub use row::{Arg, Row, Value};
pub use sql::{Db, SqlError, Tx};
pub use versions::Version;

use embedded::Embedded;
use postgres::Postgres;

/// A database, open and migrated. Clones share it. Its futures run on a Tokio runtime that has its timer enabled.
#[derive(Clone)]
pub struct Store {
    backend: Arc<Backend>,
}

/// The databases there are.
enum Backend {
    Sqlite(Embedded),
    /// In a box, being much the larger. So are its futures, where they are awaited, or every call on SQLite would carry room for
    /// them.
    Postgres(Box<Postgres>),
}

/// What this process has asked of a database server since it opened it. What keeps connections going is left out:
/// settings, preparing statements, and asking whether the server still takes writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Statements, `begin` and `commit` aside.
    pub statements: u64,
    /// Times that an answer was waited for.
    pub round_trips: u64,
}

impl Store {
    /// Opens the SQLite database at `path`, creates it when there is none and `options` allow that, and brings its
    /// schema up to date. The file is readable by its owner only.
    ///
    /// # Errors
    /// See [`OpenError`]; the database is unchanged then, save for migrations that were completed.
    pub fn open_sqlite(path: &Path, options: &SqliteOptions) -> Result<Self, OpenError> {
        Ok(Self::on(Backend::Sqlite(Embedded::open(path, options)?)))
    }

    /// Opens the PostgreSQL database at `url` and brings its schema up to date. Other processes may have it open too.
    ///
    /// # Errors
    /// See [`OpenError`]; the database is unchanged then, save for migrations that were completed.
    pub async fn open_postgres(url: &PostgresUrl, options: &PostgresOptions) -> Result<Self, OpenError> {
        Ok(Self::on(Backend::Postgres(Box::new(
            Postgres::open(url, options).await?,
        ))))
    }

    fn on(backend: Backend) -> Self {
        Self {
            backend: Arc::new(backend),
        }
    }

    /// Runs point look-ups on a connection that cannot write.
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
        match &*self.backend {
            Backend::Sqlite(embedded) => embedded.read(f).await,
            Backend::Postgres(postgres) => Box::pin(postgres.read(f)).await,
        }
    }

    /// What a look-up finds: as [`Store::read`] with [`Db::look_up`], but over a server's connections no thread waits for the
    /// answer.
    ///
    /// # Errors
    /// As for [`Db::look_up`], [`SqlError::Overloaded`] at once when too many wait already, and [`SqlError::Deadline`].
    pub async fn look_up<T: Send + 'static>(&self, look_up: LookUp<T>) -> Result<Option<T>, SqlError> {
        match &*self.backend {
            Backend::Sqlite(embedded) => embedded.read(|db| db.look_up(look_up)).await,
            Backend::Postgres(postgres) => Box::pin(postgres.look_up(look_up)).await,
        }
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
        match &*self.backend {
            Backend::Sqlite(embedded) => embedded.scan(f).await,
            Backend::Postgres(postgres) => Box::pin(postgres.scan(f)).await,
        }
    }

    /// Runs `f` as one transaction, which is on the disk when this returns `Ok`, and of which nothing remains when it
    /// returns anything else but [`SqlError::Deadline`] and [`SqlError::InDoubt`].
    ///
    /// The closure may be run up to `limits::WRITE_ATTEMPTS` times, so it must have no effect but through its [`Tx`]. It
    /// is carried out even if this future is dropped.
    ///
    /// On SQLite transactions follow one another; on PostgreSQL they overlap at READ COMMITTED, where a statement sees
    /// what others have committed before it and waits for those that are changing its rows. So a guard belongs into the
    /// `where` of the statement that changes something, or behind [`Tx::lock_row`].
    ///
    /// # Errors
    /// What the closure returns; [`SqlError::Overloaded`] at once when the queue is full; [`SqlError::Deadline`] when
    /// the outcome did not become known in time; [`SqlError::Unavailable`] when the transaction could not be made
    /// durable; [`SqlError::InDoubt`] when the database went away while it was being made so;
    /// and once a statement has failed that failure, whatever the closure made of it.
    pub async fn write<T, E>(&self, f: impl Fn(&Tx) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        match &*self.backend {
            Backend::Sqlite(embedded) => embedded.write(f).await,
            Backend::Postgres(postgres) => Box::pin(postgres.write(f)).await,
        }
    }

    /// Whether the database can be read and written now: reads a row, and makes a small change durable.
    ///
    /// # Errors
    /// What stands in the way.
    pub async fn check(&self) -> Result<(), SqlError> {
        self.read(|db| db.row("select name from schema_migrations where version = 1", &[]))
            .await?;
        // These go over connections of their own.
        self.look_up(apps::default()).await?;
        self.write(Tx::touch).await
    }

    /// Whether other processes may have the database open, too, so that what this one remembers is not all there is.
    pub fn is_shared(&self) -> bool {
        match &*self.backend {
            Backend::Sqlite(_) => false,
            Backend::Postgres(_) => true,
        }
    }

    /// Where the row of an account and those of its sessions are in their changes; see [`Version`]. None where others may
    /// change them, too, so that nothing may be remembered of them.
    pub fn account_version(&self, account: AccountId) -> Option<Version> {
        match &*self.backend {
            Backend::Sqlite(embedded) => Some(embedded.versions().account(account)),
            Backend::Postgres(_) => None,
        }
    }

    /// The same for all apps and their hosts.
    pub fn apps_version(&self) -> Option<Version> {
        match &*self.backend {
            Backend::Sqlite(embedded) => Some(embedded.versions().apps()),
            Backend::Postgres(_) => None,
        }
    }

    /// What was asked of the database's server; nothing where there is none.
    pub fn traffic(&self) -> Traffic {
        match &*self.backend {
            Backend::Sqlite(_) => Traffic::default(),
            Backend::Postgres(postgres) => postgres.traffic(),
        }
    }

    /// How many writes wait or are being carried out.
    pub fn queue_depth(&self) -> usize {
        match &*self.backend {
            Backend::Sqlite(embedded) => embedded.queue_depth(),
            Backend::Postgres(postgres) => postgres.queue_depth(),
        }
    }

    /// Takes no more work, finishes the writes that are queued and closes the database; SQLite's log is moved into it.
    /// Work begun on other clones afterwards is refused. A server that does not answer is not waited for longer than
    /// `limits::SERVER_CLOSE`: what nobody was told of may be lost then.
    pub async fn close(self) {
        let patience = match &*self.backend {
            Backend::Sqlite(_) => Duration::MAX,
            Backend::Postgres(_) => SERVER_CLOSE,
        };
        let (done, closed) = oneshot::channel();
        let close = move || {
            match &*self.backend {
                Backend::Sqlite(embedded) => embedded.close(),
                Backend::Postgres(postgres) => postgres.close(),
            }
            // Whoever waited may have given up.
            let _ = done.send(());
        };
        // A thread that the runtime does not wait for in the end, as it would for one of its own.
        if std::thread::Builder::new()
            .name("store-close".to_owned())
            .spawn(close)
            .is_ok()
        {
            // Either way there is nothing more to wait for.
            let _ = tokio::time::timeout(patience, closed).await;
        }
    }
}
