//! Getting a connection to whichever host takes writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::errors::explain;
use super::numbers::Numbers;
use super::options::PostgresOptions;
use super::traffic::Counters;
use super::url::PostgresUrl;
use crate::sql::SqlError;

/// One database, on one or several hosts.
pub(crate) struct Server {
    hosts: Vec<Config>,
    tls: MakeRustlsConnect,
    pub(crate) keeps_state: bool,
    /// What this process has reserved of its numbers.
    pub(crate) numbers: Arc<Numbers>,
    pub(crate) traffic: Arc<Counters>,
    /// Which host took the last connection, and is asked first for the next.
    last: AtomicUsize,
    /// How long one host may take.
    pub(super) patience: Duration,
}

/// What a host may take at least, however many there are.
const LEAST_PATIENCE: Duration = Duration::from_millis(300);

impl Server {
    pub(crate) fn new(url: &PostgresUrl, options: &PostgresOptions) -> Self {
        let hosts = u32::try_from(url.hosts.len()).unwrap_or(u32::MAX).max(1);
        Self {
            hosts: url.hosts.clone(),
            tls: url.tls.clone(),
            keeps_state: url.keeps_state,
            numbers: Arc::new(Numbers::new(options.numbers_reserved)),
            traffic: Arc::default(),
            last: AtomicUsize::new(0),
            patience: (options.deadline / (hosts + 1)).max(LEAST_PATIENCE),
        }
    }

    /// A new connection, driven by the runtime that this is called on.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`] with what the last host said.
    pub(crate) async fn connect(&self) -> Result<Client, SqlError> {
        let (client, _) = self.connect_abortable().await?;
        Ok(client)
    }

    /// As [`Server::connect`], with a handle that ends the connection at once, even while answers are waited for.
    pub(crate) async fn connect_abortable(&self) -> Result<(Client, AbortHandle), SqlError> {
        let mut refusal = SqlError::Unavailable("there is no host".to_owned());
        let first = self.last.load(Ordering::Relaxed);
        for index in (0..self.hosts.len()).map(|offset| (first + offset) % self.hosts.len()) {
            match self.connect_to(index).await {
                Ok(connected) => {
                    self.last.store(index, Ordering::Relaxed);
                    return Ok(connected);
                }
                Err(error) => refusal = error,
            }
        }
        Err(refusal)
    }

    async fn connect_to(&self, index: usize) -> Result<(Client, AbortHandle), SqlError> {
        let Some(config) = self.hosts.get(index) else {
            return Err(SqlError::Unavailable("there is no such host".to_owned()));
        };
        match tokio::time::timeout(self.patience, config.connect(self.tls.clone())).await {
            Ok(Ok((client, connection))) => {
                let driver = tokio::spawn(async move {
                    if let Err(error) = connection.await {
                        tracing::debug!(%error, "a connection to the database ended");
                    }
                });
                Ok((client, driver.abort_handle()))
            }
            Ok(Err(error)) => Err(SqlError::Unavailable(explain(&error))),
            Err(_) => Err(SqlError::Unavailable("no answer to an attempt to connect".to_owned())),
        }
    }
}
