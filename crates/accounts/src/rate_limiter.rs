//! Rates of calls: they keep the peace, and do not guard a secret.
//!
//! Where this process has the database to itself they are counted in memory, and a restart may forget them. Where several
//! nodes share it they are counted there, so that thirty calls a minute are thirty, whichever nodes answer them.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rustc_hash::FxHashMap;
use yaopai_model::limits::{INFO_CALLS_PER_MINUTE, RATES_KEPT, windows};
use yaopai_model::{AccountId, AppId, SlidingWindow, Timestamp, Wait, WindowRule};

use crate::budget::Budget;
use crate::prefetch::prefetch_value;
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
    /// Counts one more call. Where those before it are counted is looked for, once where there is a place to keep that.
    ///
    /// # Errors
    /// The refusal of its kind when there have been too many; nothing is counted then.
    pub(crate) async fn count_call(&self, rate: Rate, found: Option<&OnceLock<Calls>>) -> Outcome<()> {
        let (rule, refusal, now) = (rate.rule(), rate.refusal(), self.now());
        if self.store().is_shared() {
            let budget = Budget::new(&self.parts.keys, &rate.name(), rule.limit, rule.window, refusal);
            return self.store().write(move |tx| budget.spend(tx, now)).await;
        }
        let calls = || self.parts.rates.calls(rate, now);
        let admitted = match found {
            Some(found) => found.get_or_init(calls).admit(rule, now),
            None => calls().admit(rule, now),
        };
        Ok(admitted.map_err(|wait| refusal(seconds(wait)))?)
    }
}

/// The calls of one kind that somebody made lately. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Calls(Arc<Mutex<SlidingWindow>>);

impl Calls {
    fn admit(&self, rule: WindowRule, now: Timestamp) -> Result<(), Wait> {
        self.window().admit(rule, now)
    }

    /// Has them fetched from memory.
    pub(crate) fn prefetch(&self) {
        prefetch_value(&*self.0);
    }

    /// Whether somebody has them at hand.
    fn are_held(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// Whether they are all long ago.
    fn are_over(&self, rule: WindowRule, now: Timestamp) -> bool {
        let mut window = self.window();
        let _ = window.check(rule, now);
        window.is_empty()
    }

    fn window(&self) -> MutexGuard<'_, SlidingWindow> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Parts of the windows, so that threads seldom wait for each other.
const PARTS: usize = 64;

/// How many windows a part has before it first makes room.
const MOST: usize = RATES_KEPT / PARTS;

/// Sliding windows in memory: about `limits::RATES_KEPT`, or twice those that somebody has at hand where these are more. Where a
/// part is full those that are idle are forgotten first, and if none is, all of them: a rate that lets a burst pass is better
/// than one that refuses strangers. What somebody has at hand stays, so that nobody is counted in two places.
pub(crate) struct RateLimiter {
    parts: Vec<Mutex<Part>>,
}

struct Part {
    windows: FxHashMap<Rate, Calls>,
    /// How many make it full: twice those that somebody had at hand when it made room last, and at least [`MOST`].
    most: usize,
}

impl RateLimiter {
    pub(crate) fn new() -> Self {
        let part = || Part {
            windows: FxHashMap::default(),
            most: MOST,
        };
        Self {
            parts: (0..PARTS).map(|_| Mutex::new(part())).collect(),
        }
    }

    /// The calls that are counted under a rate.
    fn calls(&self, rate: Rate, now: Timestamp) -> Calls {
        let Some(part) = self.parts.get(rate.part()) else {
            return Calls::default();
        };
        let mut part = part.lock().unwrap_or_else(PoisonError::into_inner);
        if part.windows.len() >= part.most && !part.windows.contains_key(&rate) {
            part.make_room(now);
        }
        part.windows.entry(rate).or_default().clone()
    }
}

impl Part {
    fn make_room(&mut self, now: Timestamp) {
        self.windows
            .retain(|rate, calls| calls.are_held() || !calls.are_over(rate.rule(), now));
        let held = self.windows.values().filter(|calls| calls.are_held()).count();
        self.most = MOST.max(2 * held);
        if self.windows.len() >= self.most {
            self.windows.retain(|_, calls| calls.are_held());
        }
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
            let calls = limiter.calls(rate, Timestamp::EPOCH);
            calls.admit(rate.rule(), Timestamp::EPOCH)
        };
        assert!(admit(0).is_ok());
        assert!(admit(0).is_err());
        for app in 1..=i64::try_from(RATES_KEPT).unwrap() {
            assert!(admit(app).is_ok());
        }
        let kept = limiter.parts.iter().map(|part| part.lock().unwrap().windows.len());
        assert!(kept.sum::<usize>() <= RATES_KEPT);
    }

    #[test]
    fn what_somebody_has_at_hand_is_not_counted_anew() {
        let limiter = RateLimiter::new();
        let calls = |account| limiter.calls(Rate::InfoCalls(AccountId(account)), Timestamp::EPOCH);
        let rule = WindowRule {
            limit: 1,
            window: windows::PER_MINUTE,
        };
        let at_hand = calls(0);
        let many = i64::try_from(RATES_KEPT + RATES_KEPT / 4).unwrap();
        let all: Vec<_> = (1..=many).map(calls).collect();
        at_hand.admit(rule, Timestamp::EPOCH).unwrap();
        assert!(calls(0).admit(rule, Timestamp::EPOCH).is_err());

        drop(all);
        for account in many..=3 * many {
            let _ = calls(account).admit(rule, Timestamp::EPOCH);
        }
        assert!(calls(0).admit(rule, Timestamp::EPOCH).is_err());
        let kept = limiter.parts.iter().map(|part| part.lock().unwrap().windows.len());
        assert!(kept.sum::<usize>() <= RATES_KEPT + PARTS);
    }
}
