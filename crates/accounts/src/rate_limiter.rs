//! Rates of calls: they keep the peace, and do not guard a secret.
//!
//! Where this process has the database to itself they are counted in memory, and a restart may forget them. Where several
//! nodes share it they are counted there, so that thirty calls a minute are thirty, whichever nodes answer them.

use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;
use yaopai_model::limits::{INFO_CALLS_PER_MINUTE, RATES_KEPT, windows};
use yaopai_model::{AccountId, AppId, SlidingWindow, Timestamp, Wait, WindowRule};

use crate::budget::Budget;
use crate::throttle::seconds;
use crate::{Accounts, Outcome, Refusal};

/// Calls that are counted, and whose.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Rate {
    /// Requests of an app, of which it may make so many a second.
    AppRequests(AppId, u32),
    /// `info` calls of an account.
    InfoCalls(AccountId),
}

impl Rate {
    fn rule(self) -> WindowRule {
        match self {
            Self::AppRequests(_, limit) => WindowRule {
                limit,
                window: windows::SECOND,
            },
            Self::InfoCalls(_) => WindowRule {
                limit: INFO_CALLS_PER_MINUTE,
                window: windows::PER_MINUTE,
            },
        }
    }

    fn refusal(self) -> fn(u32) -> Refusal {
        match self {
            Self::AppRequests(..) => |_| Refusal::AppRateExceeded,
            Self::InfoCalls(_) => |seconds| Refusal::TooManyCalls { seconds },
        }
    }

    /// Whose it is spreads them: numbers are handed out one after the other.
    fn part(self) -> usize {
        let (Self::AppRequests(AppId(number), _) | Self::InfoCalls(AccountId(number))) = self;
        number.unsigned_abs() as usize % PARTS
    }

    /// What its row in the table of counters is named by.
    fn name(self) -> String {
        match self {
            Self::AppRequests(app, _) => format!("requests of app {}", app.0),
            Self::InfoCalls(account) => format!("info calls of account {}", account.0),
        }
    }
}

impl Accounts {
    /// Counts one more call.
    ///
    /// # Errors
    /// The refusal of its kind when there have been too many; nothing is counted then.
    pub(crate) async fn count_call(&self, rate: Rate) -> Outcome<()> {
        let (rule, refusal, now) = (rate.rule(), rate.refusal(), self.now());
        if self.store().is_shared() {
            let budget = Budget::new(&self.parts.keys, &rate.name(), rule.limit, rule.window, refusal);
            return self.store().write(move |tx| budget.spend(tx, now)).await;
        }
        let admitted = self.parts.rates.admit(rate, rule, now);
        Ok(admitted.map_err(|wait| refusal(seconds(wait)))?)
    }
}

/// Parts of the windows, so that threads seldom wait for each other.
const PARTS: usize = 64;

/// Sliding windows in memory, at most about `limits::RATES_KEPT`. Where a part is full those that are idle are forgotten
/// first, and if none is, all of it are: a rate that lets a burst pass is better than one that refuses strangers.
pub(crate) struct RateLimiter {
    parts: Vec<Mutex<Windows>>,
}

type Windows = FxHashMap<Rate, SlidingWindow>;

impl RateLimiter {
    pub(crate) fn new() -> Self {
        Self {
            parts: (0..PARTS).map(|_| Mutex::default()).collect(),
        }
    }

    fn admit(&self, rate: Rate, rule: WindowRule, now: Timestamp) -> Result<(), Wait> {
        let Some(part) = self.parts.get(rate.part()) else {
            return Ok(());
        };
        let mut windows = part.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= RATES_KEPT / PARTS && !windows.contains_key(&rate) {
            make_room(&mut windows, now);
        }
        windows.entry(rate).or_default().admit(rule, now)
    }
}

fn make_room(windows: &mut Windows, now: Timestamp) {
    windows.retain(|rate, window| {
        let _ = window.check(rate.rule(), now);
        !window.is_empty()
    });
    if windows.len() >= RATES_KEPT / PARTS {
        windows.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_counted_apart_and_bounded() {
        let limiter = RateLimiter::new();
        let admit = |app| {
            let rate = Rate::AppRequests(AppId(app), 1);
            limiter.admit(rate, rate.rule(), Timestamp::EPOCH)
        };
        assert!(admit(0).is_ok());
        assert!(admit(0).is_err());
        for app in 1..=i64::try_from(RATES_KEPT).unwrap() {
            assert!(admit(app).is_ok());
        }
        let kept = limiter.parts.iter().map(|part| part.lock().unwrap().len());
        assert!(kept.sum::<usize>() <= RATES_KEPT);
    }
}
