//! The table `api_keys`: keys of the admin API, each acting for the account that made it.

use yaopai_model::{AccountId, ApiKey, ApiKeyId, ApiKeyName, ApiScopes, AppId, Timestamp};

use crate::{Db, Row, SqlError, Tx, args};

/// A bad value in a column of this table.
fn bad<E>(column: &'static str) -> impl FnOnce(E) -> SqlError {
    move |_| SqlError::BadRow {
        table: "api_keys",
        column,
    }
}

/// A key with the digest of its secret.
pub struct ApiKeyWithDigest {
    /// The key.
    pub key: ApiKey,
    /// SHA-256 of its secret.
    pub digest: Vec<u8>,
}

/// Writes a new key; says whether its id was free.
///
/// # Errors
/// Those of the database.
pub fn insert(tx: &Tx, key: &ApiKey, digest: &[u8; 32]) -> Result<bool, SqlError> {
    let inserted = tx.execute(
        "insert into api_keys (id, app_id, account_id, name, digest, scopes, created_at, expires_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do nothing",
        args![
            key.id.as_str(),
            key.app.0,
            key.account.0,
            key.name.as_str(),
            digest,
            key.scopes.names(),
            key.created_at,
            key.expires_at
        ],
    )?;
    Ok(inserted == 1)
}

/// The key with this id.
///
/// # Errors
/// Those of the database, and [`SqlError::BadRow`]. So for every look-up here.
pub fn by_id(db: &Db, id: &ApiKeyId) -> Result<Option<ApiKeyWithDigest>, SqlError> {
    let row = db.row(
        "select id, app_id, account_id, name, scopes, created_at, expires_at, revoked_at, last_used_at, digest \
         from api_keys where id = $1",
        args![id.as_str()],
    )?;
    row.map(|row| {
        Ok(ApiKeyWithDigest {
            key: from_row(&row)?,
            digest: row.blob(9)?.to_vec(),
        })
    })
    .transpose()
}

/// The keys of an app's accounts, newest first, at most `most`.
///
/// # Errors
/// See [`by_id`].
pub fn list(db: &Db, app: AppId, most: u32) -> Result<Vec<ApiKey>, SqlError> {
    let rows = db.rows(
        "select id, app_id, account_id, name, scopes, created_at, expires_at, revoked_at, last_used_at \
         from api_keys where app_id = $1 order by created_at desc, id limit $2",
        args![app.0, most],
    )?;
    rows.iter().map(from_row).collect()
}

fn from_row(row: &Row) -> Result<ApiKey, SqlError> {
    Ok(ApiKey {
        id: ApiKeyId::parse(row.text(0)?).map_err(bad("id"))?,
        app: AppId(row.integer(1)?),
        account: AccountId(row.integer(2)?),
        name: ApiKeyName::parse(row.text(3)?).map_err(bad("name"))?,
        scopes: ApiScopes::parse(row.text(4)?).map_err(bad("scopes"))?,
        created_at: row.timestamp(5)?,
        expires_at: row.timestamp(6)?,
        revoked_at: row.optional_timestamp(7)?,
        last_used_at: row.optional_timestamp(8)?,
    })
}

/// How many live keys an account has, counted up to `bound`.
///
/// # Errors
/// Those of the database.
pub fn count_live(db: &Db, account: AccountId, now: Timestamp, bound: u32) -> Result<i64, SqlError> {
    let row = db.row(
        "select count(*) from (select id from api_keys where account_id = $1 and revoked_at is null and expires_at > $2 \
         order by id limit $3) as counted",
        args![account.0, now, bound],
    )?;
    row.map_or(Ok(0), |row| row.integer(0))
}

/// Revokes a key; says whether it was not before.
///
/// # Errors
/// Those of the database.
pub fn revoke(tx: &Tx, id: &ApiKeyId, now: Timestamp) -> Result<bool, SqlError> {
    let revoked = tx.execute(
        "update api_keys set revoked_at = $2 where id = $1 and revoked_at is null",
        args![id.as_str(), now],
    )?;
    Ok(revoked == 1)
}

/// Revokes all keys of an account.
///
/// # Errors
/// Those of the database.
pub fn revoke_all(tx: &Tx, account: AccountId, now: Timestamp) -> Result<(), SqlError> {
    tx.execute(
        "update api_keys set revoked_at = $2 where account_id = $1 and revoked_at is null",
        args![account.0, now],
    )?;
    Ok(())
}

/// Notes that a key was used, unless a use after `since` was noted.
///
/// # Errors
/// Those of the database.
pub fn note_use(tx: &Tx, id: &ApiKeyId, now: Timestamp, since: Timestamp) -> Result<(), SqlError> {
    tx.execute(
        "update api_keys set last_used_at = $2 where id = $1 and (last_used_at is null or last_used_at <= $3)",
        args![id.as_str(), now, since],
    )?;
    Ok(())
}
