//! The waist: what both databases can do, and all that the table files know of them.

use std::cell::RefCell;
use std::fmt;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};

use yaopai_model::Timestamp;

use crate::sqlite;

/// A value in a row, or an argument of a statement.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// No value.
    Null,
    /// A whole number; also an instant, in milliseconds since the epoch.
    Integer(i64),
    /// Text without NUL characters.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// An argument: what `$1` … `$n` in a statement stand for, in this order.
pub type Arg = Value;

/// The arguments of a statement, each made by `Value::from`: `args![id, now]`.
#[macro_export]
macro_rules! args {
    ($($argument:expr),* $(,)?) => { &[$($crate::Value::from($argument)),*] };
}

/// Says the kind only: values may be secret.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "Null",
            Self::Integer(_) => "Integer(..)",
            Self::Text(_) => "Text(..)",
            Self::Blob(_) => "Blob(..)",
        })
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Integer(number.into())
    }
}

impl From<Timestamp> for Value {
    fn from(instant: Timestamp) -> Self {
        Self::Integer(instant.as_millis())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Blob(bytes.to_vec())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Blob(bytes)
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(bytes: [u8; N]) -> Self {
        Self::Blob(bytes.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(bytes: &[u8; N]) -> Self {
        Self::Blob(bytes.to_vec())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Why the database did not do what it was asked. Messages never contain arguments or values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SqlError {
    /// The database cannot be reached, read or written: no room, an I/O error, locked, corrupt, closed.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// More work waits than the bounds allow; nothing was done.
    #[error("the database has too much to do")]
    Overloaded,
    /// It took too long. A write may yet be carried out.
    #[error("the database did not answer in time")]
    Deadline,
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

/// One row of a result.
#[derive(Clone, Debug)]
pub struct Row {
    statement: &'static str,
    values: Vec<Value>,
}

impl Row {
    pub(crate) fn new(statement: &'static str, values: Vec<Value>) -> Self {
        Self { statement, values }
    }

    /// The whole number in column `column`, counted from 0.
    ///
    /// # Errors
    /// [`SqlError::BadColumn`] when it is something else, NULL or not there. So for every method of a row.
    pub fn integer(&self, column: usize) -> Result<i64, SqlError> {
        self.optional_integer(column)?.ok_or(self.bad(column))
    }

    /// As [`Row::integer`], with NULL for `None`.
    pub fn optional_integer(&self, column: usize) -> Result<Option<i64>, SqlError> {
        match self.values.get(column) {
            Some(Value::Integer(number)) => Ok(Some(*number)),
            Some(Value::Null) => Ok(None),
            Some(Value::Text(_) | Value::Blob(_)) | None => Err(self.bad(column)),
        }
    }

    /// The text in column `column`.
    pub fn text(&self, column: usize) -> Result<&str, SqlError> {
        self.optional_text(column)?.ok_or(self.bad(column))
    }

    /// As [`Row::text`], with NULL for `None`.
    pub fn optional_text(&self, column: usize) -> Result<Option<&str>, SqlError> {
        match self.values.get(column) {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            Some(Value::Integer(_) | Value::Blob(_)) | None => Err(self.bad(column)),
        }
    }

    /// The bytes in column `column`.
    pub fn blob(&self, column: usize) -> Result<&[u8], SqlError> {
        self.optional_blob(column)?.ok_or(self.bad(column))
    }

    /// As [`Row::blob`], with NULL for `None`.
    pub fn optional_blob(&self, column: usize) -> Result<Option<&[u8]>, SqlError> {
        match self.values.get(column) {
            Some(Value::Blob(bytes)) => Ok(Some(bytes)),
            Some(Value::Null) => Ok(None),
            Some(Value::Integer(_) | Value::Text(_)) | None => Err(self.bad(column)),
        }
    }

    /// The instant in column `column`.
    pub fn timestamp(&self, column: usize) -> Result<Timestamp, SqlError> {
        self.integer(column).map(Timestamp::from_millis)
    }

    /// As [`Row::timestamp`], with NULL for `None`.
    pub fn optional_timestamp(&self, column: usize) -> Result<Option<Timestamp>, SqlError> {
        Ok(self.optional_integer(column)?.map(Timestamp::from_millis))
    }

    fn bad(&self, column: usize) -> SqlError {
        SqlError::BadColumn {
            statement: self.statement,
            column,
        }
    }
}

/// The databases there are. A second one is a second variant.
enum Driver {
    Sqlite(sqlite::Connection),
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

    /// All rows of the result, which the statement itself must bound.
    ///
    /// # Errors
    /// [`SqlError::Database`] when there are more than 100,000, or as many arguments are not wanted; or any other
    /// failure of the database.
    pub fn rows(&self, sql: &'static str, args: &[Arg]) -> Result<Vec<Row>, SqlError> {
        self.guard(|| match &self.driver {
            Driver::Sqlite(connection) => connection.rows(sql, args),
        })
    }

    /// The only row of the result, if there is one.
    ///
    /// # Errors
    /// As for [`Db::rows`], and when there are several rows.
    pub fn row(&self, sql: &'static str, args: &[Arg]) -> Result<Option<Row>, SqlError> {
        let mut rows = self.rows(sql, args)?;
        let row = rows.pop();
        if rows.is_empty() {
            Ok(row)
        } else {
            self.guard(|| Err(SqlError::Database(format!("more than one row: {sql}"))))
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

    /// Whether a statement has failed since the last closure began; the connection is not used again then.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed.borrow().is_some()
    }

    /// Bounds the work of what follows to that of a point look-up or a small transaction.
    pub(crate) fn bound_steps(&self) {
        match &self.driver {
            Driver::Sqlite(connection) => connection.bound_steps(),
        }
    }

    /// Lifts the bound.
    pub(crate) fn unbound_steps(&self) {
        match &self.driver {
            Driver::Sqlite(connection) => connection.unbound_steps(),
        }
    }

    /// Lets what follows work without a bound until the returned value is dropped.
    pub(crate) fn stop_on_drop(&mut self) -> Result<sqlite::StopOnDrop, SqlError> {
        match &mut self.driver {
            Driver::Sqlite(connection) => connection.stop_on_drop(),
        }
    }

    fn control(&self, sql: &'static str) -> Result<(), SqlError> {
        match &self.driver {
            Driver::Sqlite(connection) => connection.control(sql),
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
        })
    }

    /// Begins a transaction that no other writer's can collide with.
    pub(crate) fn begin(&self) -> Result<(), SqlError> {
        match &self.driver {
            Driver::Sqlite(connection) => connection.control("begin immediate"),
        }
    }

    /// Makes the transaction durable. It may still stand when that fails.
    pub(crate) fn commit(&self) -> Result<(), SqlError> {
        self.control("commit")
    }

    /// Ends the transaction, if the database has not done that already.
    pub(crate) fn rollback(&self) {
        if self.in_transaction()
            && let Err(error) = self.control("rollback")
        {
            tracing::error!(%error, "a transaction could not be rolled back");
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

    /// Whether the transaction still stands: some failures, a full disk for one, end it at once.
    pub(crate) fn in_transaction(&self) -> bool {
        match &self.db.driver {
            Driver::Sqlite(connection) => connection.in_transaction(),
        }
    }

    /// Moves the log into the database and closes it.
    pub(crate) fn close(self) {
        match self.db.driver {
            Driver::Sqlite(connection) => connection.close(),
        }
    }

    /// Changes something of no meaning, so that a commit has something to make durable.
    pub(crate) fn touch(&self) -> Result<(), SqlError> {
        self.guard(|| match &self.driver {
            Driver::Sqlite(connection) => connection.touch(),
        })
    }
}
