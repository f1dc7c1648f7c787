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

/// Whether an app's entries are as they were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain {
    /// They are.
    Whole {
        /// How many there are.
        entries: i64,
    },
    /// Not from this entry on: it was changed, or it is missing.
    BrokenAt {
        /// The entry's number, from 1.
        number: i64,
    },
}

/// Where a chain begins.
const NOTHING: Hash = [0; 32];
/// Entries that are read at once.
const CHUNK: u32 = 500;

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

/// Walks the chain of an app from its first entry to its last, some hundred entries at a time.
///
/// # Errors
/// Those of the database.
pub fn verify(db: &Db, app: AppId) -> Result<Chain, SqlError> {
    let (mut previous, mut number) = (NOTHING, 0);
    loop {
        let rows = db.rows(
            "select number, at, actor, action, target, detail, hash from audit_entries where app_id = $1 and number > $2 \
             order by number limit $3",
            args![app.0, number, CHUNK],
        )?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            number += 1;
            match next_hash(&previous, number, app, &row)? {
                Some(hash) => previous = hash,
                None => return Ok(Chain::BrokenAt { number }),
            }
        }
    }
    let (last, hash) = head(db, app)?.map_or((0, NOTHING), |head| (head.number, head.hash));
    if (last, hash) == (number, previous) {
        Ok(Chain::Whole { entries: number })
    } else {
        // Entries at the end are missing, or the head was changed.
        Ok(Chain::BrokenAt { number: number + 1 })
    }
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
