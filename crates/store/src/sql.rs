//! The waist: what both databases can do, and all that the table files know of them.

use std::cell::RefCell;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::account_changes::{self, Horizon};
use crate::row::{Arg, Row};
use crate::{base, postgres, sqlite};

/// Why the database did not do what it was asked. Messages never contain arguments or values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SqlError {
    /// The database cannot be reached, read or written: no room, an I/O error, corrupt, closed.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// More work waits than the bounds allow, or another process holds the lock for too long; nothing was done.
    #[error("the database has too much to do")]
    Overloaded,
    /// It took too long. A write may yet be carried out.
    #[error("the database did not answer in time")]
    Deadline,
    /// The database went away while it was making a transaction durable: it may have been carried out or not.
    #[error("the database went away while it was committing")]
    InDoubt,
    /// Other transactions stood in the way each time; nothing was done, and the whole closure may be run again.
    #[error("the transaction collided with others too often")]
    Conflict,
    /// A row does not hold what its table promises.
    #[error("table {table} holds a bad {column}")]
    BadRow {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// A column of a result is not there, NULL or of another type than was asked for.
    #[error("column {column} of the result is not what was expected: {statement}")]
    BadColumn {
        /// The statement that the row came from.
        statement: &'static str,
        /// The column's index, from 0.
        column: usize,
    },
    /// The closure panicked.
    #[error("a closure given to the store panicked")]
    Panicked,
    /// The database refuses the statement: a mistake in the program, or a constraint that a guard should have kept.
    #[error("the database refuses a statement: {0}")]
    Database(String),
}

/// The only row of a result, if there is one.
pub(crate) fn only(mut rows: Vec<Row>, sql: &'static str) -> Result<Option<Row>, SqlError> {
    let row = rows.pop();
    if rows.is_empty() {
        Ok(row)
    } else {
        Err(SqlError::Database(format!("more than one row: {sql}")))
    }
}

/// The databases there are.
enum Driver {
    Sqlite(sqlite::Connection),
    /// In a box, being much the larger.
    Postgres(Box<postgres::Connection>),
}

/// A connection, lent to a closure to read with.
///
/// Once a statement has failed, every further one of the closure fails the same way, and so does the closure as a
/// whole: a failure of the database cannot pass for "not found" or "wrong password", and no statement runs outside of
/// the transaction that the failure ended. (PostgreSQL does the same with what follows an error in a transaction.)
pub struct Db {
    driver: Driver,
    failed: RefCell<Option<SqlError>>,
}

impl Db {
    pub(crate) fn sqlite(connection: sqlite::Connection) -> Self {
        Self {
            driver: Driver::Sqlite(connection),
            failed: RefCell::new(None),
        }
    }

    pub(crate) fn postgres(connection: postgres::Connection) -> Self {
        Self {
            driver: Driver::Postgres(Box::new(connection)),
            failed: RefCell::new(None),
        }
    }

    /// All rows of the result, which the statement itself must bound.
    ///
    /// # Errors
    /// [`SqlError::Database`] when there are more than `limits::RESULT_ROWS`, or as many arguments are not wanted; or any other
    /// failure of the database.
    pub fn rows(&self, sql: &'static str, args: &[Arg]) -> Result<Vec<Row>, SqlError> {
        self.guard(|| match &self.driver {
            Driver::Sqlite(connection) => connection.rows(sql, args),
            Driver::Postgres(connection) => connection.rows(sql, args),
        })
    }

    /// The only row of the result, if there is one.
    ///
    /// # Errors
    /// As for [`Db::rows`], and when there are several rows.
    pub fn row(&self, sql: &'static str, args: &[Arg]) -> Result<Option<Row>, SqlError> {
        let rows = self.rows(sql, args)?;
        self.guard(|| only(rows, sql))
    }

    /// Which versions of changes this snapshot has; see [`account_changes`].
    pub(crate) fn horizon(&self) -> Result<Horizon, SqlError> {
        match &self.driver {
            // Transactions follow one another, so that there are no open ones in between.
            Driver::Sqlite(_) => {
                let next = account_changes::next_version(self)?;
                Ok(Horizon {
                    settled: next,
                    unused: next,
                })
            }
            Driver::Postgres(connection) => self.guard(|| connection.horizon()),
        }
    }

