//! The machine's clock.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;

use yaopai_model::{Clock, Timestamp};

/// The machine's clock, made to never step back: whatever a code's or a session's end has passed stays passed.
#[derive(Default)]
pub(crate) struct SystemClock {
    latest: AtomicI64,
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is where time comes in")]
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let machine = i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX);
        let before = self.latest.fetch_max(machine, Ordering::Relaxed);
        Timestamp::from_millis(machine.max(before))
    }
}
