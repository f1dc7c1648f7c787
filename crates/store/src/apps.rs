//! The tables `apps` and `app_hosts`: the tenants, and which hosts are whose.

use yaopai_model::{App, AppId, AppKey, AppName, HostName, OpenWires, Timestamp, WireName};

use crate::{Db, LookUp, Row, SqlError, Tx, args};

const TABLE: &str = "apps";

/// A bad value in a column of this table.
fn bad<E>(column: &'static str) -> impl FnOnce(E) -> SqlError {
    move |_| SqlError::BadRow { table: TABLE, column }
}

/// An app with the digests of its secrets.
pub struct AppWithSecret {
    /// The app.
    pub app: App,
    /// SHA-256 of its secret.
    pub secret_digest: Vec<u8>,
    /// SHA-256 of the secret before, which may still be good: see [`App::previous_secret_until`].
    pub previous_digest: Option<Vec<u8>>,
}

/// The app with this key, and the digests of its secrets.
pub fn by_key(key: &AppKey) -> LookUp<AppWithSecret> {
    LookUp::new(
        "select app_key, id, name, default_since, requests_per_second, previous_secret_until, cloud_user_closed_at, \
         api_v1_closed_at, user_closed_at, secret_digest, previous_secret_digest from apps where app_key = $1",
        args![key.as_str()],
        |row| {
            Ok(AppWithSecret {
                app: from_row(row)?,
                secret_digest: row.blob(9)?.to_vec(),
                previous_digest: row.optional_blob(10)?.map(<[u8]>::to_vec),
            })
        },
    )
}

/// The app with this number.
pub fn by_id(id: AppId) -> LookUp<App> {
    LookUp::new(
        "select app_key, id, name, default_since, requests_per_second, previous_secret_until, cloud_user_closed_at, \
         api_v1_closed_at, user_closed_at from apps where id = $1",
        args![id.0],
        from_row,
    )
}

/// The number of the app that a host is mapped to.
pub fn of_host(host: &HostName) -> LookUp<AppId> {
    LookUp::new(
        "select app_id from app_hosts where host = $1",
        args![host.as_str()],
        |row| row.integer(0).map(AppId),
    )
}

/// The default app.
pub fn default() -> LookUp<App> {
    // A comparison, which the index answers; it puts nulls first, and `is not null` would read them.
    LookUp::new(
        "select app_key, id, name, default_since, requests_per_second, previous_secret_until, cloud_user_closed_at, \
         api_v1_closed_at, user_closed_at from apps where default_since >= 0 order by default_since limit 1",
        &[],
        from_row,
    )
}

/// At most `most` apps, oldest first.
///
/// # Errors
/// Those of the database, and [`SqlError::BadRow`].
pub fn list(db: &Db, most: u32) -> Result<Vec<App>, SqlError> {
    let rows = db.rows(
        "select app_key, id, name, default_since, requests_per_second, previous_secret_until, cloud_user_closed_at, \
         api_v1_closed_at, user_closed_at from apps order by id limit $1",
        args![most],
    )?;
    rows.iter().map(from_row).collect()
}

fn from_row(row: &Row) -> Result<App, SqlError> {
    let requests_per_second = row.optional_integer(4)?.map(u32::try_from);
    let is_open = |column| -> Result<bool, SqlError> { Ok(row.optional_timestamp(column)?.is_none()) };
    Ok(App {
        id: AppId(row.integer(1)?),
        key: AppKey::parse(row.text(0)?).map_err(bad("app_key"))?,
        name: AppName::parse(row.text(2)?).map_err(bad("name"))?,
        is_default: row.optional_timestamp(3)?.is_some(),
        requests_per_second: requests_per_second.transpose().map_err(bad("requests_per_second"))?,
        wires: OpenWires {
            api_cloud_user: is_open(6)?,
            api_v1: is_open(7)?,
            user: is_open(8)?,
        },
        previous_secret_until: row.optional_timestamp(5)?,
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

/// Gives an app another secret; the one that it had stays good until `previous_until`, where there is such an instant, and the
/// one before that is void.
///
/// # Errors
/// Those of the database.
pub fn set_secret(
    tx: &Tx,
    key: &AppKey,
    secret_digest: &[u8; 32],
    previous_until: Option<Timestamp>,
) -> Result<(), SqlError> {
    tx.execute(
        "update apps set previous_secret_digest = secret_digest, previous_secret_until = $3, secret_digest = $2 where app_key = $1",
        args![key.as_str(), secret_digest, previous_until],
    )?;
    if previous_until.is_none() {
        void_previous_secret(tx, key)?;
    }
    Ok(())
}

/// Voids the secret before the last one.
///
/// # Errors
/// Those of the database.
pub fn void_previous_secret(tx: &Tx, key: &AppKey) -> Result<(), SqlError> {
    tx.execute(
        "update apps set previous_secret_digest = null, previous_secret_until = null where app_key = $1",
        args![key.as_str()],
    )?;
    Ok(())
}

/// Names an app.
///
/// # Errors
/// Those of the database.
pub fn set_name(tx: &Tx, key: &AppKey, name: &AppName) -> Result<(), SqlError> {
    tx.execute(
        "update apps set name = $2 where app_key = $1",
        args![key.as_str(), name.as_str()],
    )?;
    Ok(())
}

/// Opens and closes wires.
///
/// # Errors
/// Those of the database.
pub fn set_wires(tx: &Tx, key: &AppKey, wires: OpenWires, now: Timestamp) -> Result<(), SqlError> {
    let closed = |wire| (!wires.has(wire)).then_some(now);
    tx.execute(
        "update apps set cloud_user_closed_at = $2, api_v1_closed_at = $3, user_closed_at = $4 where app_key = $1",
        args![
            key.as_str(),
            closed(WireName::ApiCloudUser),
            closed(WireName::ApiV1),
            closed(WireName::User)
        ],
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
/// See [`list`].
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
