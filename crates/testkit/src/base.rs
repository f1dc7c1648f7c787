//! An account base of a test's own, on any database.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use yaopai_model::Timestamp;
use yaopai_store::{PostgresOptions, PostgresUrl, SqliteOptions, Store};

use crate::SeededEntropy;
use crate::postgres::{Lock, SHARED, Scratch, variable};

/// The variable that says on which database the tests run that run on one.
const CHOSEN: &str = "TEST_DATABASE";
/// The machine that tests run on may have much else to do.
const DEADLINE: Duration = Duration::from_secs(20);
/// Many tests share a server.
const CONNECTIONS: usize = 4;

/// The databases that a base can stand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file in a temporary folder.
    Sqlite,
    /// A database on the server that `./test` starts.
    Postgres,
}

impl Database {
    /// Whether several stores can have one base open.
    pub fn is_shared(self) -> bool {
        match self {
            Self::Sqlite => false,
            Self::Postgres => true,
        }
    }

    /// The one that `TEST_DATABASE` names: `postgres`, or SQLite.
    pub fn chosen() -> Self {
        if variable(CHOSEN).as_deref() == Some("postgres") {
            Self::Postgres
        } else {
            Self::Sqlite
        }
    }
}

/// Where a base is kept.
pub struct Base(Place);

enum Place {
    Sqlite(PathBuf),
    Postgres(Scratch),
}

/// Tables that nobody else can write to until this is dropped.
pub enum Locked {
    /// By a transaction in the file.
    Sqlite(rusqlite::Connection),
    /// By another connection to the server.
    Postgres(Lock),
}

impl Base {
    /// An empty one; SQLite's file is `yaopai.db` in `folder`.
    ///
    /// # Errors
    /// What did not work, in words.
    pub fn make(database: Database, folder: &Path) -> Result<Self, String> {
        Ok(Self(match database {
            Database::Sqlite => Place::Sqlite(folder.join("yaopai.db")),
            Database::Postgres => {
                let missing = || format!("{SHARED} names no PostgreSQL server: run ./test");
                Place::Postgres(Scratch::make()?.ok_or_else(missing)?)
            }
        }))
    }

    /// Opens it. A write waits for others as long as `patience`.
    ///
    /// # Errors
    /// What did not work, in words.
    pub async fn open(&self, now: Timestamp, patience: Duration) -> Result<Store, String> {
        match &self.0 {
            Place::Sqlite(path) => {
                let options = SqliteOptions {
                    busy_timeout: patience,
                    ..SqliteOptions::new(now)
                };
                Store::open_sqlite(path, &options).map_err(text)
            }
            Place::Postgres(scratch) => {
                let url = PostgresUrl::parse(&scratch.url_to_test()).map_err(text)?;
                let options = PostgresOptions {
                    readers: CONNECTIONS,
                    writers: CONNECTIONS,
                    lock_wait: patience,
                    deadline: DEADLINE,
                    // Several nodes number as one does.
                    numbers_reserved: 1,
                    ..PostgresOptions::new(now, Arc::new(SeededEntropy::new(3)))
                };
                Store::open_postgres(&url, &options).await.map_err(text)
            }
        }
    }

    /// Its address, where a server has to be told of it.
    pub fn url(&self) -> Option<String> {
        match &self.0 {
            Place::Sqlite(_) => None,
            Place::Postgres(scratch) => Some(scratch.url()),
        }
    }

    /// Keeps others from writing.
    ///
    /// # Errors
    /// What did not work, in words.
    pub fn lock(&self) -> Result<Locked, String> {
        match &self.0 {
            Place::Sqlite(path) => {
                let connection = rusqlite::Connection::open(path).map_err(text)?;
                connection.execute_batch("begin immediate").map_err(text)?;
                Ok(Locked::Sqlite(connection))
            }
            Place::Postgres(scratch) => scratch.lock().map(Locked::Postgres),
        }
    }

    /// Runs statements behind the back of whoever has it open.
    ///
    /// # Errors
    /// What did not work, in words.
    pub fn run(&self, sql: &str) -> Result<(), String> {
        match &self.0 {
            Place::Sqlite(path) => {
                let connection = rusqlite::Connection::open(path).map_err(text)?;
                connection.execute_batch(sql).map_err(text)
            }
            Place::Postgres(scratch) => scratch.run(sql),
        }
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
