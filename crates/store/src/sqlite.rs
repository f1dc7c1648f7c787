//! SQLite: one connection, and how it is read and written.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, ErrorCode, OpenFlags, Statement};
use yaopai_model::limits::{RESULT_ROWS, VALUE_BYTES};

use crate::open::SqliteOptions;
use crate::row::{Arg, Row, Value};
use crate::sql::SqlError;

/// How many prepared statements a connection keeps: more than there are statements.
const STATEMENTS: usize = 512;
/// How much a connection that only reads keeps of the file, in KiB: what a page of a list takes. The writer keeps SQLite's 2 MiB.
const READ_CACHE_KIB: i64 = 512;
/// How many steps of SQLite's virtual machine lie between two looks at the bound.
const STEPS_PER_LOOK: i32 = 1000;
/// How many looks a point look-up or a transaction may take: some tenths of a second of work.
const LOOKS: u64 = 20_000;

/// An open connection with a bound on the work it does.
pub(crate) struct Connection {
    inner: rusqlite::Connection,
    /// How many more looks at this number the work may take.
    looks_left: Arc<AtomicU64>,
}

/// Stops the work of a connection when dropped.
pub(crate) struct StopOnDrop(Arc<AtomicU64>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

impl Connection {
    pub(crate) fn for_writing(inner: rusqlite::Connection) -> Result<Self, SqlError> {
        Self::bounded(inner)
    }

    pub(crate) fn for_reading(path: &Path, options: &SqliteOptions) -> Result<Self, SqlError> {
        let inner = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, options).map_err(classify)?;
        inner.pragma_update(None, "query_only", true).map_err(classify)?;
        // A negative number is one of KiB.
        inner
            .pragma_update(None, "cache_size", -READ_CACHE_KIB)
            .map_err(classify)?;
        Self::bounded(inner)
    }

    fn bounded(inner: rusqlite::Connection) -> Result<Self, SqlError> {
        let mut connection = Self {
            inner,
            looks_left: Arc::default(),
        };
        connection.renew_bound()?;
        Ok(connection)
    }

    /// Allows as much work as a point look-up or a small transaction takes at most.
    pub(crate) fn bound_steps(&self) {
        self.looks_left.store(LOOKS, Ordering::Relaxed);
    }

    pub(crate) fn unbound_steps(&self) {
        self.looks_left.store(u64::MAX, Ordering::Relaxed);
    }

    /// Allows any work until the returned value is dropped.
    pub(crate) fn stop_on_drop(&mut self) -> Result<StopOnDrop, SqlError> {
        // A counter of its own: a late drop cannot stop whoever has the connection next.
        self.renew_bound()?;
        Ok(StopOnDrop(Arc::clone(&self.looks_left)))
    }

    fn renew_bound(&mut self) -> Result<(), SqlError> {
        let looks_left = Arc::new(AtomicU64::new(u64::MAX));
        self.looks_left = Arc::clone(&looks_left);
        let out_of_looks = move || {
            looks_left
                .try_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1))
                .is_err()
        };
        self.inner
            .progress_handler(STEPS_PER_LOOK, Some(out_of_looks))
            .map_err(classify)
    }

    pub(crate) fn rows(&self, sql: &'static str, args: &[Arg]) -> Result<Vec<Row>, SqlError> {
        let mut statement = self.prepare(sql, args)?;
        let columns = statement.column_count();
        let mut cursor = statement.raw_query();
        let mut rows = Vec::new();
        while let Some(row) = cursor.next().map_err(classify)? {
            if rows.len() == RESULT_ROWS {
                return Err(SqlError::Database(format!("more than {RESULT_ROWS} rows: {sql}")));
            }
            let values = (0..columns).map(|column| value(row.get_ref(column).map_err(classify)?, sql, column));
            rows.push(Row::new(sql, values.collect::<Result<_, _>>()?));
        }
        Ok(rows)
    }

    pub(crate) fn execute(&self, sql: &'static str, args: &[Arg]) -> Result<u64, SqlError> {
        let changed = self.prepare(sql, args)?.raw_execute().map_err(classify)?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }

    /// Runs a statement without arguments or result.
    pub(crate) fn control(&self, sql: &'static str) -> Result<(), SqlError> {
        self.inner
            .prepare_cached(sql)
            .and_then(|mut statement| statement.raw_execute())
            .map_err(classify)?;
        Ok(())
    }

    pub(crate) fn in_transaction(&self) -> bool {
        !self.inner.is_autocommit()
    }

    /// Changes the one number in the file's header that is the application's to use.
    pub(crate) fn touch(&self) -> Result<(), SqlError> {
        let version: i32 = self
            .inner
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(classify)?;
        self.inner
            .pragma_update(None, "user_version", version.wrapping_add(1))
            .map_err(classify)
    }

    pub(crate) fn close(self) {
        let checkpointed = self.inner.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()));
        // Nothing is lost then: the log stays beside the database, and whoever opens it next reads it.
        if let Err(error) = checkpointed {
            tracing::warn!(%error, "the log was not moved into the database");
        }
    }

    fn prepare(&self, sql: &'static str, args: &[Arg]) -> Result<CachedStatement<'_>, SqlError> {
        let mut statement = self.inner.prepare_cached(sql).map_err(classify)?;
        bind(&mut statement, args)
            .map_err(classify)?
            .ok_or_else(|| SqlError::Database(format!("arguments do not fit: {sql}")))?;
        Ok(statement)
    }
}