    /// Runs a closure to its end, be it a panic, and sees to it that a failed statement is what comes out.
    pub(crate) fn run<T, E: From<SqlError>>(&self, f: impl FnOnce(&Self) -> Result<T, E>) -> Result<T, E> {
        self.failed.replace(None);
        let result = catch_unwind(AssertUnwindSafe(|| f(self))).unwrap_or_else(|_| Err(SqlError::Panicked.into()));
        match &*self.failed.borrow() {
            Some(failure) => Err(failure.clone().into()),
            None => result,
        }
    }

    /// As [`Db::run`], with all statements on one snapshot.
    pub(crate) fn run_on_snapshot<T, E: From<SqlError>>(&self, f: impl FnOnce(&Self) -> Result<T, E>) -> Result<T, E> {
        self.run(|db| {
            db.guard(|| db.control("begin"))?;
            let result = f(db);
            db.guard(|| db.control("rollback"))?;
            result
        })
    }

    /// Whether another closure may use the connection: no statement failed, and no panic left a transaction behind.
    pub(crate) fn is_sound(&self) -> bool {
        self.failed.borrow().is_none() && !self.in_transaction()
    }

    /// Whether a transaction stands: some failures, a full disk for one, end it at once.
    pub(crate) fn in_transaction(&self) -> bool {
        match &self.driver {
            Driver::Sqlite(connection) => connection.in_transaction(),
            Driver::Postgres(connection) => connection.in_transaction(),
        }
    }

    /// Bounds the work of what follows to that of a point look-up or a small transaction. On PostgreSQL, work has a
    /// deadline from its beginning.
    pub(crate) fn bound_steps(&self) {
        match &self.driver {
            Driver::Sqlite(connection) => connection.bound_steps(),
            Driver::Postgres(_) => {}
        }
    }

    /// Lifts the bound.
    pub(crate) fn unbound_steps(&self) {
        match &self.driver {
            Driver::Sqlite(connection) => connection.unbound_steps(),
            Driver::Postgres(_) => {}
        }
    }

    /// Lets what follows work without a bound until the returned value is dropped. PostgreSQL's work is stopped by the
    /// thread that does it.
    pub(crate) fn stop_on_drop(&mut self) -> Result<Option<sqlite::StopOnDrop>, SqlError> {
        match &mut self.driver {
            Driver::Sqlite(connection) => connection.stop_on_drop().map(Some),
            Driver::Postgres(_) => Ok(None),
        }
    }

    fn control(&self, sql: &'static str) -> Result<(), SqlError> {
        match &self.driver {
            Driver::Sqlite(connection) => connection.control(sql),
            Driver::Postgres(connection) => connection.control(sql),
        }
    }

    fn guard<T>(&self, statement: impl FnOnce() -> Result<T, SqlError>) -> Result<T, SqlError> {
        if let Some(failure) = &*self.failed.borrow() {
            return Err(failure.clone());
        }
        let result = statement();
        if let Err(failure) = &result {
            self.failed.replace(Some(failure.clone()));
        }
        result
    }
}

/// A connection, lent to a closure for the length of a transaction: a [`Db`] that can also write.
///
/// `insert … returning` and the like go through [`Db::rows`] and [`Db::row`].
pub struct Tx {
    db: Db,
}

impl Deref for Tx {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.db
    }
}

impl Tx {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    /// Runs a statement that returns no rows. Returns how many rows it inserted, changed or deleted.
    ///
    /// # Errors
    /// As for [`Db::rows`], and when the statement does return rows.
    pub fn execute(&self, sql: &'static str, args: &[Arg]) -> Result<u64, SqlError> {
        self.guard(|| match &self.driver {
            Driver::Sqlite(connection) => connection.execute(sql, args),
            Driver::Postgres(connection) => connection.execute(sql, args),
        })
    }

    /// As [`Db::row`], and until this transaction has ended nobody else changes the row or locks it: what is read here
    /// may be changed by what was made of it. The statement selects one row of one table by its key.
    ///
    /// On SQLite nobody else writes meanwhile anyway; PostgreSQL is told `for update`.
    ///
    /// # Errors
    /// As for [`Db::row`].
    pub fn lock_row(&self, sql: &'static str, args: &[Arg]) -> Result<Option<Row>, SqlError> {
        let rows = self.guard(|| match &self.driver {
            Driver::Sqlite(connection) => connection.rows(sql, args),
            Driver::Postgres(connection) => connection.lock_rows(sql, args),
        })?;
        self.guard(|| only(rows, sql))
    }

