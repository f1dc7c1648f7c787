//! The table `repeated_calls`: calls of the admin API that name themselves, and what they were answered.

use yaopai_model::{IdempotencyKey, Timestamp};

use crate::{Db, SqlError, Tx, args};

/// A call as its row is.
pub struct KnownCall {
    /// The digest of what was asked.
    pub request: Vec<u8>,
    /// What was answered, sealed; none while the call runs, or where it never came to its end.
    pub answer: Option<Vec<u8>>,
}

/// Notes that `owner` makes a call, unless there is one of that key already; whether it is the first.
///
/// # Errors
/// Those of the database.
pub fn begin(
    tx: &Tx,
    owner: &str,
    key: &IdempotencyKey,
    request: &[u8; 32],
    expires_at: Timestamp,
) -> Result<bool, SqlError> {
    let begun = tx.execute(
        "insert into repeated_calls (owner, idempotency_key, request, expires_at) values ($1, $2, $3, $4) \
         on conflict (owner, idempotency_key) do nothing",
        args![owner, key.as_str(), request, expires_at],
    )?;
    Ok(begun == 1)
}

/// The call of that key.
///
/// # Errors
/// Those of the database.
pub fn find(db: &Db, owner: &str, key: &IdempotencyKey) -> Result<Option<KnownCall>, SqlError> {
    let row = db.row(
        "select request, answer from repeated_calls where owner = $1 and idempotency_key = $2",
        args![owner, key.as_str()],
    )?;
    let known = |row: crate::Row| {
        Ok(KnownCall {
            request: row.blob(0)?.to_vec(),
            answer: row.optional_blob(1)?.map(<[u8]>::to_vec),
        })
    };
    row.map(known).transpose()
}

/// Keeps what the call was answered.
///
/// # Errors
/// Those of the database.
pub fn answer(tx: &Tx, owner: &str, key: &IdempotencyKey, answer: &[u8]) -> Result<(), SqlError> {
    tx.execute(
        "update repeated_calls set answer = $3 where owner = $1 and idempotency_key = $2 and answer is null",
        args![owner, key.as_str(), answer],
    )?;
    Ok(())
}

/// Forgets a call that had no effect, so that it may be made again.
///
/// # Errors
/// Those of the database.
pub fn forget(tx: &Tx, owner: &str, key: &IdempotencyKey) -> Result<(), SqlError> {
    tx.execute(
        "delete from repeated_calls where owner = $1 and idempotency_key = $2 and answer is null",
        args![owner, key.as_str()],
    )?;
    Ok(())
}
