//! Whether the server can do its work now.

use std::sync::Arc;
use std::time::Duration;

use yaopai_model::Clock as _;
use yaopai_store::{SqlError, Store, base};

use crate::clock::SystemClock;

/// How far the machine's clock may run ahead of the latest instant that the database has noted before something is
/// wrong with one of them. The server notes an instant every minute while it runs.
const CLOCK_LEAP: Duration = Duration::from_secs(24 * 60 * 60);

/// Asks the parts whether they work. Clones share them.
#[derive(Clone)]
pub(crate) struct Readiness {
    store: Store,
    clock: Arc<SystemClock>,
}

impl Readiness {
    pub(crate) fn new(store: Store, clock: Arc<SystemClock>) -> Self {
        Self { store, clock }
    }

    /// Whether requests can be served.
    ///
    /// # Errors
    /// What cannot, in words for everybody; the details go to the log.
    pub(crate) async fn check(&self) -> Result<(), &'static str> {
        if let Err(error) = self.store.check().await {
            tracing::error!(%error, "数据库不可用 / the database does not work");
            return Err("store");
        }
        let noted = self
            .store
            .read(base::latest_instant)
            .await
            .map_err(|_: SqlError| "store")?;
        if noted.as_millis() > 0 && noted.until(self.clock.now()) > CLOCK_LEAP {
            tracing::error!("系统时钟比数据库超前一天以上 / the clock is more than a day ahead of the database");
            return Err("clock");
        }
        Ok(())
    }
}
