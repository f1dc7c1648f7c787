//! What a failure of PostgreSQL's means to whoever called.

use std::error::Error;

use tokio_postgres::error::{DbError, Severity, SqlState};

use crate::sql::SqlError;

/// A failure, and whether the connection is of no more use after it.
pub(crate) struct Failure {
    pub(crate) error: SqlError,
    pub(crate) is_fatal: bool,
}

/// What `error` means, which occurred in `statement`.
pub(crate) fn classify(error: &tokio_postgres::Error, statement: &str) -> Failure {
    match error.as_db_error() {
        Some(said) => refused(said, statement),
        // The connection is closed, or what comes out of it makes no sense.
        None => Failure {
            error: SqlError::Unavailable(chain(error)),
            is_fatal: true,
        },
    }
}

/// Why there is no connection.
pub(crate) fn explain(error: &tokio_postgres::Error) -> String {
    error.as_db_error().map_or_else(|| chain(error), in_words)
}

/// An error with what is behind it.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut behind = error.source();
    while let Some(error) = behind {
        text = format!("{text}: {error}");
        behind = error.source();
    }
    text
}

fn refused(said: &DbError, statement: &str) -> Failure {
    let code = said.code().code();
    let is_fatal = matches!(said.parsed_severity(), Some(Severity::Fatal | Severity::Panic))
        || FATAL.contains(said.code())
        || is_begin_on_a_standby(said, statement)
        || (code.starts_with("08") && *said.code() != SqlState::PROTOCOL_VIOLATION);
    let error = if COLLISIONS.contains(said.code()) {
        SqlError::Conflict
    } else if *said.code() == SqlState::LOCK_NOT_AVAILABLE {
        // Others held what it needs for too long; it has done nothing.
        SqlError::Overloaded
    } else if *said.code() == SqlState::QUERY_CANCELED {
        SqlError::Deadline
    } else if is_fatal || matches!(code.get(..2), Some("53" | "55" | "57" | "58" | "XX")) {
        SqlError::Unavailable(in_words(said))
    } else {
        SqlError::Database(format!("{}: {statement}", in_words(said)))
    };
    Failure { error, is_fatal }
}

/// Somebody else was faster.
const COLLISIONS: &[SqlState] = &[SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED];

/// After these another connection fares better, though this one still stands.
const FATAL: &[SqlState] = &[
    // The server has become a standby.
    SqlState::READ_ONLY_SQL_TRANSACTION,
    // A pooler has another server behind it than the one that the statement was prepared on.
    SqlState::INVALID_SQL_STATEMENT_NAME,
    SqlState::DUPLICATE_PSTATEMENT,
];

/// A standby has another code for a transaction that is to write than for a write: the one for whatever a server cannot do.
fn is_begin_on_a_standby(said: &DbError, statement: &str) -> bool {
    *said.code() == SqlState::FEATURE_NOT_SUPPORTED && statement.starts_with("begin ")
}

/// PostgreSQL quotes values in the messages about data and constraints; of these, the code and the names are told.
fn in_words(said: &DbError) -> String {
    let code = said.code().code();
    if matches!(code.get(..2), Some("22" | "23" | "P0")) {
        let names = [said.table(), said.column(), said.constraint()];
        let mut words = code.to_owned();
        for name in names.into_iter().flatten() {
            words.push(' ');
            words.push_str(name);
        }
        words
    } else {
        format!("{code} {}", said.message())
    }
}
