//! Whether the server can do its work now.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use yaopai_model::{Clock as _, Timestamp};
use yaopai_store::{SqlError, Store, base};

use crate::clock::SystemClock;

/// How far the machine's clock may run ahead of the latest instant that the database has noted before something is
/// wrong with one of them. The server notes an instant every minute while it runs.
const CLOCK_LEAP: Duration = Duration::from_secs(24 * 60 * 60);

/// How long an answer serves everybody who asks: the question costs a write to the disk, and anybody may ask it.
const ANSWER_KEPT: Duration = Duration::from_secs(1);

/// Asks the parts whether they work. Clones share them, and the last answer.
#[derive(Clone)]
pub(crate) struct Readiness {
    store: Store,
    clock: Arc<SystemClock>,
    last: Arc<Mutex<Option<(Timestamp, Answer)>>>,
}

type Answer = Result<(), &'static str>;

impl Readiness {
    pub(crate) fn new(store: Store, clock: Arc<SystemClock>) -> Self {
        Self {
            store,
            clock,
            last: Arc::default(),
        }
    }

    /// Whether requests can be served.
    ///
    /// # Errors
    /// What cannot, in words for everybody; the details go to the log.
    pub(crate) async fn check(&self) -> Answer {
        let mut last = self.last.lock().await;
        let now = self.clock.now();
        if let Some((asked_at, answer)) = *last
            && asked_at.until(now) < ANSWER_KEPT
        {
            return answer;
        }
        let answer = self.ask().await;
        *last = Some((now, answer));
        answer
    }

    async fn ask(&self) -> Answer {
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

#[cfg(test)]
mod tests {
    use yaopai_store::SqliteOptions;

    use super::*;

    #[tokio::test]
    async fn a_clock_that_leapt_is_not_ready_until_the_leap_is_noted() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(SystemClock::default());
        let now = clock.now();
        let store = Store::open_sqlite(&folder.path().join("base.db"), &SqliteOptions::new(now)).unwrap();
        let readiness = || Readiness::new(store.clone(), clock.clone());
        let note = async |at| {
            store
                .write::<_, SqlError>(move |tx| base::note_instant(tx, at))
                .await
                .unwrap()
        };

        assert_eq!(readiness().check().await, Ok(()));
        note(now.minus(CLOCK_LEAP * 2)).await;
        assert_eq!(readiness().check().await, Err("clock"));
        note(now).await;
        assert_eq!(readiness().check().await, Ok(()));
    }

    #[tokio::test]
    async fn a_store_that_is_gone_is_not_ready() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(SystemClock::default());
        let store = Store::open_sqlite(&folder.path().join("base.db"), &SqliteOptions::new(clock.now())).unwrap();
        let readiness = Readiness::new(store.clone(), clock);
        store.close().await;
        assert_eq!(readiness.check().await, Err("store"));
    }
}
