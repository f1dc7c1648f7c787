//! The tables `audit_entries` and `audit_heads`: who did what to whom. Entries are only ever appended, and each one's
//! hash covers the one before, so that none can be changed or taken out without all after it telling.

use aws_lc_rs::digest::{Context, SHA256};
use yaopai_model::{AppId, Timestamp};

use crate::{Db, Row, SqlError, Tx, args};

/// Something that was done.
pub struct NewEntry<'a> {
    /// The app in which it was done.
    pub app: AppId,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: &'a str,
    /// What was done.
    pub action: &'a str,
    /// To whom or what.
    pub target: &'a str,
    /// What else is worth knowing; no secrets, addresses masked.
    pub detail: &'a str,
}

/// Something that was done, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the app's chain, from 1.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To whom or what.
    pub target: String,
    /// What else is worth knowing.
    pub detail: String,
}

/// Entries from one number up to, and not with, another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The smallest number that belongs to it.
    pub least: i64,
    /// The smallest number beyond it.
    pub before: i64,
}

/// Whether a stretch of an app's entries is as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain {
    /// It is.
    Whole {
        /// The number of its last entry; 0 where there is none.
        up_to: i64,
        /// Whether that is the last entry of all.
        is_end: bool,
    },
    /// Not from this entry on: it was changed, or it is missing.
    BrokenAt {
        /// The entry's number, from 1.
        number: i64,
    },
}

/// Where a chain begins.
const NOTHING: Hash = [0; 32];

type Hash = [u8; 32];

/// The last entry of a chain.
struct Head {
    number: i64,
    hash: Hash,
}

/// Appends an entry.
///
/// # Errors
/// Those of the database; [`SqlError::Conflict`] when somebody else appended at the same time.
pub fn append(tx: &Tx, entry: &NewEntry<'_>) -> Result<(), SqlError> {
    let before = tx.lock_row(HEAD, args![entry.app.0])?.map(head_from_row).transpose()?;
    let (previous, number) = before.map_or((NOTHING, 1), |head| (head.hash, head.number + 1));
    let hash = hash(&previous, number, entry);
    let moved = tx.execute(
        "insert into audit_heads (app_id, number, hash) values ($1, $2, $3) on conflict (app_id) do update set \
         number = excluded.number, hash = excluded.hash where audit_heads.number = $2 - 1 and audit_heads.hash = $4",
        args![entry.app.0, number, hash, previous],
    )?;
    if moved == 0 {
        return Err(tx.collided());
    }
    tx.execute(
        "insert into audit_entries (app_id, number, at, actor, action, target, detail, hash) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![entry.app.0, number, entry.at, entry.actor, entry.action, entry.target, entry.detail, hash],
    )?;
    Ok(())
}

/// Walks the chain of an app on from the entry `after` (0 for its beginning), at most `most` entries. Whether the entry
/// `after` is as it was written is for whoever walked up to it to say.
///
/// # Errors
/// Those of the database.
pub fn verify(db: &Db, app: AppId, after: i64, most: u32) -> Result<Chain, SqlError> {
    let Some(mut previous) = hash_of(db, app, after)? else {
        return Ok(Chain::BrokenAt { number: after });
    };
    let mut number = after;
    let rows = db.rows(
        "select number, at, actor, action, target, detail, hash from audit_entries where app_id = $1 and number > $2 \
         order by number limit $3",
        args![app.0, after, most],
    )?;
    for row in rows {
        number += 1;
        match next_hash(&previous, number, app, &row)? {
            Some(hash) => previous = hash,
            None => return Ok(Chain::BrokenAt { number }),
        }
    }
    let (last, hash) = head(db, app)?.map_or((0, NOTHING), |head| (head.number, head.hash));
    match number {
        _ if (last, hash) == (number, previous) => Ok(Chain::Whole {
            up_to: number,
            is_end: true,
        }),
        _ if number == after.saturating_add(most.into()) && number < last => Ok(Chain::Whole {
            up_to: number,
            is_end: false,
        }),
        // Entries at the end are missing, or the head was changed.
        _ => Ok(Chain::BrokenAt { number: number + 1 }),
    }
}

/// The hash that the entry after `number` covers; none where there is no entry of this number.
fn hash_of(db: &Db, app: AppId, number: i64) -> Result<Option<Hash>, SqlError> {
    if number == 0 {
        return Ok(Some(NOTHING));
    }
    let row = db.row(
        "select hash from audit_entries where app_id = $1 and number = $2",
        args![app.0, number],
    )?;
    row.map(|row| {
        row.blob(0)?.try_into().map_err(|_| SqlError::BadRow {
            table: "audit_entries",
            column: "hash",
        })
    })
    .transpose()
}

