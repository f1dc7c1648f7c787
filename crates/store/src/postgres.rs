//! PostgreSQL as a store: a fixed set of threads, each with one connection, that run closures from bounded queues.
//!
//! Transactions run at READ COMMITTED. SERIALIZABLE would abort all but one of those that meet at a row, and ask them to
//! come again; here they wait for each other at the row, and the guards in the statements decide. Sharded databases that
//! speak PostgreSQL's protocol promise no more than that across their nodes either.

mod connection;
mod errors;
mod line;
mod look_ups;
pub(crate) mod migrations;
mod numbers;
mod options;
mod server;
mod shared;
mod tls;
mod traffic;
mod url;
mod values;
mod workers;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::Traffic;
use crate::job::{Task, gone};
use crate::look_up::LookUp;
use crate::open::OpenError;
use crate::sql::{Db, SqlError, Tx};

pub(crate) use connection::Connection;
pub(crate) use errors::classify;
pub use options::PostgresOptions;
pub(crate) use server::Server;
pub use url::{PostgresUrl, UrlError};
pub(crate) use values::value;

use look_ups::LookUps;
use traffic::Counters;
use workers::{Look, Role, Workers};

/// An open PostgreSQL database.
pub(crate) struct Postgres {
    /// None behind a pooler, where a connection is somebody else's after each transaction, and what bounds a statement has to
    /// be set in one.
    look_ups: Option<LookUps>,
    readers: Workers,
    scanners: Workers,
    writers: Workers,
    deadline: Duration,
    scan_deadline: Duration,
    writes: Arc<AtomicUsize>,
    traffic: Arc<Counters>,
}

impl Postgres {
    pub(crate) async fn open(url: &PostgresUrl, options: &PostgresOptions) -> Result<Self, OpenError> {
        let server = Arc::new(Server::new(url, options));
        migrations::migrate(&server, options).await?;
        migrations::refuse_unfinished(&server, options).await?;
        Ok(Self {
            look_ups: server.keeps_state.then(|| LookUps::new(&server, options)),
            readers: Workers::start(Role::Read, options.readers, &server, options)?,
            scanners: Workers::start(Role::Scan, options.scanners, &server, options)?,
            writers: Workers::start(Role::Write, options.writers, &server, options)?,
            deadline: options.deadline,
            scan_deadline: options.scan_deadline,
            writes: Arc::default(),
            traffic: Arc::clone(&server.traffic),
        })
    }

    /// See [`crate::Store::read`].
    pub(crate) async fn read<T, E>(&self, f: impl FnOnce(&Db) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        look(&self.readers, self.deadline, f).await
    }

    /// See [`crate::Store::look_up`].
    pub(crate) async fn look_up<T: Send + 'static>(&self, look_up: LookUp<T>) -> Result<Option<T>, SqlError> {
        match &self.look_ups {
            Some(look_ups) => look_ups.find(&look_up).await,
            None => self.read(|db| db.look_up(look_up)).await,
        }
    }

    /// See [`crate::Store::scan`].
    pub(crate) async fn scan<T, E>(&self, f: impl FnOnce(&Db) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        look(&self.scanners, self.scan_deadline, f).await
    }

    /// See [`crate::Store::write`].
    pub(crate) async fn write<T, E>(&self, f: impl Fn(&Tx) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        let (task, answer) = Task::new(f, &self.writes);
        self.writers.submit(Box::new(task), None)?;
        within(self.deadline, answer).await
    }

    /// See [`crate::Store::traffic`].
    pub(crate) fn traffic(&self) -> Traffic {
        self.traffic.so_far()
    }

    pub(crate) fn queue_depth(&self) -> usize {
        self.writes.load(Ordering::Relaxed)
    }

    /// Finishes what is queued; waits for it on this thread.
    pub(crate) fn close(&self) {
        if let Some(look_ups) = &self.look_ups {
            look_ups.close();
        }
        for workers in [&self.readers, &self.scanners, &self.writers] {
            workers.close();
        }
    }
}

/// Has `f` run by one of `workers`, which stops when the future is dropped.
async fn look<T, E>(
    workers: &Workers,
    deadline: Duration,
    f: impl FnOnce(&Db) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<SqlError> + Send + 'static,
{
    let (_caller, has_gone) = oneshot::channel();
    let (look, answer) = Look::new(f);
    workers.submit(Box::new(look), Some(has_gone))?;
    within(deadline, answer).await
}

async fn within<T, E: From<SqlError>>(deadline: Duration, answer: oneshot::Receiver<Result<T, E>>) -> Result<T, E> {
    match tokio::time::timeout(deadline, answer).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(gone().into()),
        Err(_) => Err(SqlError::Deadline.into()),
    }
}
