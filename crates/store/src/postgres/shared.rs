//! A connection that many ask at once: their statements go out as they come, and the answers come back in that order.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::Instant;
use tokio_postgres::{Client, Statement};

use super::connection::{IS_STANDBY, collect, keep};
use super::errors::classify;
use super::server::Server;
use super::traffic::Counters;
use super::values::fit;
use crate::row::{Arg, Row};
use crate::sql::SqlError;

/// An open connection for single statements that read. The runtime that it was opened on drives it.
pub(crate) struct SharedConnection {
    client: Client,
    driver: AbortHandle,
    prepared: Mutex<HashMap<&'static str, Statement>>,
    traffic: Arc<Counters>,
    answered_at: Mutex<Instant>,
    is_given_up: AtomicBool,
}

impl SharedConnection {
    /// A new one, which begins with `set_up`.
    pub(crate) async fn open(server: &Server, set_up: &str) -> Result<Self, SqlError> {
        let (client, driver) = server.connect_abortable().await?;
        let set = tokio::time::timeout(server.patience, client.batch_execute(set_up)).await;
        let Ok(set) = set else {
            driver.abort();
            return Err(SqlError::Unavailable("no answer on a new connection".to_owned()));
        };
        set.map_err(|error| classify(&error, set_up).error)?;
        Ok(Self {
            client,
            driver,
            prepared: Mutex::default(),
            traffic: Arc::clone(&server.traffic),
            answered_at: Mutex::new(now()),
            is_given_up: AtomicBool::new(false),
        })
    }

    /// The rows of a statement.
    pub(crate) async fn rows(&self, sql: &'static str, args: &[Arg]) -> Result<Vec<Row>, SqlError> {
        self.traffic.count_statement();
        self.ask(sql, args).await
    }

    async fn ask(&self, sql: &'static str, args: &[Arg]) -> Result<Vec<Row>, SqlError> {
        let answer = async {
            let statement = self.prepare(sql).await?;
            if !fit(args, statement.params()) {
                return Ok(Err(SqlError::Database(format!("arguments do not fit: {sql}"))));
            }
            collect(self.client.query_raw(&statement, args).await?, sql).await
        };
        let (rows, _) = answer.await.map_err(|error| self.failed(&error, sql))??;
        *self.answered_at() = now();
        Ok(rows)
    }

    /// Whoever comes first has it prepared; if several do at once, one is kept.
    async fn prepare(&self, sql: &'static str) -> Result<Statement, tokio_postgres::Error> {
        let prepared = self.prepared().get(sql).cloned();
        if let Some(prepared) = prepared {
            return Ok(prepared);
        }
        let statement = self.client.prepare(sql).await?;
        keep(&mut self.prepared(), sql, statement.clone());
        Ok(statement)
    }

    fn prepared(&self) -> MutexGuard<'_, HashMap<&'static str, Statement>> {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, error: &tokio_postgres::Error, sql: &str) -> SqlError {
        let failure = classify(error, sql);
        if failure.is_fatal {
            self.give_up();
        }
        failure.error
    }

    /// Whether it leads to a server that takes writes.
    pub(crate) async fn is_on_primary(&self) -> bool {
        let rows = self.ask(IS_STANDBY, &[]).await;
        rows.is_ok_and(|rows| rows.first().is_some_and(|row| row.integer(0) == Ok(0)))
    }

    /// Has nobody ask it any more, and those who wait for an answer told that it is lost.
    pub(crate) fn give_up(&self) {
        self.is_given_up.store(true, Ordering::Relaxed);
        self.driver.abort();
    }

    /// Whether nobody has had an answer from it for so long, or since it was opened.
    pub(crate) fn is_silent_for(&self, time: Duration) -> bool {
        now() - *self.answered_at() >= time
    }

    fn answered_at(&self) -> MutexGuard<'_, Instant> {
        self.answered_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is of no more use.
    pub(crate) fn is_lost(&self) -> bool {
        self.is_given_up.load(Ordering::Relaxed) || self.client.is_closed()
    }
}

#[expect(clippy::disallowed_methods, reason = "how long a line has been silent")]
fn now() -> Instant {
    Instant::now()
}
