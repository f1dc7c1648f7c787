//! Opening a SQLite database: what is asked of the file, and what it is refused for.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use yaopai_model::{Timestamp, limits};

use crate::migrate::MigrationError;
use crate::sql::SqlError;
use crate::sqlite::{classify, connect};

/// How a SQLite database is opened, and the bounds it works within.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    /// Refuse to make a database where there is none: set once there has been one.
    pub must_exist: bool,
    /// The present instant, which migrations are recorded with.
    pub now: Timestamp,
    /// How many point look-ups run at once; more than there are threads to run them is of no use.
    pub readers: usize,
    /// How many scans run at once.
    pub scanners: usize,
    /// How long a scan may take, waiting included.
    pub scan_deadline: Duration,
    /// How many writes may wait.
    pub queue: usize,
    /// How many writes share a commit at most.
    pub group: usize,
    /// How long a write may take, waiting included, before its caller is told that the outcome is unknown.
    pub write_deadline: Duration,
    /// How long to wait for another process that is writing.
    pub busy_timeout: Duration,
}

impl SqliteOptions {
    /// What serves well on a small machine.
    pub fn new(now: Timestamp) -> Self {
        Self {
            must_exist: false,
            now,
            readers: limits::READS_AT_ONCE,
            scanners: limits::SCANS_AT_ONCE,
            scan_deadline: limits::SCAN_DEADLINE,
            queue: limits::WRITES_WAITING,
            group: limits::WRITES_PER_COMMIT,
            write_deadline: limits::WRITE_DEADLINE,
            busy_timeout: limits::DATABASE_BUSY,
        }
    }
}

/// Why a database was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no database, or an empty one, where there was one before.
    #[error("the database {} is missing or empty, though there was one before: restore a backup", .0.display())]
    Missing(PathBuf),
    /// There are no tables where there were some before.
    #[error("the PostgreSQL database has no tables, though there were some before: is it the right one?")]
    Empty,
    /// The file is shorter than it says itself, or was never a database.
    #[error("{} is cut short or no SQLite database: restore a backup", .0.display())]
    Damaged(PathBuf),
    /// It holds part of a base that was being copied here.
    #[error(
        "这里有没复制完的账号库：再次运行 migrate-database，或清空 / a copy to this database was not finished: run migrate-database \
         again, or empty it"
    )]
    Unfinished,
    /// The schema cannot be brought up to date.
    #[error(transparent)]
    Migration(#[from] MigrationError),
    /// The file system refuses.
    #[error("the database cannot be opened")]
    Io(#[from] io::Error),
    /// The database refuses.
    #[error(transparent)]
    Database(#[from] SqlError),
}

/// The start of every SQLite database (SQLite file format, section 1.3).
const MAGIC: &[u8] = b"SQLite format 3\0";
/// The length of the header (SQLite file format, section 1.3).
const HEADER: usize = 100;
/// What the log is cut back to, in bytes, when it has been moved into the database.
const LOG_BYTES: i64 = 64 << 20;

/// Opens the write connection on a file that is there, whole and only its owner's to read; makes it if that is allowed.
pub(crate) fn open_writer(path: &Path, options: &SqliteOptions) -> Result<Connection, OpenError> {
    make_private(path, options.must_exist)?;
    refuse_damaged(path, options.must_exist)?;
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, options).map_err(classify)?;
    prepare_for_writing(&connection).map_err(classify)?;
    refuse_short(path, &connection)?;
    Ok(connection)
}

fn prepare_for_writing(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    // What is deleted must not be readable in the file: codes and outgoing messages are.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
    // What a crash left in the log goes into the file now, which is whole after that.
    connection.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))
}

fn make_private(path: &Path, must_exist: bool) -> Result<(), OpenError> {
    let mut file = fs::OpenOptions::new();
    file.read(true).write(true).create(!must_exist);
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    let file = file.open(path).map_err(|error| {
        let missing = must_exist && error.kind() == io::ErrorKind::NotFound;
        if missing {
            OpenError::Missing(path.to_owned())
        } else {
            error.into()
        }
    })?;
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(())
}

/// Looks at the file before SQLite does, which makes a new database of an empty file.
fn refuse_damaged(path: &Path, must_exist: bool) -> Result<(), OpenError> {
    let mut header = Vec::with_capacity(HEADER);
    fs::File::open(path)?.take(HEADER as u64).read_to_end(&mut header)?;
    match (header.is_empty(), must_exist) {
        (true, true) => Err(OpenError::Missing(path.to_owned())),
        (true, false) => Ok(()),
        (false, _) if header.len() == HEADER && header.starts_with(MAGIC) => Ok(()),
        (false, _) => Err(OpenError::Damaged(path.to_owned())),
    }
}

/// Refuses a file that lacks pages which it should have. Its log must have been moved into it.
fn refuse_short(path: &Path, connection: &Connection) -> Result<(), OpenError> {
    // Nobody writes meanwhile. A log that is not empty is another process's, whose database may be longer than the file.
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate).map_err(classify)?;
    let pragma = |name| {
        transaction
            .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
            .map_err(classify)
    };
    let promised = pragma("page_count")?.saturating_mul(pragma("page_size")?);
    let length = i64::try_from(fs::metadata(path)?.len()).unwrap_or(i64::MAX);
    if length < promised && length_of_log(path) == 0 {
        Err(OpenError::Damaged(path.to_owned()))
    } else {
        Ok(())
    }
}

fn length_of_log(path: &Path) -> u64 {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    fs::metadata(log).map_or(0, |log| log.len())
}
