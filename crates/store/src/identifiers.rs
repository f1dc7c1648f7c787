//! The table `identifiers`: who is found by what. Its primary key is the only judge of uniqueness.

use yaopai_model::{AccountId, AppId, Identifier, IdentifierKind, PublicId, Timestamp};

use crate::{Db, Row, SqlError, Tx, args};

/// Who holds an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The account.
    pub account: AccountId,
    /// When the holding was proven; `None` for a claim.
    pub proven_at: Option<Timestamp>,
}

/// Who holds an identifier in an app, if anybody does.
///
/// # Errors
/// Those of the database.
pub fn holder(db: &Db, app: AppId, identifier: &Identifier) -> Result<Option<Holder>, SqlError> {
    find(db, app, identifier.kind(), &identifier.normal())
}

/// As [`holder`], and the holding stays as it is until the transaction ends.
///
/// # Errors
/// Those of the database.
pub fn hold(tx: &Tx, app: AppId, identifier: &Identifier) -> Result<Option<Holder>, SqlError> {
    let row = tx.lock_row(FIND, args![app.0, identifier.kind().as_str(), identifier.normal()])?;
    row.as_ref().map(from_row).transpose()
}

/// Whose sixteen letters these are in an app, if anybody's.
///
/// # Errors
/// Those of the database.
pub fn holder_of_public_id(db: &Db, app: AppId, public_id: &PublicId) -> Result<Option<Holder>, SqlError> {
    find(db, app, IdentifierKind::PublicId, public_id.as_str())
}

fn find(db: &Db, app: AppId, kind: IdentifierKind, normal: &str) -> Result<Option<Holder>, SqlError> {
    let row = db.row(FIND, args![app.0, kind.as_str(), normal])?;
    row.as_ref().map(from_row).transpose()
}

const FIND: &str = "select account_id, proven_at from identifiers where app_id = $1 and kind = $2 and normal = $3";

fn from_row(row: &Row) -> Result<Holder, SqlError> {
    Ok(Holder {
        account: AccountId(row.integer(0)?),
        proven_at: row.optional_timestamp(1)?,
    })
}

/// Takes a free identifier for an account; says whether it was free.
///
/// # Errors
/// Those of the database.
pub fn take(
    tx: &Tx,
    app: AppId,
    identifier: &Identifier,
    account: AccountId,
    proven_at: Option<Timestamp>,
) -> Result<bool, SqlError> {
    insert(tx, app, identifier.kind(), &identifier.normal(), account, proven_at)
}

/// Takes sixteen letters for an account; says whether they were free.
///
/// # Errors
/// Those of the database.
pub fn take_public_id(tx: &Tx, app: AppId, public_id: &PublicId, account: AccountId) -> Result<bool, SqlError> {
    insert(tx, app, IdentifierKind::PublicId, public_id.as_str(), account, None)
}

fn insert(
    tx: &Tx,
    app: AppId,
    kind: IdentifierKind,
    normal: &str,
    account: AccountId,
    proven_at: Option<Timestamp>,
) -> Result<bool, SqlError> {
    let inserted = tx.execute(
        "insert into identifiers (app_id, kind, normal, account_id, proven_at) values ($1, $2, $3, $4, $5) \
         on conflict (app_id, kind, normal) do nothing",
        args![app.0, kind.as_str(), normal, account.0, proven_at],
    )?;
    Ok(inserted == 1)
}

/// Notes that `account` has proven to hold the identifier; says whether it was a claim of that account.
///
/// # Errors
/// Those of the database.
pub fn prove(
    tx: &Tx,
    app: AppId,
    identifier: &Identifier,
    account: AccountId,
    now: Timestamp,
) -> Result<bool, SqlError> {
    let changed = tx.execute(
        "update identifiers set proven_at = $5 where app_id = $1 and kind = $2 and normal = $3 and account_id = $4 and proven_at is null",
        args![app.0, identifier.kind().as_str(), identifier.normal(), account.0, now],
    )?;
    Ok(changed == 1)
}

/// Frees an identifier that `account` holds; says whether it did.
///
/// # Errors
/// Those of the database.
pub fn free(tx: &Tx, app: AppId, identifier: &Identifier, account: AccountId) -> Result<bool, SqlError> {
    delete(tx, app, identifier.kind(), &identifier.normal(), account)
}

/// Frees the sixteen letters of an account that ends.
///
/// # Errors
/// Those of the database.
pub fn free_public_id(tx: &Tx, app: AppId, public_id: &PublicId, account: AccountId) -> Result<bool, SqlError> {
    delete(tx, app, IdentifierKind::PublicId, public_id.as_str(), account)
}

fn delete(tx: &Tx, app: AppId, kind: IdentifierKind, normal: &str, account: AccountId) -> Result<bool, SqlError> {
    let deleted = tx.execute(
        "delete from identifiers where app_id = $1 and kind = $2 and normal = $3 and account_id = $4",
        args![app.0, kind.as_str(), normal, account.0],
    )?;
    Ok(deleted == 1)
}