/// The number of an app's last entry; 0 where there is none.
///
/// # Errors
/// Those of the database. So for every look-up here.
pub fn last_number(db: &Db, app: AppId) -> Result<i64, SqlError> {
    Ok(head(db, app)?.map_or(0, |head| head.number))
}

/// The number of the first entry that was made at `from` or later.
///
/// # Errors
/// See [`last_number`].
pub fn first_from(db: &Db, app: AppId, from: Timestamp) -> Result<Option<i64>, SqlError> {
    let row = db.row(
        "select number from audit_entries where app_id = $1 and at >= $2 order by at, number limit 1",
        args![app.0, from],
    )?;
    row.map(|row| row.integer(0)).transpose()
}

/// The number of the last entry that was made before `until`.
///
/// # Errors
/// See [`last_number`].
pub fn last_until(db: &Db, app: AppId, until: Timestamp) -> Result<Option<i64>, SqlError> {
    let row = db.row(
        "select number from audit_entries where app_id = $1 and at < $2 order by at desc, number desc limit 1",
        args![app.0, until],
    )?;
    row.map(|row| row.integer(0)).transpose()
}

/// The entries of a stretch, newest first, at most `most`.
///
/// # Errors
/// See [`last_number`].
pub fn entries(db: &Db, app: AppId, stretch: Stretch, most: u32) -> Result<Vec<Entry>, SqlError> {
    let rows = db.rows(
        "select number, at, actor, action, target, detail from audit_entries where app_id = $1 and number >= $2 \
         and number < $3 order by number desc limit $4",
        args![app.0, stretch.least, stretch.before, most],
    )?;
    rows.iter().map(entry_from_row).collect()
}

/// Those entries of a stretch that are about `target`, newest first, at most `most`.
///
/// # Errors
/// See [`last_number`].
pub fn entries_about(db: &Db, app: AppId, target: &str, stretch: Stretch, most: u32) -> Result<Vec<Entry>, SqlError> {
    let rows = db.rows(
        "select number, at, actor, action, target, detail from audit_entries where app_id = $1 and target = $2 \
         and number >= $3 and number < $4 order by number desc limit $5",
        args![app.0, target, stretch.least, stretch.before, most],
    )?;
    rows.iter().map(entry_from_row).collect()
}

fn entry_from_row(row: &Row) -> Result<Entry, SqlError> {
    Ok(Entry {
        number: row.integer(0)?,
        at: row.timestamp(1)?,
        actor: row.text(2)?.to_owned(),
        action: row.text(3)?.to_owned(),
        target: row.text(4)?.to_owned(),
        detail: row.text(5)?.to_owned(),
    })
}

/// The hash of the entry in `row`, if it is the one that belongs after `previous`.
fn next_hash(previous: &Hash, number: i64, app: AppId, row: &Row) -> Result<Option<Hash>, SqlError> {
    let entry = NewEntry {
        app,
        at: row.timestamp(1)?,
        actor: row.text(2)?,
        action: row.text(3)?,
        target: row.text(4)?,
        detail: row.text(5)?,
    };
    let hash = hash(previous, number, &entry);
    Ok((row.integer(0)? == number && row.blob(6)? == hash).then_some(hash))
}

fn head(db: &Db, app: AppId) -> Result<Option<Head>, SqlError> {
    db.row(HEAD, args![app.0])?.map(head_from_row).transpose()
}

const HEAD: &str = "select number, hash from audit_heads where app_id = $1";

fn head_from_row(row: Row) -> Result<Head, SqlError> {
    let hash = row.blob(1)?.try_into().map_err(|_| SqlError::BadRow {
        table: "audit_heads",
        column: "hash",
    })?;
    Ok(Head {
        number: row.integer(0)?,
        hash,
    })
}

/// SHA-256 over the hash before and the fields, each text behind its length, so that no two entries read the same.
fn hash(previous: &Hash, number: i64, entry: &NewEntry<'_>) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(previous);
    for integer in [entry.app.0, number, entry.at.as_millis()] {
        context.update(&integer.to_be_bytes());
    }
    for text in [entry.actor, entry.action, entry.target, entry.detail] {
        context.update(&(text.len() as u64).to_be_bytes());
        context.update(text.as_bytes());
    }
    let mut hash = NOTHING;
    hash.copy_from_slice(context.finish().as_ref());
    hash
}
