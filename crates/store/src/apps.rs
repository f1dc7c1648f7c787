//! The tables `apps` and `app_hosts`: the tenants, and which hosts are whose.

use yaopai_model::{App, AppId, AppKey, AppName, HostName, Timestamp};

use crate::{Db, Row, SqlError, Tx, args};

const TABLE: &str = "apps";

/// A bad value in a column of this table.
fn bad<E>(column: &'static str) -> impl FnOnce(E) -> SqlError {
    move |_| SqlError::BadRow { table: TABLE, column }
}

/// An app with the digest of its secret.
pub struct AppWithSecret {
    /// The app.
    pub app: App,
    /// SHA-256 of its secret.
    pub secret_digest: Vec<u8>,
}

/// The app with this key, and the digest of its secret.
///
/// # Errors
/// Those of the database, and [`SqlError::BadRow`]. So for every look-up here.
pub fn by_key(db: &Db, key: &AppKey) -> Result<Option<AppWithSecret>, SqlError> {
    let row = db.row(
        "select app_key, id, name, default_since, requests_per_second, secret_digest from apps where app_key = $1",
        args![key.as_str()],
    )?;
    row.map(|row| {
        Ok(AppWithSecret {
            app: from_row(&row)?,
            secret_digest: row.blob(5)?.to_vec(),
        })
    })
    .transpose()
}

/// The app with this number.
///
/// # Errors
/// See [`by_key`].
pub fn by_id(db: &Db, id: AppId) -> Result<Option<App>, SqlError> {
    let row = db.row(
        "select app_key, id, name, default_since, requests_per_second from apps where id = $1",
        args![id.0],
    )?;
    row.as_ref().map(from_row).transpose()
}

/// The app that a host is mapped to.
///
/// # Errors
/// See [`by_key`].
pub fn by_host(db: &Db, host: &HostName) -> Result<Option<App>, SqlError> {
    let row = db.row("select app_id from app_hosts where host = $1", args![host.as_str()])?;
    match row {
        Some(row) => by_id(db, AppId(row.integer(0)?)),
        None => Ok(None),
    }
}

/// The default app.
///
/// # Errors
/// See [`by_key`].
pub fn default(db: &Db) -> Result<Option<App>, SqlError> {
    // A comparison, which the index answers; it puts nulls first, and `is not null` would read them.
    let row = db.row(
        "select app_key, id, name, default_since, requests_per_second from apps where default_since >= 0 order by default_since limit 1",
        &[],
    )?;
    row.as_ref().map(from_row).transpose()
}

/// At most `most` apps, oldest first.
///
/// # Errors
/// See [`by_key`].
pub fn list(db: &Db, most: u32) -> Result<Vec<App>, SqlError> {
    let rows = db.rows(
        "select app_key, id, name, default_since, requests_per_second from apps order by id limit $1",
        args![most],
    )?;
    rows.iter().map(from_row).collect()
}

fn from_row(row: &Row) -> Result<App, SqlError> {
    let requests_per_second = row.optional_integer(4)?.map(u32::try_from);
    Ok(App {
        id: AppId(row.integer(1)?),
        key: AppKey::parse(row.text(0)?).map_err(bad("app_key"))?,
        name: AppName::parse(row.text(2)?).map_err(bad("name"))?,
        is_default: row.optional_timestamp(3)?.is_some(),
        requests_per_second: requests_per_second.transpose().map_err(bad("requests_per_second"))?,
    })
}

/// How many apps there are, counted up to `bound`.
///
/// # Errors
/// Those of the database.
pub fn count(db: &Db, bound: u32) -> Result<i64, SqlError> {
    let row = db.row(
        "select count(*) from (select id from apps order by id limit $1) as counted",
        args![bound],
    )?;
    row.map_or(Ok(0), |row| row.integer(0))
}

/// Writes a new app; says whether its key was free. There is one default app at most: [`SqlError::Conflict`] when
/// another is it already.
///
/// # Errors
/// Those of the database.
pub fn insert(tx: &Tx, app: &App, secret_digest: &[u8; 32], now: Timestamp) -> Result<bool, SqlError> {
    let inserted = tx.execute(
        "insert into apps (app_key, id, name, secret_digest, default_since, requests_per_second, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (app_key) do nothing",
        args![
            app.key.as_str(),
            app.id.0,
            app.name.as_str(),
            secret_digest,
            app.is_default.then_some(now),
            app.requests_per_second,
            now
        ],
    )?;
    if inserted == 1 && app.is_default {
        become_default(tx, app.id)?;
    }
    Ok(inserted == 1)
}

fn become_default(tx: &Tx, id: AppId) -> Result<(), SqlError> {
    let became = tx.execute(
        "insert into base_state (name, value) values ('default_app', $1) on conflict (name) do nothing",
        args![id.0],
    )?;
    if became == 1 { Ok(()) } else { Err(tx.collided()) }
}

/// Gives an app another secret.
///
/// # Errors
/// Those of the database.
pub fn set_secret(tx: &Tx, key: &AppKey, secret_digest: &[u8; 32]) -> Result<(), SqlError> {
    tx.execute(
        "update apps set secret_digest = $2 where app_key = $1",
        args![key.as_str(), secret_digest],
    )?;
    Ok(())
}

/// Sets how many requests a second an app may make; none for no bound.
///
/// # Errors
/// Those of the database.
pub fn set_rate(tx: &Tx, key: &AppKey, requests_per_second: Option<u32>) -> Result<(), SqlError> {
    tx.execute(
        "update apps set requests_per_second = $2 where app_key = $1",
        args![key.as_str(), requests_per_second],
    )?;
    Ok(())
}

/// The hosts that are mapped to an app, in order.
///
/// # Errors
/// See [`by_key`].
pub fn hosts(db: &Db, id: AppId, most: u32) -> Result<Vec<HostName>, SqlError> {
    let rows = db.rows(
        "select host from app_hosts where app_id = $1 order by host limit $2",
        args![id.0, most],
    )?;
    rows.iter()
        .map(|row| {
            HostName::parse(row.text(0)?).map_err(|_| SqlError::BadRow {
                table: "app_hosts",
                column: "host",
            })
        })
        .collect()
}

/// Maps a free host to an app; says whether it was free.
///
/// # Errors
/// Those of the database.
pub fn take_host(tx: &Tx, id: AppId, host: &HostName) -> Result<bool, SqlError> {
    let inserted = tx.execute(
        "insert into app_hosts (host, app_id) values ($1, $2) on conflict (host) do nothing",
        args![host.as_str(), id.0],
    )?;
    Ok(inserted == 1)
}

/// Frees the hosts that are mapped to an app.
///
/// # Errors
/// Those of the database.
pub fn free_hosts(tx: &Tx, id: AppId) -> Result<(), SqlError> {
    tx.execute("delete from app_hosts where app_id = $1", args![id.0])?;
    Ok(())
}
