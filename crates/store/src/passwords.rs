//! The table `passwords`: hashes, sealed under a key from outside of the database.

use yaopai_model::{AccountId, Timestamp};

use crate::{Db, SqlError, Tx, args};

/// An account's sealed hash, if it has a password.
///
/// # Errors
/// Those of the database.
pub fn sealed(db: &Db, account: AccountId) -> Result<Option<Vec<u8>>, SqlError> {
    let row = db.row("select sealed from passwords where account_id = $1", args![account.0])?;
    row.map(|row| Ok(row.blob(0)?.to_vec())).transpose()
}

/// When an account's password was last changed, if it has one.
///
/// # Errors
/// Those of the database.
pub fn changed_at(db: &Db, account: AccountId) -> Result<Option<Timestamp>, SqlError> {
    let row = db.row(
        "select changed_at from passwords where account_id = $1",
        args![account.0],
    )?;
    row.map(|row| row.timestamp(0)).transpose()
}

/// Gives an account a password, or another one.
///
/// # Errors
/// Those of the database.
pub fn set(tx: &Tx, account: AccountId, sealed: &[u8], now: Timestamp) -> Result<(), SqlError> {
    tx.execute(
        "insert into passwords (account_id, sealed, changed_at) values ($1, $2, $3) \
         on conflict (account_id) do update set sealed = excluded.sealed, changed_at = excluded.changed_at",
        args![account.0, sealed, now],
    )?;
    Ok(())
}

/// Replaces a hash by one of the same password with newer parameters, unless the password has changed meanwhile.
///
/// # Errors
/// Those of the database.
pub fn renew(tx: &Tx, account: AccountId, before: &[u8], after: &[u8]) -> Result<(), SqlError> {
    tx.execute(
        "update passwords set sealed = $3 where account_id = $1 and sealed = $2",
        args![account.0, before, after],
    )?;
    Ok(())
}

/// Takes an account's password away.
///
/// # Errors
/// Those of the database.
pub fn delete(tx: &Tx, account: AccountId) -> Result<(), SqlError> {
    tx.execute("delete from passwords where account_id = $1", args![account.0])?;
    Ok(())
}
