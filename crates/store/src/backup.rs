//! Copying a SQLite database while it is in use.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::sql::SqlError;
use crate::sqlite::classify;

/// Why a backup was not made.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is something at the target already, which is left as it was.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// The file system refuses.
    #[error("the backup cannot be written")]
    Io(#[from] io::Error),
    /// The database refuses.
    #[error(transparent)]
    Database(#[from] SqlError),
}

/// Writes a consistent copy of the SQLite database at `path` to `target`, a file that does not exist yet; whether or
/// not a server has the database open. The copy is readable by its owner only, and whole once it is there.
///
/// # Errors
/// See [`BackupError`]; there is nothing at `target` then.
pub fn backup(path: &Path, target: &Path) -> Result<(), BackupError> {
    if target.try_exists()? {
        return Err(BackupError::Exists(target.to_owned()));
    }
    let mut partial = target.as_os_str().to_owned();
    partial.push(".partial");
    let partial = Path::new(&partial);
    let copied = copy_into(path, partial).and_then(|()| Ok(fs::rename(partial, target)?));
    if copied.is_err() {
        // The first failure is the one to tell of.
        let _ = fs::remove_file(partial);
        return copied;
    }
    sync_folder_of(target)?;
    Ok(())
}

fn copy_into(path: &Path, partial: &Path) -> Result<(), BackupError> {
    // What a crash left behind goes. Somebody else's file, or a link to one, is never written to.
    match fs::remove_file(partial) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        Ok(()) | Err(_) => {}
    }
    let mut file = fs::OpenOptions::new();
    file.write(true).create_new(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    let file = file.open(partial)?;
    let target = partial
        .to_str()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidFilename))?;
    // Not read-only: nobody else may have the log open, and then reading it takes an index that must be made.
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(classify)?;
    connection.execute("vacuum into $1", [target]).map_err(classify)?;
    file.sync_all()?;
    Ok(())
}

fn sync_folder_of(file: &Path) -> io::Result<()> {
    match file.parent() {
        Some(folder) if folder != Path::new("") => fs::File::open(folder)?.sync_all(),
        Some(_) | None => fs::File::open(".")?.sync_all(),
    }
}
