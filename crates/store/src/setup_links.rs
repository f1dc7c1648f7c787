//! The table `setup_links`: the one live link by which an app's first root account is made. It keeps a digest.

use yaopai_model::{AppId, Timestamp};

use crate::{Db, SqlError, Tx, args};

/// Puts a link in the place of the one before, which is void from now on.
///
/// # Errors
/// Those of the database.
pub fn replace(tx: &Tx, app: AppId, digest: &[u8; 32], expires_at: Timestamp) -> Result<(), SqlError> {
    tx.execute(
        "insert into setup_links (app_id, digest, expires_at) values ($1, $2, $3) on conflict (app_id) do update set \
         digest = $2, expires_at = $3",
        args![app.0, digest, expires_at],
    )?;
    Ok(())
}

/// The digest of the live link.
///
/// # Errors
/// Those of the database.
pub fn live(db: &Db, app: AppId, now: Timestamp) -> Result<Option<Vec<u8>>, SqlError> {
    let row = db.row(
        "select digest from setup_links where app_id = $1 and expires_at > $2",
        args![app.0, now],
    )?;
    row.map(|row| Ok(row.blob(0)?.to_vec())).transpose()
}

/// Uses the link up, if it is the live one; says whether it was.
///
/// # Errors
/// Those of the database.
pub fn consume(tx: &Tx, app: AppId, digest: &[u8; 32], now: Timestamp) -> Result<bool, SqlError> {
    let used = tx.execute(
        "delete from setup_links where app_id = $1 and digest = $2 and expires_at > $3",
        args![app.0, digest, now],
    )?;
    Ok(used == 1)
}
