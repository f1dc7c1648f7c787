//! The table `codes`: the one live code of an address for a purpose.

use yaopai_model::{Address, AppId, Purpose, Timestamp};

use crate::{Db, SqlError, Tx, args};

/// Where a code's row stands.
#[derive(Clone)]
pub struct CodeKey {
    /// The app.
    pub app: AppId,
    /// The address it was sent to.
    pub address: Address,
    /// What it was asked for.
    pub purpose: Purpose,
}

/// Puts a new code in the place of any before it.
///
/// # Errors
/// Those of the database.
pub fn replace(tx: &Tx, key: &CodeKey, mac: &[u8; 32], now: Timestamp, expires_at: Timestamp) -> Result<(), SqlError> {
    let identifier = key.address.identifier();
    tx.execute(
        "insert into codes (app_id, kind, normal, purpose, mac, created_at, expires_at, guesses, used_at) \
         values ($1, $2, $3, $4, $5, $6, $7, 0, null) on conflict (app_id, kind, normal, purpose) do update set \
         mac = excluded.mac, created_at = excluded.created_at, expires_at = excluded.expires_at, guesses = 0, used_at = null",
        args![key.app.0, identifier.kind().as_str(), identifier.normal(), key.purpose.as_str(), mac, now, expires_at],
    )?;
    Ok(())
}

/// Reserves one try at the live code and gives its keyed hash; none when there is no live code or no try left.
///
/// # Errors
/// Those of the database.
pub fn reserve_guess(tx: &Tx, key: &CodeKey, now: Timestamp, most: u32) -> Result<Option<Vec<u8>>, SqlError> {
    let identifier = key.address.identifier();
    let row = tx.row(
        "update codes set guesses = guesses + 1 where app_id = $1 and kind = $2 and normal = $3 and purpose = $4 \
         and used_at is null and expires_at > $5 and guesses < $6 returning mac",
        args![
            key.app.0,
            identifier.kind().as_str(),
            identifier.normal(),
            key.purpose.as_str(),
            now,
            most
        ],
    )?;
    row.map(|row| Ok(row.blob(0)?.to_vec())).transpose()
}

/// When the live code of an address that has no try left was made, and when it ends, if there is one; of several, the newest.
///
/// # Errors
/// Those of the database.
pub fn guessed_out(
    db: &Db,
    app: AppId,
    address: &Address,
    now: Timestamp,
    most: u32,
) -> Result<Option<(Timestamp, Timestamp)>, SqlError> {
    let identifier = address.identifier();
    let row = db.row(
        "select created_at, expires_at from codes where app_id = $1 and kind = $2 and normal = $3 and used_at is null \
         and expires_at > $4 and guesses >= $5 order by created_at desc, purpose limit 1",
        args![app.0, identifier.kind().as_str(), identifier.normal(), now, most],
    )?;
    row.map(|row| Ok((row.timestamp(0)?, row.timestamp(1)?))).transpose()
}

/// When the live code at `key` was made, if there is one.
///
/// # Errors
/// Those of the database.
pub fn live_since(db: &Db, key: &CodeKey, now: Timestamp) -> Result<Option<Timestamp>, SqlError> {
    let identifier = key.address.identifier();
    let row = db.row(
        "select created_at from codes where app_id = $1 and kind = $2 and normal = $3 and purpose = $4 and used_at is null \
         and expires_at > $5",
        args![
            key.app.0,
            identifier.kind().as_str(),
            identifier.normal(),
            key.purpose.as_str(),
            now
        ],
    )?;
    row.map(|row| row.timestamp(0)).transpose()
}

/// Consumes the very code with this keyed hash; says whether it was still there to consume.
///
/// # Errors
/// Those of the database.
pub fn consume(tx: &Tx, key: &CodeKey, mac: &[u8], now: Timestamp) -> Result<bool, SqlError> {
    let identifier = key.address.identifier();
    let changed = tx.execute(
        "update codes set used_at = $6 where app_id = $1 and kind = $2 and normal = $3 and purpose = $4 and mac = $5 \
         and used_at is null and expires_at > $6",
        args![
            key.app.0,
            identifier.kind().as_str(),
            identifier.normal(),
            key.purpose.as_str(),
            mac,
            now
        ],
    )?;
    Ok(changed == 1)
}

/// Voids the live codes of an address, for every purpose.
///
/// # Errors
/// Those of the database.
pub fn void(tx: &Tx, app: AppId, address: &Address, now: Timestamp) -> Result<(), SqlError> {
    let identifier = address.identifier();
    tx.execute(
        "update codes set used_at = $4 where app_id = $1 and kind = $2 and normal = $3 and used_at is null",
        args![app.0, identifier.kind().as_str(), identifier.normal(), now],
    )?;
    Ok(())
}
