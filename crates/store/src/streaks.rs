//! The table `streaks`: failures in a row. The key is a keyed hash, so that the table names nobody.

use yaopai_model::{Streak, Timestamp, limits::FAILURES_REMEMBERED};

use crate::{Db, Row, SqlError, Tx, args};

/// The failures in a row under a key; none when they are too long ago.
///
/// # Errors
/// Those of the database.
pub fn load(db: &Db, key: &[u8; 32], now: Timestamp) -> Result<Streak, SqlError> {
    let row = db.row(LOAD, args![key, now])?;
    row.as_ref().map_or(Ok(Streak::NONE), from_row)
}

/// As [`load`], and nobody else changes them before the transaction ends.
///
/// # Errors
/// Those of the database.
pub fn hold(tx: &Tx, key: &[u8; 32], now: Timestamp) -> Result<Streak, SqlError> {
    let row = tx.lock_row(LOAD, args![key, now])?;
    row.as_ref().map_or(Ok(Streak::NONE), from_row)
}

const LOAD: &str = "select failures, blocked_until from streaks where streak_key = $1 and expires_at > $2";

fn from_row(row: &Row) -> Result<Streak, SqlError> {
    let failures = u32::try_from(row.integer(0)?).map_err(|_| SqlError::BadRow {
        table: "streaks",
        column: "failures",
    })?;
    Ok(Streak {
        failures,
        blocked_until: row.timestamp(1)?,
    })
}

/// Puts `after` in the place of `before`.
///
/// # Errors
/// Those of the database; [`SqlError::Conflict`] when something else stands there by now.
pub fn save(tx: &Tx, key: &[u8; 32], before: Streak, after: Streak, now: Timestamp) -> Result<(), SqlError> {
    let expires_at = now.max(after.blocked_until).plus(FAILURES_REMEMBERED);
    let changed = tx.execute(
        "insert into streaks (streak_key, failures, blocked_until, expires_at) values ($1, $2, $3, $4) on conflict (streak_key) \
         do update set failures = $2, blocked_until = $3, expires_at = $4 \
         where (streaks.failures = $5 and streaks.blocked_until = $6) or streaks.expires_at <= $7",
        args![key, after.failures, after.blocked_until, expires_at, before.failures, before.blocked_until, now],
    )?;
    if changed == 1 { Ok(()) } else { Err(tx.collided()) }
}

/// Ends a streak: somebody succeeded.
///
/// # Errors
/// Those of the database.
pub fn end(tx: &Tx, key: &[u8; 32]) -> Result<(), SqlError> {
    tx.execute("delete from streaks where streak_key = $1", args![key])?;
    Ok(())
}
