//! The table `sessions`. A session is found by its account and the digest of its secret.

use yaopai_model::{Account, AccountId, SessionScope, Timestamp};

use crate::{Db, LookUp, Row, SqlError, Tx, accounts, args};

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
    /// Where it may be used.
    pub scope: SessionScope,
}

/// A session as its row is.
#[derive(Clone, Debug)]
pub struct Session {
    /// The digest of its secret, by which it is named.
    pub digest: Vec<u8>,
    /// Where it may be used.
    pub scope: SessionScope,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was last used, to within `limits::PAGE_SESSION_NOTED`; none for those of the wires.
    pub seen_at: Option<Timestamp>,
    /// When its holder last showed the password again, within it.
    pub confirmed_at: Option<Timestamp>,
    /// Where it was begun from.
    pub source: String,
    /// What the client called itself.
    pub device: String,
}

/// Begins a session, and ends those of the account that are past their life, and of its scope the oldest beyond `most`.
///
/// # Errors
/// Those of the database.
pub fn begin(tx: &Tx, session: &NewSession<'_>, most: u32) -> Result<(), SqlError> {
    tx.execute(
        "insert into sessions (account_id, digest, created_at, expires_at, epoch, base_epoch, source, device, scope) \
         select $1, $2, $3, $4, $5, value, $6, $7, $8 from base_state where name = 'session_epoch'",
        args![
            session.account.0,
            session.digest,
            session.created_at,
            session.expires_at,
            session.epoch,
            session.source,
            session.device,
            session.scope.as_str()
        ],
    )?;
    tx.execute(
        "delete from sessions where account_id = $1 and (expires_at <= $2 or scope = $5 and digest not in (select digest \
         from sessions where account_id = $1 and scope = $5 order by case when digest = $3 then 0 else 1 end, \
         created_at desc, digest limit $4))",
        args![
            session.account.0,
            session.created_at,
            session.digest,
            most,
            session.scope.as_str()
        ],
    )?;
    Ok(())
}

/// An account, and when its session with this digest ends, unless it was ended already, by itself or with others: all that
/// a token is judged by, in one statement.
pub fn find(account: AccountId, digest: &[u8; 32]) -> LookUp<(Account, Option<Timestamp>)> {
    LookUp::new(
        "select id, app_id, public_id, username, phone, phone_proven_at, email, email_proven_at, role, nickname, gender, \
         birthday, contact_email, extra, bio, location, avatar, cover, created_at, verified_at, last_sign_in_at, \
         sign_in_count, disabled_at, permissions, preferences, epoch, closing_at, \
         (select expires_at from sessions where account_id = $1 and digest = $2 and sessions.epoch = accounts.epoch \
         and base_epoch = (select value from base_state where name = 'session_epoch')) \
         from accounts where id = $1",
        args![account.0, digest],
        |row| Ok((accounts::from_row(row)?, row.optional_timestamp(27)?)),
    )
}

/// The sessions of an account that are not over, newest first, at most `most`.
///
/// # Errors
/// Those of the database, and [`SqlError::BadRow`].
pub fn list(db: &Db, account: AccountId, now: Timestamp, most: u32) -> Result<Vec<Session>, SqlError> {
    let rows = db.rows(
        "select digest, scope, created_at, expires_at, seen_at, confirmed_at, source, device from sessions \
         where account_id = $1 and expires_at > $2 and epoch = (select epoch from accounts where id = $1) \
         and base_epoch = (select value from base_state where name = 'session_epoch') \
         order by created_at desc, digest limit $3",
        args![account.0, now, most],
    )?;
    rows.iter().map(from_row).collect()
}

/// The session of an account with this digest, unless it was ended already, by itself or with others.
///
/// # Errors
/// Those of the database, and [`SqlError::BadRow`].
pub fn one(db: &Db, account: AccountId, digest: &[u8; 32]) -> Result<Option<Session>, SqlError> {
    let row = db.row(
        "select digest, scope, created_at, expires_at, seen_at, confirmed_at, source, device from sessions \
         where account_id = $1 and digest = $2 and epoch = (select epoch from accounts where id = $1) \
         and base_epoch = (select value from base_state where name = 'session_epoch')",
        args![account.0, digest],
    )?;
    row.as_ref().map(from_row).transpose()
}

fn from_row(row: &Row) -> Result<Session, SqlError> {
    Ok(Session {
        digest: row.blob(0)?.to_vec(),
        scope: SessionScope::parse(row.text(1)?).map_err(|_| SqlError::BadRow {
            table: "sessions",
            column: "scope",
        })?,
        created_at: row.timestamp(2)?,
        expires_at: row.timestamp(3)?,
        seen_at: row.optional_timestamp(4)?,
        confirmed_at: row.optional_timestamp(5)?,
        source: row.text(6)?.to_owned(),
        device: row.text(7)?.to_owned(),
    })
}

/// Notes that a session was used.
///
/// # Errors
/// Those of the database.
pub fn note_use(tx: &Tx, account: AccountId, digest: &[u8; 32], now: Timestamp) -> Result<(), SqlError> {
    tx.execute(
        "update sessions set seen_at = $3 where account_id = $1 and digest = $2 and (seen_at is null or seen_at < $3)",
        args![account.0, digest, now],
    )?;
    Ok(())
}

/// Notes that the holder of a session showed the password again; whether there is such a session still.
///
/// # Errors
/// Those of the database.
pub fn confirm(tx: &Tx, account: AccountId, digest: &[u8; 32], now: Timestamp) -> Result<bool, SqlError> {
    let confirmed = tx.execute(
        "update sessions set confirmed_at = $3 where account_id = $1 and digest = $2",
        args![account.0, digest, now],
    )?;
    Ok(confirmed == 1)
}

/// Ends one session of an account; whether there was one.
///
/// # Errors
/// Those of the database.
pub fn end(tx: &Tx, account: AccountId, digest: &[u8]) -> Result<bool, SqlError> {
    let ended = tx.execute(
        "delete from sessions where account_id = $1 and digest = $2",
        args![account.0, digest],
    )?;
    Ok(ended == 1)
}

/// Ends every session of an account but one; it is to be carried over into the account's
/// next epoch by [`carry_over`].
///
/// # Errors
/// Those of the database.
pub fn end_others(tx: &Tx, account: AccountId, digest: &[u8; 32]) -> Result<(), SqlError> {
    tx.execute(
        "delete from sessions where account_id = $1 and digest <> $2",
        args![account.0, digest],
    )?;
    Ok(())
}

/// Takes a session over into the epoch that its account has reached; says whether there is such a session still.
///
/// # Errors
/// Those of the database.
pub fn carry_over(tx: &Tx, account: AccountId, digest: &[u8; 32]) -> Result<bool, SqlError> {
    let carried = tx.execute(
        "update sessions set epoch = (select epoch from accounts where id = $1) where account_id = $1 and digest = $2",
        args![account.0, digest],
    )?;
    Ok(carried == 1)
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
