//! Waiting for a server, and no longer than the work at hand may take.

use std::future::{Future, pending};
use std::io;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::time::{Interval, MissedTickBehavior, Sleep};

use crate::sql::SqlError;

/// A thread's own runtime, and how long it may wait.
pub(crate) struct Line {
    runtime: Runtime,
    limit: Mutex<Limit>,
}

struct Limit {
    time: Option<Pin<Box<Sleep>>>,
    /// Resolves when nobody wants the outcome any more.
    caller: Option<oneshot::Receiver<()>>,
}

impl Line {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            runtime: Builder::new_current_thread().enable_all().build()?,
            limit: Mutex::new(Limit {
                time: None,
                caller: None,
            }),
        })
    }

    /// A tick now and every `period`.
    pub(crate) fn every(&self, period: Duration) -> Interval {
        let _context = self.runtime.enter();
        let mut ticks = tokio::time::interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks
    }

    /// Allows what follows `time` from now, and no longer than there is a caller.
    pub(crate) fn allow(&self, time: Duration, caller: Option<oneshot::Receiver<()>>) {
        let _context = self.runtime.enter();
        #[expect(clippy::disallowed_methods, reason = "the deadline of the calls that are awaited")]
        let time = tokio::time::sleep(time);
        *self.limit.lock().unwrap_or_else(PoisonError::into_inner) = Limit {
            time: Some(Box::pin(time)),
            caller,
        };
    }

    /// Waits for `future` as long as is allowed.
    ///
    /// # Errors
    /// [`SqlError::Deadline`] past that.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> Result<T, SqlError> {
        let mut limit = self.limit.lock().unwrap_or_else(PoisonError::into_inner);
        let limit = &mut *limit;
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                value = future => Ok(value),
                () = passed(limit.time.as_mut()) => Err(SqlError::Deadline),
                () = gone(&mut limit.caller) => Err(SqlError::Deadline),
            }
        })
    }

    /// Waits for `future` however long it takes.
    pub(crate) fn wait_for_ever<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}

async fn passed(time: Option<&mut Pin<Box<Sleep>>>) {
    match time {
        Some(time) => time.await,
        None => pending().await,
    }
}

async fn gone(caller: &mut Option<oneshot::Receiver<()>>) {
    match caller {
        // Nothing is ever sent: either way the sender is no more.
        Some(caller) => drop(caller.await),
        None => pending().await,
    }
}
