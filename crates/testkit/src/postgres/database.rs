//! A database of one test's own, on the server that all tests share.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::runtime::Builder;
use tokio_postgres::{Config, NoTls};

/// The variable that has the address of a database on the shared server, as one who may make databases.
pub const SHARED: &str = "YAOPAI_TEST_POSTGRES";

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// An empty database that goes away with this value.
pub struct Database {
    shared: String,
    name: String,
}

impl Database {
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
        let (server, rest) = self.shared.rsplit_once('/').unwrap_or((&self.shared, ""));
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

    fn run_beside(&self, sql: String) -> Result<(), String> {
        run(&self.shared, sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // The server goes away in the end, with all that is left on it.
        let _ = self.run_beside(format!("drop database if exists {} with (force)", self.name));
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
    let thread = std::thread::spawn(|| {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(text)?;
        runtime.block_on(work)
    });
    thread.join().unwrap_or_else(|_| Err("the thread panicked".to_owned()))
}

#[expect(clippy::disallowed_methods, reason = "how the test command hands the server to the tests")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn text(error: impl std::fmt::Debug) -> String {
    format!("{error:?}")
}