    /// A number that nobody else has. It is free again if the transaction fails.
    ///
    /// # Errors
    /// Those of the database. On PostgreSQL [`SqlError::Conflict`] when there is none left of those that were reserved; the
    /// closure is run again when there are some.
    pub(crate) fn number(&self, name: &'static str) -> Result<i64, SqlError> {
        match &self.driver {
            Driver::Sqlite(_) => base::reserve(self, name, 1),
            Driver::Postgres(connection) => connection.number(name).ok_or_else(|| self.collided()),
        }
    }

    /// Notes a change of an account under this transaction's version; see [`account_changes`].
    pub(crate) fn note_change(&self, account: i64) -> Result<(), SqlError> {
        match &self.driver {
            Driver::Sqlite(_) => {
                let version = base::reserve(self, "changes", 1)?;
                account_changes::note_version(self, account, version)
            }
            Driver::Postgres(connection) => self.guard(|| connection.note_change(account)),
        }
    }

    /// Reserves numbers where the last closure found none; says whether it did.
    pub(crate) fn reserve_numbers(&self) -> Result<bool, SqlError> {
        match &self.driver {
            Driver::Sqlite(_) => Ok(false),
            Driver::Postgres(connection) => {
                let Some((name, block)) = connection.missing_number() else {
                    return Ok(false);
                };
                self.begin()?;
                let first = self.run(|_| base::reserve(self, name, block))?;
                self.commit()?;
                connection.add_numbers(name, first..first + i64::from(block));
                Ok(true)
            }
        }
    }

    /// Says that somebody else was faster, or that what was drawn at random is taken. Whatever the closure makes of the
    /// returned error, it is undone and run again; [`SqlError::Conflict`] comes out when that does not help.
    pub fn collided(&self) -> SqlError {
        self.db.failed.replace(Some(SqlError::Conflict));
        SqlError::Conflict
    }

    /// What failed in the last closure, whatever it made of that.
    pub(crate) fn failure(&self) -> Option<SqlError> {
        self.db.failed.borrow().clone()
    }

    /// Whether the last closure ended because it collided.
    pub(crate) fn has_collided(&self) -> bool {
        matches!(*self.db.failed.borrow(), Some(SqlError::Conflict))
    }

    /// Begins a transaction; on SQLite one that no other writer's can collide with.
    pub(crate) fn begin(&self) -> Result<(), SqlError> {
        match &self.driver {
            Driver::Sqlite(connection) => connection.control("begin immediate"),
            Driver::Postgres(connection) => connection.begin(),
        }
    }

    /// Makes the transaction durable. It may still stand when that fails.
    pub(crate) fn commit(&self) -> Result<(), SqlError> {
        match &self.driver {
            Driver::Sqlite(connection) => connection.control("commit"),
            Driver::Postgres(connection) => connection.commit(),
        }
    }

    /// Ends the transaction, if the database has not done that already.
    pub(crate) fn rollback(&self) {
        if self.in_transaction()
            && let Err(error) = self.control("rollback")
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }

    /// Whether a connection to a server cannot be used any more.
    pub(crate) fn is_lost(&self) -> bool {
        match &self.driver {
            Driver::Sqlite(_) => false,
            Driver::Postgres(connection) => connection.is_lost(),
        }
    }

    /// Whether the server takes no writes.
    pub(crate) fn is_standby(&self) -> Result<bool, SqlError> {
        match &self.driver {
            Driver::Sqlite(_) => Ok(false),
            Driver::Postgres(connection) => connection.is_standby(),
        }
    }

    /// Marks where [`Tx::undo`] goes back to.
    pub(crate) fn mark(&self) -> Result<(), SqlError> {
        self.control("savepoint job")
    }

    /// Keeps what was done since [`Tx::mark`].
    pub(crate) fn keep(&self) -> Result<(), SqlError> {
        self.control("release job")
    }

    /// Undoes what was done since [`Tx::mark`].
    pub(crate) fn undo(&self) -> Result<(), SqlError> {
        self.control("rollback to job")?;
        self.control("release job")
    }

    /// Moves the log into the database and closes it.
    pub(crate) fn close(self) {
        match self.db.driver {
            Driver::Sqlite(connection) => connection.close(),
            Driver::Postgres(connection) => drop(connection),
        }
    }

    /// Changes something of no meaning, so that a commit has something to make durable.
    pub(crate) fn touch(&self) -> Result<(), SqlError> {
        self.guard(|| match &self.driver {
            Driver::Sqlite(connection) => connection.touch(),
            Driver::Postgres(connection) => connection.touch(),
        })
    }
}
