//! The table `account_changes`: whose names and addresses changed lately, so that what is kept in memory to search in can
//! follow.
//!
//! A change is noted in the transaction that makes it, under a version. Versions are handed out in the order in which
//! transactions begin to write, not in that in which they end; [`Horizon`] says from where on there may be more.

use yaopai_model::{AccountId, AppId};

use crate::{Db, Row, SqlError, Tx, args};

/// Which versions there are, for whoever reads the same snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizon {
    /// No transaction that is not in the snapshot has a smaller version: whoever has read all changes is done with these.
    pub settled: i64,
    /// Nobody has this version yet, or a larger one.
    pub unused: i64,
}

/// Notes that an account's names or addresses change, or that it is gone.
///
/// # Errors
/// Those of the database. So for every function here.
pub(crate) fn note(tx: &Tx, id: AccountId) -> Result<(), SqlError> {
    tx.note_change(id.0)
}

/// Notes a change under a version, where the database does not number transactions itself.
pub(crate) fn note_version(tx: &Tx, id: i64, version: i64) -> Result<(), SqlError> {
    tx.execute(
        "insert into account_changes (account_id, version) values ($1, $2) on conflict (account_id) do update set version = \
         excluded.version",
        args![id, version],
    )?;
    Ok(())
}

/// The next version, where the database does not number transactions itself.
pub(crate) fn next_version(db: &Db) -> Result<i64, SqlError> {
    let row = db.row("select next_id from id_blocks where name = 'changes'", &[])?;
    row.map_or(Ok(1), |row| row.integer(0))
}

/// What this snapshot has of versions.
///
/// # Errors
/// Those of the database.
pub fn horizon(db: &Db) -> Result<Horizon, SqlError> {
    db.horizon()
}

/// A change: its version, then the account. They are read in this order.
pub type Change = (i64, AccountId);

/// The changes after one, at most `most`.
///
/// # Errors
/// See [`horizon`].
pub fn after(db: &Db, after: Change, most: u32) -> Result<Vec<Change>, SqlError> {
    let rows = db.rows(
        "select version, account_id from account_changes where (version, account_id) > ($1, $2) \
         order by version, account_id limit $3",
        args![after.0, after.1.0, most],
    )?;
    rows.iter()
        .map(|row| Ok((row.integer(0)?, AccountId(row.integer(1)?))))
        .collect()
}

/// Deletes notes of versions before `before`, and of those from `strange` on, which came with a copy of another base: at
/// most `most` of each. Says how many.
///
/// # Errors
/// See [`horizon`].
pub fn forget(tx: &Tx, before: i64, strange: i64, most: u32) -> Result<u64, SqlError> {
    let old = tx.execute(
        "delete from account_changes where version < $1 and account_id in \
         (select account_id from account_changes where version < $1 order by version limit $2)",
        args![before, most],
    )?;
    let ahead = tx.execute(
        "delete from account_changes where version >= $1 and account_id in \
         (select account_id from account_changes where version >= $1 order by version limit $2)",
        args![strange, most],
    )?;
    Ok(old + ahead)
}

/// What an account is searched by.
#[derive(Clone, PartialEq, Eq)]
pub struct Searched {
    /// The account.
    pub id: AccountId,
    /// The app that owns it.
    pub app: AppId,
    /// Its username.
    pub username: Option<String>,
    /// Its nickname.
    pub nickname: Option<String>,
    /// Its e-mail address.
    pub email: Option<String>,
    /// Its phone number (E.164).
    pub phone: Option<String>,
}

impl Searched {
    fn from_row(row: &Row) -> Result<Self, SqlError> {
        let text = |column| Ok::<_, SqlError>(row.optional_text(column)?.map(str::to_owned));
        Ok(Self {
            id: AccountId(row.integer(0)?),
            app: AppId(row.integer(1)?),
            username: text(2)?,
            nickname: text(3)?,
            email: text(4)?,
            phone: text(5)?,
        })
    }
}

/// Those accounts that changed under the versions from `first` to `last` and are still there.
///
/// # Errors
/// See [`horizon`].
pub fn changed(db: &Db, first: i64, last: i64) -> Result<Vec<Searched>, SqlError> {
    let rows = db.rows(
        "select id, app_id, username, nickname, email, phone from accounts where id in \
         (select account_id from account_changes where version >= $1 and version <= $2)",
        args![first, last],
    )?;
    rows.iter().map(Searched::from_row).collect()
}

/// The accounts of all apps after a number, by number; at most `most`.
///
/// # Errors
/// See [`horizon`].
pub fn accounts_after(db: &Db, after: AccountId, most: u32) -> Result<Vec<Searched>, SqlError> {
    let rows = db.rows(
        "select id, app_id, username, nickname, email, phone from accounts where id > $1 order by id limit $2",
        args![after.0, most],
    )?;
    rows.iter().map(Searched::from_row).collect()
}
