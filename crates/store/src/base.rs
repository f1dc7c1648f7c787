//! What the whole base remembers: numbers handed out, keys, roots counted, the latest instant seen.

use yaopai_model::limits::KEYS_PER_PURPOSE;
use yaopai_model::{AppId, Timestamp};

use crate::{Db, SqlError, Tx, args};

/// What numbers are handed out for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbered {
    /// Accounts, over all apps.
    Accounts,
    /// Apps.
    Apps,
}

/// The next free number: 1, 2, 3 … A transaction that fails gives its number back. Where several processes share a
/// database each of them reserves some at a time, so that there are gaps.
///
/// # Errors
/// Those of the database.
pub fn next_id(tx: &Tx, numbered: Numbered) -> Result<i64, SqlError> {
    let name = match numbered {
        Numbered::Accounts => "accounts",
        Numbered::Apps => "apps",
    };
    tx.number(name)
}

/// Takes `many` numbers off those that are free; says which is the first.
pub(crate) fn reserve(tx: &Tx, name: &str, many: u32) -> Result<i64, SqlError> {
    let row = tx.row(
        "insert into id_blocks (name, next_id) values ($1, $2 + cast(1 as bigint)) on conflict (name) do update set \
         next_id = id_blocks.next_id + $2 returning next_id - $2",
        args![name, many],
    )?;
    row.ok_or(SqlError::BadRow {
        table: "id_blocks",
        column: "next_id",
    })?
    .integer(0)
}

/// A key as it is kept: sealed under the root key.
pub struct SealedKey {
    /// Which of its purpose's keys it is; the newest has the largest.
    pub id: i64,
    /// The sealed bytes.
    pub sealed: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The keys of a purpose, newest first; at most `limits::KEYS_PER_PURPOSE`.
///
/// # Errors
/// Those of the database.
pub fn keys(db: &Db, purpose: &str) -> Result<Vec<SealedKey>, SqlError> {
    let rows = db.rows(
        "select id, sealed, created_at from keys where purpose = $1 order by id desc limit $2",
        args![purpose, KEYS_PER_PURPOSE],
    )?;
    rows.iter()
        .map(|row| {
            Ok(SealedKey {
                id: row.integer(0)?,
                sealed: row.blob(1)?.to_vec(),
                created_at: row.timestamp(2)?,
            })
        })
        .collect()
}

/// Adds a key; says whether its number was free.
///
/// # Errors
/// Those of the database.
pub fn add_key(tx: &Tx, purpose: &str, key: &SealedKey) -> Result<bool, SqlError> {
    let added = tx.execute(
        "insert into keys (purpose, id, sealed, created_at) values ($1, $2, $3, $4) on conflict (purpose, id) do nothing",
        args![purpose, key.id, key.sealed.as_slice(), key.created_at],
    )?;
    Ok(added == 1)
}

/// One more active root.
///
/// # Errors
/// Those of the database.
pub fn count_root_in(tx: &Tx, app: AppId) -> Result<(), SqlError> {
    tx.execute(
        "insert into root_counts (app_id, active) values ($1, 1) on conflict (app_id) do update set active = root_counts.active + 1",
        args![app.0],
    )?;
    Ok(())
}

/// One active root where there was none; says whether there was none.
///
/// # Errors
/// Those of the database.
pub fn count_first_root_in(tx: &Tx, app: AppId) -> Result<bool, SqlError> {
    let changed = tx.execute(
        "insert into root_counts (app_id, active) values ($1, 1) on conflict (app_id) do update set active = 1 where \
         root_counts.active = 0",
        args![app.0],
    )?;
    Ok(changed == 1)
}

/// Whether an app has an active root.
///
/// # Errors
/// Those of the database.
pub fn has_root(db: &Db, app: AppId) -> Result<bool, SqlError> {
    let row = db.row("select active from root_counts where app_id = $1", args![app.0])?;
    row.map_or(Ok(false), |row| Ok(row.integer(0)? > 0))
}

/// One active root less, unless it is the last one; says whether it was not.
///
/// # Errors
/// Those of the database.
pub fn count_root_out(tx: &Tx, app: AppId) -> Result<bool, SqlError> {
    let changed = tx.execute(
        "update root_counts set active = active - 1 where app_id = $1 and active > 1",
        args![app.0],
    )?;
    Ok(changed == 1)
}

/// The latest instant that was noted.
///
/// # Errors
/// Those of the database.
pub fn latest_instant(db: &Db) -> Result<Timestamp, SqlError> {
    let row = db.row("select value from base_state where name = 'latest_instant'", &[])?;
    row.map_or(Ok(Timestamp::EPOCH), |row| row.timestamp(0))
}

/// Notes an instant, unless a later one was noted.
///
/// # Errors
/// Those of the database.
pub fn note_instant(tx: &Tx, now: Timestamp) -> Result<(), SqlError> {
    tx.execute(
        "update base_state set value = $1 where name = 'latest_instant' and value < $1",
        args![now],
    )?;
    Ok(())
}
