//! The table `challenges`: the slider's state for an e-mail address, and the permit that it opens.

use yaopai_model::{AppId, Timestamp};

use crate::{Db, SqlError, Tx, args};

/// Where a challenge's row stands.
#[derive(Clone)]
pub struct ChallengeKey {
    /// The app.
    pub app: AppId,
    /// The address in its normal form.
    pub email: String,
}

/// A new picture is outstanding, whose piece belongs at `x`; any earlier one is void, a pass stays.
///
/// # Errors
/// Those of the database.
pub fn put_picture(
    tx: &Tx,
    key: &ChallengeKey,
    x: u32,
    expires_at: Timestamp,
    row_expires_at: Timestamp,
) -> Result<(), SqlError> {
    tx.execute(
        "insert into challenges (app_id, email, piece_x, picture_expires_at, passed_until, opened_gate_at, reset_permitted_until, \
         expires_at) values ($1, $2, $3, $4, 0, null, 0, $5) on conflict (app_id, email) do update set \
         piece_x = excluded.piece_x, picture_expires_at = excluded.picture_expires_at, expires_at = excluded.expires_at",
        args![key.app.0, key.email.as_str(), x, expires_at, row_expires_at],
    )?;
    Ok(())
}

/// Takes the outstanding picture away and says where its piece belongs; none when there is none or it is too old.
///
/// # Errors
/// Those of the database.
pub fn take_picture(tx: &Tx, key: &ChallengeKey, now: Timestamp) -> Result<Option<u32>, SqlError> {
    let row = tx.row(
        "select piece_x from challenges where app_id = $1 and email = $2 and piece_x is not null and picture_expires_at > $3",
        args![key.app.0, key.email.as_str(), now],
    )?;
    let Some(x) = row.map(|row| row.integer(0)).transpose()? else {
        return Ok(None);
    };
    let taken = tx.execute(
        "update challenges set piece_x = null where app_id = $1 and email = $2 and piece_x = $3",
        args![key.app.0, key.email.as_str(), x],
    )?;
    if taken == 0 {
        return Ok(None);
    }
    u32::try_from(x).map(Some).map_err(|_| SqlError::BadRow {
        table: "challenges",
        column: "piece_x",
    })
}

/// The slider is passed. `opened_gate_at` says when it let somebody through whom failures in a row had stopped.
///
/// # Errors
/// Those of the database.
pub fn pass(tx: &Tx, key: &ChallengeKey, until: Timestamp, opened_gate_at: Option<Timestamp>) -> Result<(), SqlError> {
    tx.execute(
        "update challenges set passed_until = $3, opened_gate_at = $4, expires_at = $3 where app_id = $1 and email = $2",
        args![key.app.0, key.email.as_str(), until, opened_gate_at],
    )?;
    Ok(())
}

/// Consumes a pass; says whether there was one.
///
/// # Errors
/// Those of the database.
pub fn consume_pass(tx: &Tx, key: &ChallengeKey, now: Timestamp) -> Result<bool, SqlError> {
    let changed = tx.execute(
        "update challenges set passed_until = 0, opened_gate_at = null where app_id = $1 and email = $2 and passed_until > $3",
        args![key.app.0, key.email.as_str(), now],
    )?;
    Ok(changed == 1)
}

/// Consumes a pass that already let somebody through a gate; says whether there was one.
///
/// # Errors
/// Those of the database.
pub fn consume_opened_gate(tx: &Tx, key: &ChallengeKey) -> Result<bool, SqlError> {
    let changed = tx.execute(
        "update challenges set passed_until = 0, opened_gate_at = null where app_id = $1 and email = $2 and opened_gate_at is not null",
        args![key.app.0, key.email.as_str()],
    )?;
    Ok(changed == 1)
}

/// Permits a new password until `until`.
///
/// # Errors
/// Those of the database.
pub fn permit_reset(tx: &Tx, key: &ChallengeKey, until: Timestamp) -> Result<(), SqlError> {
    tx.execute(
        "update challenges set reset_permitted_until = $3, expires_at = $3 where app_id = $1 and email = $2",
        args![key.app.0, key.email.as_str(), until],
    )?;
    Ok(())
}

/// Whether a new password is permitted.
///
/// # Errors
/// Those of the database.
pub fn is_reset_permitted(db: &Db, key: &ChallengeKey, now: Timestamp) -> Result<bool, SqlError> {
    let row = db.row(
        "select app_id from challenges where app_id = $1 and email = $2 and reset_permitted_until > $3",
        args![key.app.0, key.email.as_str(), now],
    )?;
    Ok(row.is_some())
}

/// Takes the permit away once it was used.
///
/// # Errors
/// Those of the database.
pub fn end_permit(tx: &Tx, key: &ChallengeKey) -> Result<(), SqlError> {
    tx.execute(
        "update challenges set reset_permitted_until = 0 where app_id = $1 and email = $2",
        args![key.app.0, key.email.as_str()],
    )?;
    Ok(())
}
