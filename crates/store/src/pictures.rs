//! The table `pictures`: uploads, whose they are, and since when one is in a profile. One that is in none is an orphan.

use yaopai_model::limits::PICTURE_PIECE_BYTES;
use yaopai_model::{AccountId, PictureName, Timestamp};

use crate::{Db, Row, SqlError, Tx, args};

/// Writes down a new upload; says whether its name was free.
///
/// # Errors
/// Those of the database.
pub fn insert(
    tx: &Tx,
    name: &PictureName,
    account: AccountId,
    byte_count: i64,
    now: Timestamp,
) -> Result<bool, SqlError> {
    let inserted = tx.execute(
        "insert into pictures (name, account_id, byte_count, uploaded_at, used_at) values ($1, $2, $3, $4, null) \
         on conflict (name) do nothing",
        args![name.as_str(), account.0, byte_count, now],
    )?;
    Ok(inserted == 1)
}

/// Notes that an account's own upload, made after `uploaded_after`, is in its profile; says whether it is such a one.
///
/// # Errors
/// Those of the database.
pub fn put_to_use(
    tx: &Tx,
    name: &PictureName,
    account: AccountId,
    uploaded_after: Timestamp,
    now: Timestamp,
) -> Result<bool, SqlError> {
    let changed = tx.execute(
        "update pictures set used_at = $4 where name = $1 and account_id = $2 and uploaded_at > $3",
        args![name.as_str(), account.0, uploaded_after, now],
    )?;
    Ok(changed == 1)
}

/// Makes an orphan of a picture that has left the profile of `account`.
///
/// # Errors
/// Those of the database.
pub fn orphan(tx: &Tx, name: &PictureName, account: AccountId) -> Result<(), SqlError> {
    tx.execute(
        "update pictures set used_at = null where name = $1 and account_id = $2",
        args![name.as_str(), account.0],
    )?;
    Ok(())
}

/// At most `most` orphans uploaded no later than `until`.
///
/// # Errors
/// Those of the database, and [`SqlError::BadRow`].
pub fn orphans(db: &Db, until: Timestamp, most: u32) -> Result<Vec<PictureName>, SqlError> {
    let rows = db.rows(
        "select name from pictures where used_at is null and uploaded_at <= $1 order by uploaded_at limit $2",
        args![until, most],
    )?;
    rows.iter().map(name_from_row).collect()
}

fn name_from_row(row: &Row) -> Result<PictureName, SqlError> {
    PictureName::parse(row.text(0)?).map_err(|_| SqlError::BadRow {
        table: "pictures",
        column: "name",
    })
}

/// Deletes a picture that is still an orphan, with what the database keeps of it.
///
/// # Errors
/// Those of the database.
pub fn delete_orphan(tx: &Tx, name: &PictureName) -> Result<(), SqlError> {
    let deleted = tx.execute(
        "delete from pictures where name = $1 and used_at is null",
        args![name.as_str()],
    )?;
    if deleted == 1 {
        tx.execute("delete from picture_pieces where name = $1", args![name.as_str()])?;
    }
    Ok(())
}

/// Keeps what is in a picture.
///
/// # Errors
/// Those of the database.
pub fn insert_bytes(tx: &Tx, name: &PictureName, bytes: &[u8]) -> Result<(), SqlError> {
    for (number, piece) in (0_i64..).zip(bytes.chunks(PICTURE_PIECE_BYTES)) {
        tx.execute(
            "insert into picture_pieces (name, number, bytes) values ($1, $2, $3)",
            args![name.as_str(), number, piece],
        )?;
    }
    Ok(())
}

/// How many bytes a picture has, if the database keeps them.
///
/// # Errors
/// Those of the database.
pub fn byte_count(db: &Db, name: &PictureName) -> Result<Option<i64>, SqlError> {
    let row = db.row(
        "select byte_count from pictures where name = $1 \
         and exists (select 1 from picture_pieces where name = $1 and number = 0)",
        args![name.as_str()],
    )?;
    row.map(|row| row.integer(0)).transpose()
}

/// At most `most` pictures whose names come after this one, by name.
///
/// # Errors
/// Those of the database, and [`SqlError::BadRow`].
pub fn names_after(db: &Db, name: &str, most: u32) -> Result<Vec<PictureName>, SqlError> {
    let rows = db.rows(
        "select name from pictures where name > $1 order by name limit $2",
        args![name, most],
    )?;
    rows.iter().map(name_from_row).collect()
}

/// A piece of a picture, counted from 0; none past its end.
///
/// # Errors
/// Those of the database.
pub fn piece(db: &Db, name: &PictureName, number: i64) -> Result<Option<Vec<u8>>, SqlError> {
    let row = db.row(
        "select bytes from picture_pieces where name = $1 and number = $2",
        args![name.as_str(), number],
    )?;
    row.map(|row| Ok(row.blob(0)?.to_vec())).transpose()
}
