//! A database of one test's own, on the server that all tests share.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;

use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio_postgres::{Config, NoTls};

/// The variable that has the address of a database on the shared server, as one who may make databases. It is not one of
/// the product's, which refuses those of its own that it does not know.
pub const SHARED: &str = "TEST_POSTGRES";

/// The variable that has the address of a database behind a pooler in front of the shared server, if there is one.
pub const POOLED: &str = "TEST_POSTGRES_POOLED";

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// An empty database that goes away with this value.
pub struct Scratch {
    shared: String,
    name: String,
}

impl Scratch {
    /// Makes one; none where there is no server, which in CI (`CI=true`) is a failure.
    ///
    /// # Errors
    /// What did not work, in words.
    pub fn make() -> Result<Option<Self>, String> {
        let Some(shared) = variable(SHARED) else {
            return if variable("CI").as_deref() == Some("true") {
                Err(format!("{SHARED} names no PostgreSQL server: run ./test"))
            } else {
                Ok(None)
            };
        };
        Self::make_on(shared).map(Some)
    }

    /// Makes one on the server at `url`.
    ///
    /// # Errors
    /// What did not work, in words.
    pub fn make_on(url: String) -> Result<Self, String> {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        let made = Self { shared: url, name };
        made.run_beside(format!("create database {}", made.name))?;
        Ok(made)
    }

    /// Its address.
    pub fn url(&self) -> String {
        self.address_on(&self.shared)
    }

    /// Its address for what is tested: behind the pooler, where there is one.
    pub fn url_to_test(&self) -> String {
        variable(POOLED).map_or_else(|| self.url(), |pooled| self.address_on(&pooled))
    }

    fn address_on(&self, url: &str) -> String {
        let (server, rest) = url.rsplit_once('/').unwrap_or((url, ""));
        let parameters = rest.split_once('?').map_or("", |(_, parameters)| parameters);
        format!("{server}/{}?{parameters}", self.name)
    }

    /// Runs statements on it.
    ///
    /// # Errors
    /// What did not work, in words.
    pub fn run(&self, sql: &str) -> Result<(), String> {
        run(&self.url(), sql.to_owned())
    }

    /// Keeps everybody else from writing to its tables; reading goes on.
    ///
    /// # Errors
    /// What did not work, in words.
    pub fn lock(&self) -> Result<Lock, String> {
        Lock::take(&self.url())
    }

    fn run_beside(&self, sql: String) -> Result<(), String> {
        run(&self.shared, sql)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // The server goes away in the end, with all that is left on it.
        let _ = self.run_beside(format!("drop database if exists {} with (force)", self.name));
    }
}

/// The tables of a database, locked against writing until this is dropped.
pub struct Lock {
    release: Option<oneshot::Sender<()>>,
    holder: Option<JoinHandle<Result<(), String>>>,
}

/// Locks every table; `select` without `for update` goes on.
const LOCK: &str = "begin; \
    do $$ declare name text; begin \
        for name in select quote_ident(tablename) from pg_tables where schemaname = 'public' loop \
            execute 'lock table ' || name || ' in exclusive mode'; \
        end loop; \
    end $$";

impl Lock {
    fn take(url: &str) -> Result<Self, String> {
        let config: Config = url.parse().map_err(text)?;
        let (release, released) = oneshot::channel();
        let (taken, is_taken) = sync_channel(1);
        let holder = std::thread::spawn(move || {
            on_a_runtime(async move {
                let (client, connection) = config.connect(NoTls).await.map_err(text)?;
                let driven = tokio::spawn(connection);
                client.batch_execute(LOCK).await.map_err(text)?;
                taken.send(()).map_err(text)?;
                // Either way the lock has been dropped.
                let _ = released.await;
                drop(client);
                driven.await.map_err(text)?.map_err(text)
            })
        });
        is_taken.recv().map_err(text)?;
        Ok(Self {
            release: Some(release),
            holder: Some(holder),
        })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        drop(self.release.take());
        if let Some(holder) = self.holder.take() {
            // It has nothing more to say.
            let _ = holder.join();
        }
    }
}

/// Runs statements on a connection of their own, whether or not the caller is on a runtime.
fn run(url: &str, sql: String) -> Result<(), String> {
    let config: Config = url.parse().map_err(text)?;
    on_a_thread(async move {
        let (client, connection) = config.connect(NoTls).await.map_err(text)?;
        let driven = tokio::spawn(connection);
        let done = client.batch_execute(&sql).await.map_err(text);
        drop(client);
        driven.await.map_err(text)?.map_err(text)?;
        done
    })
}

fn on_a_thread(work: impl Future<Output = Result<(), String>> + Send + 'static) -> Result<(), String> {
    let thread = std::thread::spawn(|| on_a_runtime(work));
    thread.join().unwrap_or_else(|_| Err("the thread panicked".to_owned()))
}

fn on_a_runtime(work: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    let runtime = Builder::new_current_thread().enable_all().build().map_err(text)?;
    runtime.block_on(work)
}

#[expect(
    clippy::disallowed_methods,
    reason = "how the test command hands the server to the tests"
)]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn text(error: impl std::fmt::Debug) -> String {
    format!("{error:?}")
}
