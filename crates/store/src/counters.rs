//! The table `counters`: events over sliding windows. The key is a keyed hash, so that the table names nobody.

use yaopai_model::{SlidingWindow, Timestamp, Wait, WindowRule};

use crate::{Db, SqlError, Tx, args};

/// Counts an event, if the rule lets one more pass.
///
/// # Errors
/// Those of the database; the inner error says how long until one more would pass, and nothing is counted then.
pub fn admit(tx: &Tx, key: &[u8; 32], rule: WindowRule, now: Timestamp) -> Result<Result<(), Wait>, SqlError> {
    let before = hold(tx, key)?;
    let mut window = before.as_deref().map_or_else(|| Ok(SlidingWindow::default()), parse)?;
    if let Err(wait) = window.admit(rule, now) {
        return Ok(Err(wait));
    }
    let expires_at = now.plus(rule.window);
    let changed = match before {
        None => tx.execute(
            "insert into counters (counter_key, hits, expires_at) values ($1, $2, $3) on conflict (counter_key) do nothing",
            args![key, window.to_bytes(), expires_at],
        )?,
        Some(before) => tx.execute(
            "update counters set hits = $3, expires_at = $4 where counter_key = $1 and hits = $2",
            args![key, before, window.to_bytes(), expires_at],
        )?,
    };
    // Somebody else was the first to count, at the same time; the transaction is run again and sees what they counted.
    if changed == 1 { Ok(Ok(())) } else { Err(tx.collided()) }
}

/// Takes back the event that was counted at `counted_at`, if it is remembered still.
///
/// # Errors
/// Those of the database.
pub fn take_back(tx: &Tx, key: &[u8; 32], rule: WindowRule, counted_at: Timestamp) -> Result<(), SqlError> {
    let Some(before) = hold(tx, key)? else { return Ok(()) };
    let mut window = parse(&before)?;
    if !window.take_back(rule, counted_at) {
        return Ok(());
    }
    let changed = tx.execute(
        "update counters set hits = $3 where counter_key = $1 and hits = $2",
        args![key, before, window.to_bytes()],
    )?;
    if changed == 1 { Ok(()) } else { Err(tx.collided()) }
}

/// Forgets what was counted.
///
/// # Errors
/// Those of the database.
pub fn clear(tx: &Tx, key: &[u8; 32]) -> Result<(), SqlError> {
    tx.execute("delete from counters where counter_key = $1", args![key])?;
    Ok(())
}

/// Whether the rule would let one more event pass.
///
/// # Errors
/// Those of the database; the inner error says how long until one more would pass.
pub fn check(db: &Db, key: &[u8; 32], rule: WindowRule, now: Timestamp) -> Result<Result<(), Wait>, SqlError> {
    let stored = load(db, key)?;
    let mut window = stored.as_deref().map_or_else(|| Ok(SlidingWindow::default()), parse)?;
    Ok(window.check(rule, now))
}

const LOAD: &str = "select hits from counters where counter_key = $1";

fn load(db: &Db, key: &[u8; 32]) -> Result<Option<Vec<u8>>, SqlError> {
    let row = db.row(LOAD, args![key])?;
    row.map(|row| Ok(row.blob(0)?.to_vec())).transpose()
}

/// What is counted, which nobody else counts on before the transaction ends: those who meet here wait for each other
/// rather than collide.
fn hold(tx: &Tx, key: &[u8; 32]) -> Result<Option<Vec<u8>>, SqlError> {
    let row = tx.lock_row(LOAD, args![key])?;
    row.map(|row| Ok(row.blob(0)?.to_vec())).transpose()
}

fn parse(bytes: &[u8]) -> Result<SlidingWindow, SqlError> {
    SlidingWindow::from_bytes(bytes).ok_or(SqlError::BadRow {
        table: "counters",
        column: "hits",
    })
}
