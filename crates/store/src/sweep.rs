//! Deleting what is past its use, oldest first, a bounded number of rows at a time.
//!
//! Every statement says again which rows are past their use: one that has been renewed meanwhile stays.

use yaopai_model::{AccountId, Timestamp};

use crate::deliveries::DeliveryState;
use crate::{Db, SqlError, Tx, args};

/// Deletes at most `most` sessions that ended no later than `until`; says how many.
///
/// # Errors
/// Those of the database. So for every function here.
pub fn sessions(tx: &Tx, until: Timestamp, most: u32) -> Result<u64, SqlError> {
    tx.execute(
        "delete from sessions where expires_at <= $1 and (account_id, digest) in \
         (select account_id, digest from sessions where expires_at <= $1 order by expires_at limit $2)",
        args![until, most],
    )
}

/// Deletes at most `most` codes that ended no later than `until`; says how many.
///
/// # Errors
/// See [`sessions`].
pub fn codes(tx: &Tx, until: Timestamp, most: u32) -> Result<u64, SqlError> {
    tx.execute(
        "delete from codes where expires_at <= $1 and (app_id, kind, normal, purpose) in \
         (select app_id, kind, normal, purpose from codes where expires_at <= $1 order by expires_at limit $2)",
        args![until, most],
    )
}

/// Deletes at most `most` counters whose last event left its window no later than `until`; says how many.
///
/// # Errors
/// See [`sessions`].
pub fn counters(tx: &Tx, until: Timestamp, most: u32) -> Result<u64, SqlError> {
    tx.execute(
        "delete from counters where expires_at <= $1 and counter_key in \
         (select counter_key from counters where expires_at <= $1 order by expires_at limit $2)",
        args![until, most],
    )
}

/// Deletes at most `most` calls that could be sent again until `until`; says how many.
///
/// # Errors
/// See [`sessions`].
pub fn repeated_calls(tx: &Tx, until: Timestamp, most: u32) -> Result<u64, SqlError> {
    tx.execute(
        "delete from repeated_calls where expires_at <= $1 and (owner, idempotency_key) in \
         (select owner, idempotency_key from repeated_calls where expires_at <= $1 order by expires_at limit $2)",
        args![until, most],
    )
}

/// Deletes at most `most` rows of failures that were forgotten no later than `until`; says how many.
///
/// # Errors
/// See [`sessions`].
pub fn streaks(tx: &Tx, until: Timestamp, most: u32) -> Result<u64, SqlError> {
    tx.execute(
        "delete from streaks where expires_at <= $1 and streak_key in \
         (select streak_key from streaks where expires_at <= $1 order by expires_at limit $2)",
        args![until, most],
    )
}

/// Deletes at most `most` challenges that ended no later than `until`; says how many.
///
/// # Errors
/// See [`sessions`].
pub fn challenges(tx: &Tx, until: Timestamp, most: u32) -> Result<u64, SqlError> {
    tx.execute(
        "delete from challenges where expires_at <= $1 and (app_id, email) in \
         (select app_id, email from challenges where expires_at <= $1 order by expires_at limit $2)",
        args![until, most],
    )
}

/// Deletes at most `most` messages of one last state that were due for the last time no later than `until`; says how
/// many. Messages that wait stay.
///
/// # Errors
/// See [`sessions`].
pub fn deliveries(tx: &Tx, state: DeliveryState, until: Timestamp, most: u32) -> Result<u64, SqlError> {
    tx.execute(
        "delete from deliveries where state = $1 and state <> 'waiting' and next_attempt_at <= $2 and (app_id, id) in \
         (select app_id, id from deliveries where state = $1 and next_attempt_at <= $2 order by next_attempt_at limit $3)",
        args![state.as_str(), until, most],
    )
}

/// Deletes at most `most` events of accounts that happened for the last time no later than `until`; says how many.
///
/// # Errors
/// See [`sessions`].
pub fn account_events(tx: &Tx, until: Timestamp, most: u32) -> Result<u64, SqlError> {
    tx.execute(
        "delete from account_events where last_at <= $1 and (account_id, slot, kind, rule, source) in \
         (select account_id, slot, kind, rule, source from account_events where last_at <= $1 order by last_at limit $2)",
        args![until, most],
    )
}

/// Deletes at most `most` figures of hours that began no later than `until`; says how many.
///
/// # Errors
/// See [`sessions`].
pub fn hourly_figures(tx: &Tx, until: Timestamp, most: u32) -> Result<u64, SqlError> {
    tx.execute(
        "delete from hourly_figures where hour <= $1 and (app_id, hour, figure) in \
         (select app_id, hour, figure from hourly_figures where hour <= $1 order by hour limit $2)",
        args![until, most],
    )
}

/// Deletes at most `most` API keys that ended no later than `until`, by themselves or by being revoked; says how many.
///
/// # Errors
/// See [`sessions`].
pub fn api_keys(tx: &Tx, until: Timestamp, most: u32) -> Result<u64, SqlError> {
    tx.execute(
        "delete from api_keys where id in (select id from api_keys where expires_at <= $1 or revoked_at <= $1 \
         order by expires_at limit $2)",
        args![until, most],
    )
}

/// The accounts that were to end no later than `until`, the first ones first, at most `most`.
///
/// # Errors
/// See [`sessions`].
pub fn closed_accounts(db: &Db, until: Timestamp, most: u32) -> Result<Vec<AccountId>, SqlError> {
    let rows = db.rows(
        "select id from accounts where closing_at <= $1 order by closing_at, id limit $2",
        args![until, most],
    )?;
    rows.iter().map(|row| Ok(AccountId(row.integer(0)?))).collect()
}
