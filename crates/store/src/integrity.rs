//! Looking a SQLite file over from outside.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::sql::SqlError;
use crate::sqlite::classify;

/// Why a database is not fit for use.
#[derive(Debug, thiserror::Error)]
pub enum IntegrityError {
    /// What SQLite found.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// The database refuses.
    #[error(transparent)]
    Database(#[from] SqlError),
}

/// Checks the structure of the SQLite database at `path`, whether or not a server has it open. Takes as long as reading
/// the file.
///
/// # Errors
/// See [`IntegrityError`].
pub fn quick_check(path: &Path) -> Result<(), IntegrityError> {
    // Not read-only: nobody else may have the log open, and then reading it takes an index that must be made.
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(classify)?;
    let found: String = connection
        .query_row("pragma quick_check(1)", [], |row| row.get(0))
        .map_err(classify)?;
    if found == "ok" {
        Ok(())
    } else {
        Err(IntegrityError::Damaged(found))
    }
}
