//! A store in a folder of its own, with one table to play with.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use yaopai_model::Timestamp;
use yaopai_store::{PostgresOptions, PostgresUrl, SqlError, SqliteOptions, Store, args};
use yaopai_testkit::SeededEntropy;
use yaopai_testkit::postgres::{Scratch, Server};

/// A folder that goes away with this value, and the options for a database in it.
pub(crate) struct Place {
    folder: TempDir,
    pub(crate) options: SqliteOptions,
}

impl Place {
    pub(crate) fn new() -> Self {
        let options = SqliteOptions::new(Timestamp::from_millis(1_700_000_000_000));
        Self {
            folder: tempfile::tempdir().unwrap(),
            options,
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.file("yaopai.db")
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn open(&self) -> Store {
        Store::open_sqlite(&self.path(), &self.options).unwrap()
    }

    /// A store with an empty table `things`.
    pub(crate) async fn open_with_things(&self) -> Store {
        let store = self.open();
        store
            .write(|tx| {
                tx.execute(
                    "create table things (id integer primary key, body text, data blob)",
                    &[],
                )
            })
            .await
            .unwrap();
        store
    }
}

pub(crate) async fn insert(store: &Store, id: i64) -> Result<u64, SqlError> {
    store
        .write(move |tx| tx.execute("insert into things (id) values ($1)", args![id]))
        .await
}

/// The ids in `things`, in order.
pub(crate) async fn ids(store: &Store) -> Vec<i64> {
    store
        .read(|db| {
            db.rows("select id from things order by id", &[])?
                .iter()
                .map(|row| row.integer(0))
                .collect()
        })
        .await
        .map_err(|error: SqlError| error)
        .unwrap()
}

/// A PostgreSQL database that goes away with this value, and the options for a store on it.
pub(crate) struct Base {
    pub(crate) database: Scratch,
    pub(crate) options: PostgresOptions,
    /// More of the address.
    pub(crate) parameters: &'static str,
}

impl Base {
    /// None where there is no server for tests.
    pub(crate) fn new() -> Option<Self> {
        let database = Scratch::make().unwrap();
        if database.is_none() {
            leave_out();
        }
        Some(Self::on(database?))
    }

    pub(crate) fn on(database: Scratch) -> Self {
        let entropy = Arc::new(SeededEntropy::new(1));
        let options = PostgresOptions::new(Timestamp::from_millis(1_700_000_000_000), entropy);
        Self {
            database,
            options,
            parameters: "",
        }
    }

    pub(crate) async fn open(&self) -> Store {
        let url = PostgresUrl::parse(&(self.database.url() + self.parameters)).unwrap();
        Store::open_postgres(&url, &self.options).await.unwrap()
    }

    /// A store with an empty table `things`.
    pub(crate) async fn open_with_things(&self) -> Store {
        self.database
            .run("create table things (id bigint primary key, body text, data bytea)")
            .unwrap();
        self.open().await
    }
}

/// A server to do things to; none where there is no PostgreSQL for tests.
pub(crate) fn server(settings: &[&str]) -> Option<Server> {
    if Scratch::make().unwrap().is_none() {
        leave_out();
        return None;
    }
    Some(Server::start(settings).unwrap())
}

#[allow(clippy::print_stderr, reason = "what is left out is said loudly")]
fn leave_out() {
    eprintln!("LEFT OUT: this test needs PostgreSQL; ./test starts it");
}

/// Runs each check on each database there is.
#[macro_export]
macro_rules! contract {
    ($($check:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $check() {
                    let place = $crate::support::Place::new();
                    super::$check(place.open_with_things().await).await;
                }
            )*
        }

        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $check() {
                    let Some(base) = $crate::support::Base::new() else { return };
                    super::$check(base.open_with_things().await).await;
                }
            )*
        }

        /// As behind a pooler that gives every transaction another connection.
        mod stateless_postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $check() {
                    let Some(mut base) = $crate::support::Base::new() else { return };
                    base.parameters = "&prepared_statements=off";
                    super::$check(base.open_with_things().await).await;
                }
            )*
        }
    };
}