/// Binds `$n` to the n-th argument. SQLite takes `$n` for a name and numbers the names as they occur.
/// `None` when a placeholder is not of this form, or there are not as many as there are arguments.
fn bind(statement: &mut Statement<'_>, args: &[Arg]) -> rusqlite::Result<Option<()>> {
    let placeholders = statement.parameter_count();
    if placeholders != args.len() {
        return Ok(None);
    }
    for index in 1..=placeholders {
        let number = statement
            .parameter_name(index)
            .and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok());
        let Some(arg) = number.and_then(|number| args.get(number.checked_sub(1)?)) else {
            return Ok(None);
        };
        // PostgreSQL cannot hold a NUL in a text.
        if matches!(arg, Value::Text(text) if text.contains('\0')) {
            return Ok(None);
        }
        statement.raw_bind_parameter(index, arg)?;
    }
    Ok(Some(()))
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn value(value: ValueRef<'_>, statement: &'static str, column: usize) -> Result<Value, SqlError> {
    let bad = SqlError::BadColumn { statement, column };
    match value {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(Value::Integer(number)),
        ValueRef::Real(_) => Err(bad),
        ValueRef::Text(text) => String::from_utf8(text.to_vec()).map(Value::Text).map_err(|_| bad),
        ValueRef::Blob(bytes) => Ok(Value::Blob(bytes.to_vec())),
    }
}

/// What a failure of SQLite's means to whoever called. None of its messages contain bound values.
pub(crate) fn classify(error: rusqlite::Error) -> SqlError {
    let Some(code) = error.sqlite_error_code() else {
        return SqlError::Database(error.to_string());
    };
    if code == ErrorCode::OperationInterrupted {
        return SqlError::Deadline;
    }
    if matches!(code, ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) {
        return SqlError::Overloaded;
    }
    let mistake = matches!(
        code,
        ErrorCode::ConstraintViolation
            | ErrorCode::TypeMismatch
            | ErrorCode::ApiMisuse
            | ErrorCode::TooBig
            | ErrorCode::ParameterOutOfRange
            | ErrorCode::AuthorizationForStatementDenied
            | ErrorCode::Unknown
    );
    if mistake {
        SqlError::Database(error.to_string())
    } else {
        SqlError::Unavailable(error.to_string())
    }
}

/// Opens a connection that behaves alike whichever thread has it.
///
/// The file is read and not mapped into memory (`mmap_size` stays 0): SQLite lets go of the whole map whenever another connection
/// has committed, and the page faults after that cost more than reading the few pages of a look-up.
pub(crate) fn connect(
    path: &Path,
    access: OpenFlags,
    options: &SqliteOptions,
) -> rusqlite::Result<rusqlite::Connection> {
    // Every connection is used by one thread at a time, so SQLite need not lock its own.
    let connection = rusqlite::Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(options.busy_timeout)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_limit(
        Limit::SQLITE_LIMIT_LENGTH,
        i32::try_from(VALUE_BYTES).unwrap_or(i32::MAX),
    )?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // As in PostgreSQL: "…" is never text, and LIKE tells A from a.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    // A plan does not depend on arguments. Otherwise each statement with a `limit $n` is prepared anew whenever it is run.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "case_sensitive_like", true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    Ok(connection)
}
