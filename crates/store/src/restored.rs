//! Voiding what a backup may hold though it is over, in all apps at once.

use yaopai_model::Timestamp;

use crate::{SqlError, Tx, args};

/// Voids every code: some may have been redeemed since.
///
/// # Errors
/// Those of the database. So for every function here.
pub fn void_codes(tx: &Tx) -> Result<(), SqlError> {
    tx.execute("delete from codes", &[])?;
    Ok(())
}

/// Voids every slider that was passed and every permit to set a new password: some may have been used up since.
///
/// # Errors
/// See [`void_codes`].
pub fn void_challenges(tx: &Tx) -> Result<(), SqlError> {
    tx.execute("delete from challenges", &[])?;
    Ok(())
}

/// Revokes every key of the admin API: some may have been revoked since.
///
/// # Errors
/// See [`void_codes`].
pub fn revoke_api_keys(tx: &Tx, now: Timestamp) -> Result<(), SqlError> {
    tx.execute(
        "update api_keys set revoked_at = $1 where revoked_at is null",
        args![now],
    )?;
    Ok(())
}

/// Gives up every message that waits, and erases what was sealed: some may have been sent since.
///
/// # Errors
/// See [`void_codes`].
pub fn give_up_deliveries(tx: &Tx, reason: &str, now: Timestamp) -> Result<(), SqlError> {
    tx.execute(
        "update deliveries set state = 'failed', sealed = null, last_error = $1, finished_at = $2 where state = 'waiting'",
        args![reason, now],
    )?;
    Ok(())
}
