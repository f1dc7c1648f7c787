//! The table `sessions`. A session is found by its account and the digest of its secret.

use yaopai_model::{Account, AccountId, Timestamp};

use crate::{Db, SqlError, Tx, accounts, args};

/// A session to begin.
pub struct NewSession<'a> {
    /// Whose it is.
    pub account: AccountId,
    /// The digest of its secret.
    pub digest: [u8; 32],
    /// When it begins.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The account's epoch now.
    pub epoch: i64,
    /// Where it was begun from.
    pub source: &'a str,
    /// What the client calls itself.
    pub device: &'a str,
}

/// Begins a session, and ends those of the account that are past their life or the oldest beyond `most`.
///
/// # Errors
/// Those of the database.
pub fn begin(tx: &Tx, session: &NewSession<'_>, most: u32) -> Result<(), SqlError> {
    tx.execute(
        "insert into sessions (account_id, digest, created_at, expires_at, epoch, base_epoch, source, device) \
         select $1, $2, $3, $4, $5, value, $6, $7 from base_state where name = 'session_epoch'",
        args![
            session.account.0,
            session.digest,
            session.created_at,
            session.expires_at,
            session.epoch,
            session.source,
            session.device
        ],
    )?;
    tx.execute(
        "delete from sessions where account_id = $1 and (expires_at <= $2 or digest not in (select digest from sessions \
         where account_id = $1 order by case when digest = $3 then 0 else 1 end, created_at desc, digest limit $4))",
        args![session.account.0, session.created_at, session.digest, most],
    )?;
    Ok(())
}

/// An account, and when its session with this digest ends, unless it was ended already, by itself or with others: all that
/// a token is judged by, in one statement.
///
/// # Errors
/// Those of the database, and [`SqlError::BadRow`].
pub fn find(db: &Db, account: AccountId, digest: &[u8; 32]) -> Result<Option<(Account, Option<Timestamp>)>, SqlError> {
    let row = db.row(
        "select id, app_id, public_id, username, phone, phone_proven_at, email, email_proven_at, role, nickname, gender, \
         birthday, contact_email, extra, bio, location, avatar, cover, created_at, verified_at, last_sign_in_at, \
         sign_in_count, disabled_at, permissions, preferences, epoch, \
         (select expires_at from sessions where account_id = $1 and digest = $2 and sessions.epoch = accounts.epoch \
         and base_epoch = (select value from base_state where name = 'session_epoch')) \
         from accounts where id = $1",
        args![account.0, digest],
    )?;
    row.map(|row| Ok((accounts::from_row(&row)?, row.optional_timestamp(26)?)))
        .transpose()
}

/// Ends every session of an account.
///
/// # Errors
/// Those of the database.
pub fn end_all(tx: &Tx, account: AccountId) -> Result<(), SqlError> {
    tx.execute("delete from sessions where account_id = $1", args![account.0])?;
    Ok(())
}

/// Ends every session of every account.
///
/// # Errors
/// Those of the database.
pub fn end_everywhere(tx: &Tx) -> Result<(), SqlError> {
    tx.execute(
        "update base_state set value = value + 1 where name = 'session_epoch'",
        &[],
    )?;
    Ok(())
}

/// How many sessions there are, counted up to `bound`.
///
/// # Errors
/// Those of the database.
pub fn count(db: &Db, now: Timestamp, bound: u32) -> Result<i64, SqlError> {
    let row = db.row(
        "select count(*) from (select expires_at from sessions where expires_at > $1 order by expires_at limit $2) as live",
        args![now, bound],
    )?;
    row.map_or(Ok(0), |row| row.integer(0))
}
