//! The machine's clock.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;

use yaopai_model::{Clock, Timestamp};

/// The machine's clock, made to never step back: whatever a code's or a session's end has passed stays passed.
#[derive(Default)]
pub(crate) struct SystemClock {
    latest: AtomicI64,
}

impl SystemClock {
    /// Has time go on from `latest`, if the machine is behind that.
    pub(crate) fn resume_from(&self, latest: Timestamp) {
        self.latest.fetch_max(latest.as_millis(), Ordering::Relaxed);
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is where time comes in")]
        let since_epoch = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let machine = i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX);
        // Mostly it is the same millisecond still, and writing would take the value away from other cores.
        let latest = self.latest.load(Ordering::Relaxed);
        if machine <= latest {
            return Timestamp::from_millis(latest);
        }
        let before = self.latest.fetch_max(machine, Ordering::Relaxed);
        Timestamp::from_millis(machine.max(before))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn time_goes_on_from_where_it_was() {
        let clock = SystemClock::default();
        let later = clock.now().plus(Duration::from_secs(3600));
        clock.resume_from(later);
        assert_eq!(clock.now(), later);
        clock.resume_from(Timestamp::EPOCH);
        assert_eq!(clock.now(), later);
    }
}
